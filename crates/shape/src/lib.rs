//! The types that AWS's models are written in: [`Schema`] says what a shape is, [`Value`] carries one at run time,
//! [`Shape`] ties a Rust type to both, and the macros [`structure!`], [`text!`], [`operation!`] and their kin let a
//! generated file read like an interface description, one line per member.
//!
//! The road of a request: bytes → (`wire`, guided by the schema) → `Value` → validated, authorized, recorded →
//! the operation's Rust input. The tree in the middle costs an allocation per member and buys that validation,
//! the refusal of unsupported members, the audit trail and CloudFormation's properties are each written once, over
//! data, instead of once per type.

mod error;
mod macros;
mod operation;
mod schema;
mod shape;
mod stream;
mod validate;
mod value;

pub use base::Timestamp;
pub use bytes::Bytes;
pub use error::{ApiError, ErrorSpec, Fault};
pub use operation::{Api, Http, Missing, Operation, OperationSpec, Protocol};
pub use schema::{Kind, Member, Place, Resource, Schema, Support, TimeFormat};
pub use serde_json;
pub use shape::{Map, Mismatch, Shape};
pub use stream::{ByteStream, StreamError, Trailers};
pub use validate::{Invalid, validate};
pub use value::{Fields, Value};

/// What a generated file needs in scope.
pub mod prelude {
    pub use crate::{ByteStream, Bytes, Map, Schema, Timestamp, schema::any};
    pub use crate::{api, error, operation, resource, schema, structure, text};
    pub use serde_json::Value as Document;
}

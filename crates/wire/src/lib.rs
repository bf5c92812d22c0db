//! AWS's protocols from the server's side: which operation a request names, what its members are, and the answer as
//! the service would write it. Pure: no sockets, no clock; streams pass through untouched.
//!
//! One road for all protocols: bytes → the protocol's own tree (JSON, XML elements, dotted form fields) → [`Value`],
//! led by the operation's [`Schema`](shape::Schema); and back. A tree is bounded in size and depth before it is read.
//!
//! * [`find_operation`]: by target header, `Action` field, or method and path.
//! * [`decode`]: a request into the operation's input. Members that the model does not know are ignored, as AWS does;
//!   a member of the wrong type is refused in the words of the protocol.
//! * [`encode`], [`encode_error`]: the answer. Members that are absent or null are left out.
//! * [`properties`]: CloudFormation's own, lenient reading of JSON.
//!
//! Left out: event streams (their operations answer with a byte stream of their own making) and request compression.

mod cbor;
mod decode;
mod encode;
mod error;
mod form;
mod json;
pub mod properties;
mod rest;
mod route;
mod text;
mod xml;

pub use decode::{Incoming, decode, takes_stream};
pub use encode::{Outgoing, encode};
pub use error::encode_error;
pub use route::{Labels, NotFound, Routed, find_operation};

#[cfg(test)]
mod tests;

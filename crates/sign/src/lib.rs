//! SigV4, both ways.
//!
//! A signature is checked in two steps. [`parse`] reads what a request presents (access key, scope, time, token)
//! without believing it, so that the caller can look up the key and say what AWS says of an unknown one;
//! [`Presented::verify`] then computes the signature again. [`Signer`] creates signatures, in headers and in queries.
//! [`Decoder`] takes the `aws-chunked` bodies of S3 apart and checks each chunk's signature and the trailer's.
//!
//! Invariants: nothing here does I/O or asks a clock; secrets and tokens never print; comparison takes the same time
//! wherever two signatures differ; no input panics.
//!
//! Of signature version 2 there are only presigned URLs ([`PresentedV2`]), because S3 still takes them.
//!
//! Left out, and refused by name: SigV4A (many regions, elliptic curves), and headers of version 2.

mod canonical;
mod chunked;
mod create;
mod error;
mod key;
mod payload;
mod v2;
mod verify;
mod wording;

pub use canonical::Style;
pub use chunked::{ChunkChain, ChunkError, Decoder, Event};
pub use create::{CannotSign, Signer};
pub use error::{Answer, Dialect, ExpiresFault, Mismatch, Place, ScopeFault, SignError};
pub use key::{Credentials, Scope, Secret, SessionToken, sha256_hex};
pub use payload::{Payload, PayloadHash};
pub use v2::PresentedV2;
pub use verify::{Kind, MAX_EXPIRES_SECONDS, MAX_SKEW_SECONDS, Presented, parse};

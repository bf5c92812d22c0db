//! What `x-amz-content-sha256` says of a body.

use crate::error::SignError;
use http::HeaderMap;

pub(crate) const HASH_HEADER: &str = "x-amz-content-sha256";
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Where the payload hash of a verification comes from.
#[derive(Clone, Copy, Debug)]
pub enum PayloadHash<'a> {
    /// The caller has the whole body and hashed it ([`crate::sha256_hex`]): every service but S3.
    Computed(&'a str),
    /// The request says what it is, and the caller compares while the body streams (see [`Payload`]): S3.
    Declared,
}

/// The declared payload of an S3 request, in a header or in a presigned query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// The body must have this SHA-256, in small hexadecimal digits.
    Hash(String),
    Unsigned,
    /// The body is in chunks (`aws-chunked`).
    Streaming {
        is_signed: bool,
        has_trailer: bool,
    },
}

impl Payload {
    pub fn parse(text: &str) -> Result<Self, SignError> {
        let is_hash = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        match text {
            UNSIGNED_PAYLOAD => Ok(Self::Unsigned),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" => Ok(Self::Streaming { is_signed: true, has_trailer: false }),
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER" => Ok(Self::Streaming { is_signed: true, has_trailer: true }),
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => Ok(Self::Streaming { is_signed: false, has_trailer: true }),
            _ if text.starts_with("STREAMING-AWS4-ECDSA-P256-SHA256-") => Err(SignError::SigV4a),
            _ if is_hash => Ok(Self::Hash(text.to_owned())),
            _ => Err(SignError::BadPayloadHash { given: Some(text.to_owned()) }),
        }
    }

    /// What the header says; a request without it declares nothing of its body.
    pub fn of(headers: &HeaderMap) -> Result<Self, SignError> {
        headers
            .get(HASH_HEADER)
            .map_or(Ok(Self::Unsigned), |value| Self::parse(&String::from_utf8_lossy(value.as_bytes())))
    }
}

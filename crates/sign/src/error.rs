//! What can be wrong with a signature, as facts; and how each family of services words it.

use crate::key::Scope;
use base::Timestamp;
use std::fmt;

/// Why a signature is refused. [`SignError::answer`] words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignError {
    /// No signature, where one is needed: for the caller to raise when it found none.
    Absent,
    /// An `Authorization` header of another kind.
    Unsupported { authorization: String },
    /// Signature version 2, in a header or a query.
    SigV2,
    /// `AWS4-ECDSA-P256-SHA256`.
    SigV4a,
    /// Both a header and a query claim to sign.
    TwoMechanisms { authorization: String },
    /// Parts of the `Authorization` header, or the date, that are missing.
    HeaderIncomplete { missing: Vec<&'static str>, no_date: bool, authorization: String },
    /// A part of the `Authorization` header that is not `name=value`.
    NotAPair { part: String, authorization: String },
    /// Parameters of a signed query that are missing.
    QueryIncomplete { missing: Vec<&'static str> },
    /// `X-Amz-Algorithm` names something unknown.
    UnknownAlgorithm { algorithm: String },
    /// A date that is not written as `20150830T123600Z`.
    BadDate { place: Place, date: String },
    /// Not five parts between slashes.
    BadCredential { place: Place, credential: String },
    /// The credential does not fit the request.
    BadScope { place: Place, fault: ScopeFault },
    /// `X-Amz-Expires` is not a number from 0 to 604800.
    BadExpires(ExpiresFault),
    /// `host`, or for S3 any `x-amz-` header, is not signed.
    NotSigned { headers: Vec<String> },
    /// `x-amz-content-sha256` is missing (`None`) or is no hash and none of the words it may be.
    BadPayloadHash { given: Option<String> },
    /// The body is not the one whose hash was signed: for the caller to raise once it has read the body.
    PayloadMismatch { declared: String, computed: String },
    /// Signed too long ago, or in the future.
    Skewed { signed_at: Timestamp, now: Timestamp },
    /// A presigned request, too late.
    Expired { signed_at: Timestamp, expires_seconds: i64, now: Timestamp },
    /// A presigned request, too early.
    NotYetValid { signed_at: Timestamp, now: Timestamp },
    /// The signature is another than ours.
    Mismatch(Box<Mismatch>),
}

/// Where a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Header,
    Query,
}

/// How a credential's scope does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScopeFault {
    Date { scope: String, request: String },
    DateFormat { scope: String },
    Region { given: String, expected: String },
    Service { given: String, expected: String },
    Terminator { given: String },
}

/// How `X-Amz-Expires` is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpiresFault {
    NotANumber,
    Negative,
    TooLong,
}

/// What we computed where the signatures differ. It holds nothing that the client did not send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub access_key_id: String,
    pub scope: Scope,
    pub signature: String,
    pub canonical_request: String,
    pub string_to_sign: String,
}

/// A family of services that words its refusals alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    S3,
    Ec2,
    /// The query protocol, and XML other than S3's: codes without a suffix.
    Xml,
    /// The JSON protocols and CBOR: codes that end in `Exception`.
    Json,
}

/// A refusal in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub code: &'static str,
    pub message: String,
    /// What stands beside the message, in order: elements of S3's XML.
    pub fields: Vec<(&'static str, String)>,
}

impl SignError {
    /// The refusal as a service of `dialect` words it.
    pub fn answer(&self, dialect: Dialect) -> Answer {
        match dialect {
            Dialect::S3 => crate::wording::s3(self),
            Dialect::Ec2 => crate::wording::ec2(self),
            Dialect::Xml | Dialect::Json => crate::wording::other(self, dialect),
        }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.answer(Dialect::Xml).message)
    }
}

impl std::error::Error for SignError {}

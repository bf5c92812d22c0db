//! The words. S3 has its own codes for everything; the other services share a front end, and their codes differ
//! by protocol only.

use crate::{
    canonical::ALGORITHM,
    error::{Answer, Dialect, ExpiresFault, Place, ScopeFault, SignError},
    verify::MAX_SKEW_SECONDS,
};
use base::Timestamp;

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
     Key and signing method. Consult the service documentation for details.";
const MISMATCH_S3: &str =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const EXPECTED_CREDENTIAL: &str =
    "the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
const SIGV4A_UNSUPPORTED: &str =
    "AWS4-ECDSA-P256-SHA256 (SigV4A) is not supported here; sign with AWS4-HMAC-SHA256 for one region.";

pub(crate) fn ec2(error: &SignError) -> Answer {
    match error {
        SignError::Absent => answer(400, "MissingParameter", "The request must contain the parameter AWSAccessKeyId"),
        SignError::Skewed { .. } | SignError::Expired { .. } | SignError::NotYetValid { .. } => {
            answer(400, "RequestExpired", "Request has expired.")
        }
        SignError::SigV4a => answer(400, "AuthFailure", SIGV4A_UNSUPPORTED),
        _ => answer(401, "AuthFailure", "AWS was not able to validate the provided access credentials"),
    }
}

pub(crate) fn other(error: &SignError, dialect: Dialect) -> Answer {
    let code = |xml, json| if dialect == Dialect::Json { json } else { xml };
    let incomplete =
        |message: String| answer(400, code("IncompleteSignature", "IncompleteSignatureException"), message);
    let invalid = |message: String| answer(403, code("SignatureDoesNotMatch", "InvalidSignatureException"), message);
    match error {
        SignError::Absent => answer(
            403,
            code("MissingAuthenticationToken", "MissingAuthenticationTokenException"),
            if dialect == Dialect::Json {
                "Missing Authentication Token"
            } else {
                "Request is missing Authentication Token"
            },
        ),
        SignError::Unsupported { authorization } => {
            incomplete(missing_from_header(&["Credential", "Signature", "SignedHeaders"], false, authorization))
        }
        SignError::HeaderIncomplete { missing, no_date, authorization } => {
            incomplete(missing_from_header(missing, *no_date, authorization))
        }
        SignError::NotAPair { part, authorization } => incomplete(format!(
            "'{part}' not a valid key=value pair (missing equal-sign) in Authorization header: '{authorization}'."
        )),
        SignError::QueryIncomplete { missing } => {
            let missing: String =
                missing.iter().map(|name| format!("AWS query-string parameters must include '{name}'. ")).collect();
            incomplete(format!("{missing}Re-examine the query-string parameters."))
        }
        SignError::UnknownAlgorithm { algorithm } => incomplete(format!("Unsupported AWS 'algorithm': '{algorithm}'.")),
        SignError::SigV4a => incomplete(SIGV4A_UNSUPPORTED.into()),
        SignError::SigV2 => incomplete(format!(
            "Signature version 2 is not supported here; sign with {ALGORITHM} (signature version 4)."
        )),
        SignError::TwoMechanisms { .. } => {
            incomplete("A request is signed in its Authorization header or in its query-string, not in both.".into())
        }
        SignError::BadDate { date, .. } => incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{date}'. See http://en.wikipedia.org/wiki/ISO_8601"
        )),
        SignError::BadCredential { credential, .. } => incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got \
             '{credential}'"
        )),
        SignError::BadScope { fault, .. } => invalid(scope_fault(fault)),
        SignError::BadExpires(fault) => incomplete(expires_fault(*fault).into()),
        SignError::NotSigned { headers } => invalid(match headers.first() {
            Some(name) if name != "host" => format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."),
            _ => "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.".into(),
        }),
        SignError::BadPayloadHash { .. } | SignError::PayloadMismatch { .. } => invalid(MISMATCH.into()),
        SignError::Skewed { signed_at, now } if signed_at < now => invalid(expired(*signed_at, MAX_SKEW_SECONDS, *now)),
        SignError::Skewed { signed_at, now } | SignError::NotYetValid { signed_at, now } => invalid(format!(
            "Signature not yet current: {} is still later than {} ({} + {} min.)",
            signed_at.basic(),
            now.plus_secs(MAX_SKEW_SECONDS).basic(),
            now.basic(),
            MAX_SKEW_SECONDS / 60,
        )),
        SignError::Expired { signed_at, expires_seconds, now } => invalid(expired(*signed_at, *expires_seconds, *now)),
        SignError::Mismatch(mismatch) => invalid(format!(
            "{MISMATCH}\n\nThe Canonical String for this request should have been\n'{}'\n\n\
             The String-to-Sign should have been\n'{}'\n",
            mismatch.canonical_request, mismatch.string_to_sign
        )),
    }
}

fn expired(signed_at: Timestamp, valid_seconds: i64, now: Timestamp) -> String {
    let span =
        if valid_seconds % 60 == 0 { format!("{} min.", valid_seconds / 60) } else { format!("{valid_seconds} sec.") };
    let limit = now.plus_secs(-valid_seconds).basic();
    format!("Signature expired: {} is now earlier than {limit} ({} - {span})", signed_at.basic(), now.basic())
}

fn missing_from_header(missing: &[&str], no_date: bool, authorization: &str) -> String {
    let mut text: String =
        missing.iter().map(|name| format!("Authorization header requires '{name}' parameter. ")).collect();
    if no_date {
        text.push_str("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ");
    }
    format!("{text}Authorization={authorization}")
}

fn scope_fault(fault: &ScopeFault) -> String {
    match fault {
        ScopeFault::Date { scope, request } => format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{scope}' != \
             '{}', from '{request}'.",
            request.get(..8).unwrap_or_default()
        ),
        ScopeFault::DateFormat { scope } => format!("Date in Credential scope must be YYYYMMDD, got '{scope}'."),
        ScopeFault::Region { .. } => "Credential should be scoped to a valid region. ".into(),
        ScopeFault::Service { expected, .. } => {
            format!("Credential should be scoped to correct service: '{expected}'. ")
        }
        ScopeFault::Terminator { given } => {
            format!("Credential should be scoped with a valid terminator: 'aws4_request', not '{given}'. ")
        }
    }
}

const fn expires_fault(fault: ExpiresFault) -> &'static str {
    match fault {
        ExpiresFault::NotANumber => "X-Amz-Expires should be a number",
        ExpiresFault::Negative => "X-Amz-Expires must be non-negative",
        ExpiresFault::TooLong => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds"
        }
    }
}

pub(crate) fn s3(error: &SignError) -> Answer {
    match error {
        SignError::Absent => answer(403, "AccessDenied", "Access Denied"),
        SignError::Unsupported { authorization } => answer(400, "InvalidArgument", "Unsupported Authorization Type")
            .with("ArgumentName", "Authorization")
            .with("ArgumentValue", authorization),
        SignError::SigV2 => answer(
            400,
            "InvalidRequest",
            format!("The authorization mechanism you have provided is not supported. Please use {ALGORITHM}."),
        ),
        SignError::SigV4a => answer(501, "NotImplemented", SIGV4A_UNSUPPORTED),
        SignError::TwoMechanisms { authorization } => answer(
            400,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
        )
        .with("ArgumentName", "Authorization")
        .with("ArgumentValue", authorization),
        SignError::HeaderIncomplete { missing, .. } if missing.is_empty() => {
            answer(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        SignError::HeaderIncomplete { .. } => {
            malformed("the authorization header requires three components: Credential, SignedHeaders, and Signature.")
        }
        SignError::NotAPair { part, .. } => malformed(&format!("the authorization component \"{part}\" is malformed.")),
        SignError::QueryIncomplete { .. } => bad_query(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, \
             X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
        ),
        SignError::UnknownAlgorithm { .. } => {
            bad_query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
        }
        SignError::BadDate { place: Place::Header, .. } => {
            answer(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
        }
        SignError::BadDate { place: Place::Query, .. } => {
            bad_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
        }
        SignError::BadCredential { place, .. } => s3_scope(*place, EXPECTED_CREDENTIAL),
        SignError::BadScope { place, fault } => s3_scope_fault(*place, fault),
        SignError::BadExpires(fault) => bad_query(expires_fault(*fault)),
        SignError::NotSigned { headers } => {
            answer(403, "AccessDenied", "There were headers present in the request which were not signed")
                .with("HeadersNotSigned", headers.join(", "))
        }
        SignError::BadPayloadHash { given: None } => {
            answer(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        }
        SignError::BadPayloadHash { given: Some(given) } => answer(
            400,
            "InvalidArgument",
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, \
             STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.",
        )
        .with("ArgumentName", "x-amz-content-sha256")
        .with("ArgumentValue", given),
        _ => s3_checked(error),
    }
}

/// What S3 says of a well-formed signature that does not hold.
fn s3_checked(error: &SignError) -> Answer {
    match error {
        SignError::PayloadMismatch { declared, computed } => answer(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
        .with("ClientComputedContentSHA256", declared)
        .with("S3ComputedContentSHA256", computed),
        SignError::Skewed { signed_at, now } => answer(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )
        .with("RequestTime", signed_at.basic())
        .with("ServerTime", now.iso())
        .with("MaxAllowedSkewMilliseconds", (MAX_SKEW_SECONDS * 1000).to_string()),
        SignError::Expired { signed_at, expires_seconds, now } => answer(403, "AccessDenied", "Request has expired")
            .with("X-Amz-Expires", expires_seconds.to_string())
            .with("Expires", signed_at.plus_secs(*expires_seconds).iso())
            .with("ServerTime", now.iso()),
        SignError::NotYetValid { now, .. } => {
            answer(403, "AccessDenied", "Request is not valid yet").with("ServerTime", now.iso())
        }
        SignError::Mismatch(mismatch) => answer(403, "SignatureDoesNotMatch", MISMATCH_S3)
            .with("AWSAccessKeyId", &mismatch.access_key_id)
            .with("StringToSign", &mismatch.string_to_sign)
            .with("SignatureProvided", &mismatch.signature)
            .with("StringToSignBytes", hex_bytes(&mismatch.string_to_sign))
            .with("CanonicalRequest", &mismatch.canonical_request)
            .with("CanonicalRequestBytes", hex_bytes(&mismatch.canonical_request)),
        _ => unreachable!("every other error is worded before this is asked"),
    }
}

fn s3_scope_fault(place: Place, fault: &ScopeFault) -> Answer {
    match fault {
        ScopeFault::Date { scope, request } => {
            let of_request = request.get(..8).unwrap_or_default();
            let text = format!(
                "Invalid credential date \"{scope}\". This date is not the same as X-Amz-Date: \"{of_request}\"."
            );
            if place == Place::Query { bad_query(&text) } else { malformed(&text) }
        }
        ScopeFault::DateFormat { scope } => s3_scope(
            place,
            &format!(
                "incorrect date format \"{scope}\". This date in the credential must be in the format \"yyyyMMdd\"."
            ),
        ),
        ScopeFault::Region { given, expected } => {
            s3_scope(place, &format!("the region '{given}' is wrong; expecting '{expected}'")).with("Region", expected)
        }
        ScopeFault::Service { given, expected } => {
            s3_scope(place, &format!("incorrect service \"{given}\". This endpoint belongs to \"{expected}\"."))
        }
        ScopeFault::Terminator { given } => {
            s3_scope(place, &format!("incorrect terminal \"{given}\". This endpoint uses \"aws4_request\"."))
        }
    }
}

fn s3_scope(place: Place, what: &str) -> Answer {
    match place {
        Place::Header => malformed(what),
        Place::Query => bad_query(&format!("Error parsing the X-Amz-Credential parameter; {what}")),
    }
}

fn malformed(what: &str) -> Answer {
    answer(400, "AuthorizationHeaderMalformed", format!("The authorization header is malformed; {what}"))
}

fn bad_query(message: &str) -> Answer {
    answer(400, "AuthorizationQueryParametersError", message)
}

/// The bytes of a text as S3 lists them: two digits each, spaces between.
fn hex_bytes(text: &str) -> String {
    let bytes: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

fn answer(status: u16, code: &'static str, message: impl Into<String>) -> Answer {
    Answer { status, code, message: message.into(), fields: Vec::new() }
}

impl Answer {
    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.fields.push((name, value.into()));
        self
    }
}

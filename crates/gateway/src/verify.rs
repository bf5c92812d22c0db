//! Who sent a request: the signature against the key.

use http::request::Parts;
use kernel::{Call, Cloud, Key};
use shape::{Api, ApiError, Protocol};
use sign::{Decoder, Dialect, Payload, PayloadHash, Presented, PresentedV2, Secret, SessionToken, SignError};
use std::sync::Arc;

/// What is left to check while the body arrives.
#[derive(Debug)]
pub(crate) enum Checks {
    Nothing,
    /// Its SHA-256, in hexadecimal.
    Hash(String),
    /// `aws-chunked`.
    Chunks {
        decoder: Box<Decoder>,
        decoded_length: Option<u64>,
        /// The trailers that will follow.
        announced: Vec<String>,
    },
}

/// The family whose words an API's refusals have.
pub(crate) fn dialect(api: &Api) -> Dialect {
    match api.protocol {
        Protocol::RestXml if api.name == "s3" => Dialect::S3,
        Protocol::RestXml | Protocol::Query => Dialect::Xml,
        Protocol::Ec2Query => Dialect::Ec2,
        _ => Dialect::Json,
    }
}

/// A refused signature as an error, with the elements that S3 puts beside the message.
pub(crate) fn refusal(api: &Api, error: &SignError) -> ApiError {
    let answer = error.answer(dialect(api));
    // AWS: the JSON protocols answer every client's mistake with 400.
    let is_json = matches!(api.protocol, Protocol::AwsJson10 | Protocol::AwsJson11);
    let status = if is_json { 400 } else { answer.status };
    ApiError::new(answer.code, status, answer.message).with_elements(answer.fields)
}

/// Whether the body is hashed before it is dispatched: S3 says its hash itself.
pub(crate) fn declares_its_hash(api: &Api) -> bool {
    api.name == "s3"
}

/// Checks the signature and turns `call` into one of the key's principal.
pub(crate) fn authenticate(
    cloud: &Cloud,
    api: &'static Api,
    presented: &Presented,
    parts: &Parts,
    payload: PayloadHash<'_>,
    call: &mut Call,
) -> Result<Secret, ApiError> {
    presented.check_scope(api.signing_name, None).map_err(|error| refusal(api, &error))?;
    let id = &presented.access_key_id;
    let Some(key) = cloud.find_key(id)? else { return Err(unknown_key(api, id)) };
    let secret = Secret::new(key.secret.clone());
    presented.verify(&secret, parts, payload, call.now).map_err(|error| refusal(api, &error))?;
    check_token(api, presented.token.as_ref(), &key, call)?;
    call.region = base::Region::new(presented.scope.region.as_str());
    become_owner(call, id, key);
    Ok(secret)
}

/// The same for a presigned URL of signature version 2.
pub(crate) fn authenticate_url(
    cloud: &Cloud,
    api: &'static Api,
    url: &PresentedV2,
    parts: &Parts,
    bucket: Option<&str>,
    call: &mut Call,
) -> Result<(), ApiError> {
    let id = &url.access_key_id;
    let Some(key) = cloud.find_key(id)? else { return Err(unknown_key(api, id)) };
    let secret = Secret::new(key.secret.clone());
    url.verify(&secret, parts, bucket, call.now).map_err(|error| refusal(api, &error))?;
    check_token(api, url.token.as_ref(), &key, call)?;
    become_owner(call, id, key);
    Ok(())
}

/// Makes `call` one of the key's principal.
fn become_owner(call: &mut Call, access_key_id: &str, key: Key) {
    call.account = key.account;
    call.principal = key.principal;
    call.access_key_id = access_key_id.to_owned();
    call.context = key.context;
    call.session_policies = Arc::new(key.session_policies);
}

fn check_token(api: &Api, given: Option<&SessionToken>, key: &Key, call: &Call) -> Result<(), ApiError> {
    let given = given.map(SessionToken::as_str);
    if given != key.session_token.as_deref() {
        return Err(match dialect(api) {
            Dialect::S3 => ApiError::new("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
            Dialect::Json => unrecognized(),
            _ => invalid_token_id(),
        });
    }
    if key.expires.is_some_and(|expires| call.now >= expires) {
        return Err(match dialect(api) {
            Dialect::S3 => ApiError::new("ExpiredToken", 400, "The provided token has expired."),
            Dialect::Json => {
                ApiError::new("ExpiredTokenException", 400, "The security token included in the request is expired")
            }
            _ => ApiError::new("ExpiredToken", 403, "The security token included in the request is expired"),
        });
    }
    Ok(())
}

fn unknown_key(api: &Api, access_key_id: &str) -> ApiError {
    match dialect(api) {
        Dialect::S3 => ApiError::new(
            "InvalidAccessKeyId",
            403,
            "The AWS Access Key Id you provided does not exist in our records.",
        )
        .with_elements(vec![("AWSAccessKeyId", access_key_id.to_owned())]),
        Dialect::Json if api.protocol == Protocol::RestJson => ApiError { status: 403, ..unrecognized() },
        Dialect::Json => unrecognized(),
        _ => invalid_token_id(),
    }
}

fn unrecognized() -> ApiError {
    ApiError::new("UnrecognizedClientException", 400, "The security token included in the request is invalid.")
}

fn invalid_token_id() -> ApiError {
    ApiError::new("InvalidClientTokenId", 403, "The security token included in the request is invalid.")
}

/// What S3's body still has to be checked against.
pub(crate) fn checks(
    api: &'static Api,
    parts: &Parts,
    signed: Option<(&Presented, &Secret)>,
) -> Result<Checks, ApiError> {
    if !declares_its_hash(api) {
        return Ok(Checks::Nothing);
    }
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let decoded_length = header("x-amz-decoded-content-length").and_then(|length| length.parse().ok());
    match Payload::of(&parts.headers).map_err(|error| refusal(api, &error))? {
        Payload::Unsigned => Ok(Checks::Nothing),
        Payload::Hash(hash) => Ok(Checks::Hash(hash)),
        Payload::Streaming { is_signed, .. } => {
            let decoder = match signed {
                Some((presented, secret)) if is_signed => presented.chunks(secret),
                None if is_signed => return Err(refusal(api, &SignError::Absent)),
                _ => Decoder::unsigned(),
            };
            let decoder = match decoded_length {
                Some(length) => decoder.expecting(length),
                None => decoder,
            };
            let announced = header("x-amz-trailer").unwrap_or_default().split(',');
            let announced = announced.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect();
            Ok(Checks::Chunks { decoder: Box::new(decoder), decoded_length, announced })
        }
    }
}

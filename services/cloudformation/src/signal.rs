//! Addresses to which the world answers a stack: those of custom resources and wait conditions.
//!
//! They look like the presigned URLs of AWS's own buckets. The path names stack, resource and step; the signature is
//! a secret that only the row of the address knows.

use crate::{
    api::API,
    state::{AWAITED, Awaited},
};
use base::{AccountId, Arn, Region, Timestamp};
use http::{Method, StatusCode, Uri};
use kernel::{Call, Cloud, Outcome, Request, Response, Scope, Site, StackCall};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;
use shape::{ApiError, ByteStream};

const CUSTOM_RESOURCE_HOST: &str = "cloudformation-custom-resource-response-";
const WAIT_CONDITION_HOST: &str = "cloudformation-waitcondition-";
/// AWS: the longest answer of a custom resource, in bytes.
const LONGEST_ANSWER: usize = 4096;
/// Ours: signals of one handle.
const MOST_ANSWERS: usize = 1000;
/// Of the presigned URLs: nobody checks it, and clients show it.
const KEY_ID: &str = "AKIAMAQUETTESIGNAL00";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    CustomResource,
    WaitCondition,
}

/// The key of an address's row.
pub(crate) fn key(stack: &StackCall, token: &str) -> (String, String) {
    let uuid = stack.stack_id.rsplit('/').next().unwrap_or_default();
    (uuid.to_owned(), token.to_owned())
}

/// The row of an address, which is written when it is not there yet.
pub(crate) async fn ensure(cloud: &Cloud, stack: &StackCall, token: &str, deadline: Timestamp) -> Outcome<Awaited> {
    let (uuid, token) = key(stack, token);
    let secret = cloud.entropy().uuid();
    cloud
        .write(&API, &cloud.scope_of(&API, &stack.call), move |tx| {
            if let Some(row) = tx.get(&AWAITED, (uuid.as_str(), token.as_str()))? {
                return Ok(row);
            }
            let row = Awaited { secret, deadline, is_sent: false, answers: Vec::new() };
            tx.put(&AWAITED, (uuid.as_str(), token.as_str()), &row)?;
            Ok::<_, ApiError>(row)
        })
        .await
}

pub(crate) fn address(stack: &StackCall, token: &str, secret: &str, kind: Kind) -> String {
    let region = stack.call.region.as_str();
    let host = match kind {
        Kind::CustomResource => format!("{CUSTOM_RESOURCE_HOST}{}", region.replace('-', "")),
        Kind::WaitCondition => format!("{WAIT_CONDITION_HOST}{region}"),
    };
    let path = format!("{}|{}|{token}", stack.stack_id, stack.logical_id);
    // AWS: the colons and bars of the path are escaped, its slashes are not.
    let parts: Vec<_> = path.split('/').map(|part| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()).collect();
    let path = parts.join("/").replace("%2D", "-");
    format!("https://{host}.s3.{region}.amazonaws.com/{path}?AWSAccessKeyId={KEY_ID}&Signature={secret}")
}

/// The token of the step that gave an address.
pub(crate) fn token_of(address: &str) -> Option<String> {
    let uri: Uri = address.parse().ok()?;
    named(&uri).map(|(_, _, token)| token)
}

/// Scope, stack and token that a path names.
fn named(uri: &Uri) -> Option<(Scope, String, String)> {
    let path = percent_decode_str(uri.path().trim_start_matches('/')).decode_utf8().ok()?;
    let mut parts = path.split('|');
    let (stack, token) = (parts.next()?, parts.nth(1)?);
    let arn: Arn = stack.parse().ok()?;
    let scope = Scope::new(&AccountId::new(&*arn.account)?, &Region::new(&*arn.region));
    Some((scope, stack.rsplit('/').next()?.to_owned(), token.to_owned()))
}

#[derive(Debug)]
pub(crate) struct Signals;

impl Site for Signals {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        (host.starts_with(CUSTOM_RESOURCE_HOST) || host.starts_with(WAIT_CONDITION_HOST)) && host.contains(".s3.")
    }

    async fn answer(&self, cloud: &Cloud, _: &Call, request: Request) -> Response {
        let mut response = Response::new(ByteStream::empty());
        *response.status_mut() = match take(cloud, request).await {
            Ok(status) => status,
            Err(error) => {
                tracing::error!(%error, "an answer to a stack was not written down");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        response
    }
}

async fn take(cloud: &Cloud, request: Request) -> Outcome<StatusCode> {
    if request.method() != Method::PUT {
        return Ok(StatusCode::METHOD_NOT_ALLOWED);
    }
    let secret =
        request.uri().query().and_then(|query| query.split('&').find_map(|part| part.strip_prefix("Signature=")));
    let (Some((scope, uuid, token)), Some(secret)) = (named(request.uri()), secret.map(str::to_owned)) else {
        return Ok(StatusCode::FORBIDDEN);
    };
    let Ok(body) = request.into_body().collect(LONGEST_ANSWER).await else {
        return Ok(StatusCode::PAYLOAD_TOO_LARGE);
    };
    // What is not JSON is an answer too: one without a status, which fails the step.
    let answer: Json = serde_json::from_slice(&body).unwrap_or_default();
    // Before the write: whoever makes up an address leaves no trace.
    if !cloud.read(&API, &scope, |tx| tx.has(&AWAITED, (uuid.as_str(), token.as_str())))? {
        return Ok(StatusCode::FORBIDDEN);
    }
    cloud
        .write(&API, &scope, move |tx| {
            let found = tx.get(&AWAITED, (uuid.as_str(), token.as_str()))?;
            let Some(mut row) = found.filter(|row| row.secret == secret) else { return Ok(StatusCode::FORBIDDEN) };
            if row.answers.len() < MOST_ANSWERS {
                row.answers.push(answer);
                tx.put(&AWAITED, (uuid.as_str(), token.as_str()), &row)?;
            }
            Ok(StatusCode::OK)
        })
        .await
}

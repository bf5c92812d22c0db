//! One request to an API: verified, decoded, dispatched, answered.

use crate::{
    body, cors,
    names::Endpoint,
    serve::Gateway,
    verify::{self, Checks},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, request::Parts};
use http_io::Body;
use kernel::Call;
use shape::{Api, ApiError, OperationSpec, Protocol, Value};
use sign::{PayloadHash, Presented, PresentedV2, SignError};
use wire::{Incoming, Outgoing, Routed};

/// No document that AWS takes is larger: Lambda's function code inside JSON.
const LARGEST_DOCUMENT: usize = 96 << 20;
/// An XML document that S3 takes in a body it also signs in chunks.
const LARGEST_S3_DOCUMENT: usize = 8 << 20;

/// For which API a request is, and what its host said.
#[derive(Debug)]
pub(crate) struct Destination {
    /// Usually one; several where APIs share their endpoint, told apart by the operation.
    pub(crate) apis: Vec<&'static Api>,
    pub(crate) endpoint: Endpoint,
}

/// A request on its way through.
struct Pass {
    api: &'static Api,
    /// With the bucket in the path, whatever the host said.
    parts: Parts,
    call: Call,
    operation: Option<&'static OperationSpec>,
    protocol: Protocol,
}

impl Gateway {
    /// Answers a request to an API.
    pub(crate) async fn answer_api(
        &self,
        destination: Destination,
        presented: Result<Option<Presented>, SignError>,
        request: Request<Body>,
        mut call: Call,
    ) -> Response<Body> {
        let (parts, body) = request.into_parts();
        if let Some(region) = &destination.endpoint.region {
            call.region = base::Region::new(region.as_str());
        }
        let api = destination.apis[0];
        let protocol = api.protocol;
        let is_cross_origin = parts.headers.contains_key(http::header::ORIGIN);
        let mut pass = Pass { api, parts: path_style(&parts, &destination.endpoint), call, operation: None, protocol };
        if let Some(answer) = cors::preflight(&self.cloud, api, &pass.parts) {
            return answer.unwrap_or_else(|error| {
                let path = pass.parts.uri.path();
                let refusal = wire::encode_error(api, None, protocol, &error, &pass.call.request_id, path);
                refusal.map(sent)
            });
        }
        let outcome = self.pass(&mut pass, &destination, &parts, presented, body).await;
        let Pass { api, parts, call, operation, protocol } = pass;
        let encoded = outcome.and_then(|(operation, output)| {
            // S3 answers a copy or a completed upload that fails late with 200; it does not happen here.
            wire::encode(operation, protocol, output, &call.request_id)
        });
        let response = encoded.unwrap_or_else(|error| {
            if let Some(fault) = &error.fault {
                tracing::error!(request = call.request_id, %fault, "a request failed");
            }
            wire::encode_error(api, operation, protocol, &error, &call.request_id, parts.uri.path())
        });
        let mut response = response.map(sent);
        if is_cross_origin {
            cors::expose(&self.cloud, api, &parts, response.headers_mut());
        }
        if parts.method == http::Method::HEAD {
            // The length stays, the body does not.
            *response.body_mut() = Body::empty();
        }
        response
    }

    async fn pass(
        &self,
        pass: &mut Pass,
        destination: &Destination,
        original: &Parts,
        presented: Result<Option<Presented>, SignError>,
        body: Body,
    ) -> Result<(&'static OperationSpec, Value), ApiError> {
        if verify::declares_its_hash(pass.api) {
            return self.pass_s3(pass, original, presented, destination.endpoint.bucket.as_deref(), body).await;
        }
        let bytes = collect(body, LARGEST_DOCUMENT).await?;
        let routed = route(pass, &destination.apis, &bytes);
        // A signature is checked wherever one is given; what is wrong with it outweighs what was asked.
        let is_unsigned = routed.as_ref().is_ok_and(|routed| routed.operation.is_unsigned);
        match presented {
            Ok(Some(presented)) if !is_unsigned => {
                let hash = sign::sha256_hex(&bytes);
                let payload = PayloadHash::Computed(&hash);
                verify::authenticate(&self.cloud, pass.api, &presented, original, payload, &mut pass.call)?;
            }
            Err(error) if !is_unsigned => return Err(verify::refusal(pass.api, &error)),
            Ok(None) if !is_unsigned => {
                routed?;
                return Err(verify::refusal(pass.api, &SignError::Absent));
            }
            _ => {}
        }
        self.dispatch(pass, routed?, Incoming::Bytes(bytes)).await
    }

    /// S3 says in its headers what the body hashes to, so that bodies can stream; and it answers the anonymous where a
    /// policy lets it.
    async fn pass_s3(
        &self,
        pass: &mut Pass,
        original: &Parts,
        presented: Result<Option<Presented>, SignError>,
        bucket: Option<&str>,
        body: Body,
    ) -> Result<(&'static OperationSpec, Value), ApiError> {
        let presented = match presented {
            Err(SignError::SigV2) if let Some(url) = PresentedV2::parse(original) => {
                verify::authenticate_url(&self.cloud, pass.api, &url, original, bucket, &mut pass.call)?;
                None
            }
            other => other.map_err(|error| verify::refusal(pass.api, &error))?,
        };
        let mut signed = None;
        if let Some(presented) = &presented {
            let declared = PayloadHash::Declared;
            let secret = verify::authenticate(&self.cloud, pass.api, presented, original, declared, &mut pass.call)?;
            signed = Some((presented, secret));
        }
        let checks =
            verify::checks(pass.api, original, signed.as_ref().map(|(presented, secret)| (*presented, secret)))?;
        let routed = wire::find_operation(pass.api, &pass.parts, None).map_err(|missing| missing.to_error(pass.api))?;
        pass.operation = Some(routed.operation);
        let length = original.headers.get(http::header::CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let is_plain = matches!(checks, Checks::Nothing);
        let stream = body::incoming(body, length, checks);
        let incoming = if wire::takes_stream(routed.operation) {
            if is_plain && length.is_none() && !original.headers.contains_key(http::header::TRANSFER_ENCODING) {
                return Err(missing_length(original));
            }
            Incoming::Stream(stream)
        } else {
            let bytes = stream.collect(LARGEST_S3_DOCUMENT).await.map_err(|error| match error {
                shape::StreamError::Refused { code, message } => ApiError::new(code, 400, message),
                _ => ApiError::new("IncompleteBody", 400, "The request body terminated unexpectedly"),
            })?;
            Incoming::Bytes(bytes)
        };
        self.dispatch(pass, routed, incoming).await
    }

    async fn dispatch(
        &self,
        pass: &mut Pass,
        routed: Routed,
        incoming: Incoming,
    ) -> Result<(&'static OperationSpec, Value), ApiError> {
        pass.operation = Some(routed.operation);
        pass.protocol = routed.protocol;
        let input = wire::decode(&routed, &pass.parts, incoming)?;
        let output = self.cloud.dispatch(routed.operation, pass.call.clone(), input).await?;
        Ok((routed.operation, output))
    }
}

fn sent(body: Outgoing) -> Body {
    match body {
        Outgoing::Bytes(bytes) => Body::from(bytes),
        Outgoing::Stream(stream) => body::outgoing(stream),
    }
}

/// The operation, of the one API among `apis` that has it.
fn route(pass: &mut Pass, apis: &[&'static Api], body: &[u8]) -> Result<Routed, ApiError> {
    let is_form = matches!(pass.api.protocol, Protocol::Query | Protocol::Ec2Query);
    let action = is_form.then(|| form_field(body, "Action")).flatten();
    let mut first = None;
    for api in apis {
        match wire::find_operation(api, &pass.parts, action.as_deref()) {
            Ok(routed) => {
                pass.api = api;
                pass.operation = Some(routed.operation);
                pass.protocol = routed.protocol;
                return Ok(routed);
            }
            Err(missing) => first = first.or_else(|| Some(missing.to_error(api))),
        }
    }
    Err(first.unwrap_or_else(|| ApiError::new("InvalidAction", 400, "The request names no operation.")))
}

/// A field of a form body.
pub(crate) fn form_field(body: &[u8], name: &str) -> Option<String> {
    let body = std::str::from_utf8(body).ok()?;
    let value = body.trim().split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    // Names of operations and versions need no decoding; whoever encodes them still means them.
    Some(value.replace("%2D", "-").replace("%2d", "-"))
}

async fn collect(body: Body, limit: usize) -> Result<Bytes, ApiError> {
    body.collect(limit).await.map_err(|error| match error {
        http_io::BodyError::TooLarge { limit_bytes } => ApiError::new(
            "RequestEntityTooLargeException",
            413,
            format!("Request must be smaller than {limit_bytes} bytes"),
        ),
        other => ApiError::new("IncompleteBody", 400, format!("The request body could not be read: {other}")),
    })
}

fn missing_length(parts: &Parts) -> ApiError {
    let what = if parts.method == http::Method::PUT { "Content-Length" } else { "length" };
    ApiError::new(
        "MissingContentLength",
        StatusCode::LENGTH_REQUIRED.as_u16(),
        format!("You must provide the {what} HTTP header."),
    )
}

/// The request with a virtual-host bucket written into its path, for routing; signatures cover the original.
fn path_style(parts: &Parts, endpoint: &Endpoint) -> Parts {
    let mut routed = parts.clone();
    let path = parts.uri.path();
    let path = match &endpoint.bucket {
        Some(bucket) if path == "/" => format!("/{bucket}"),
        Some(bucket) => format!("/{bucket}{path}"),
        None => path.to_owned(),
    };
    let target = match parts.uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path,
    };
    if let Ok(uri) = target.parse::<Uri>() {
        routed.uri = uri;
    }
    routed
}

//! Passing a request on, and its answer back.

use super::{Journey, explained};
use crate::{
    proxy::{
        event::{self, Who},
        incoming::Incoming,
        mapping::{self, Outgoing, fill},
        response,
    },
    route::decode,
    state::{Integration, Payload, Target},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use kernel::{Request, Response};
use shape::{ByteStream, Bytes};

const SERVER_ERROR: &str = "Internal Server Error";

pub(super) async fn integrate(journey: &Journey<'_>, who: Option<&Who>) -> Response {
    let Some(integration) = &journey.route.integration else {
        let why = format!("the route {} has no integration", journey.route.key);
        return explained(StatusCode::NOT_FOUND, "Not Found", &why);
    };
    let mapped = mapped(journey, integration);
    let mut response = match integration.target {
        Target::Function(payload) => ask_function(journey, integration, payload, &mapped, who).await,
        Target::Http => ask_host(journey, integration, &mapped).await,
    };
    if let Some(parameters) = &integration.response_parameters {
        let mut status = response.status();
        let request = journey.request;
        mapping::apply_to_response(parameters, request, journey.variables, &mut status, response.headers_mut());
        *response.status_mut() = status;
    }
    response
}

/// The request as the integration's parameters make it.
fn mapped(journey: &Journey<'_>, integration: &Integration) -> Outgoing {
    let request = journey.request;
    let mut outgoing = Outgoing { path: None, query: request.query(), headers: request.parts.headers.clone() };
    if let Some(parameters) = &integration.request_parameters {
        mapping::apply_to_request(parameters, request, journey.variables, &mut outgoing);
    }
    outgoing
}

async fn ask_function(
    journey: &Journey<'_>,
    integration: &Integration,
    payload: Payload,
    mapped: &Outgoing,
    who: Option<&Who>,
) -> Response {
    let request = journey.request;
    let parts;
    let request = if integration.request_parameters.is_some() {
        parts = changed(request, mapped);
        &Incoming { parts: &parts, path: mapped.path.as_deref().unwrap_or(request.path), ..*request }
    } else {
        request
    };
    let event = match payload {
        Payload::V2 => event::version_2(request, who, journey.variables),
        Payload::V1 => event::version_1(request, who, journey.variables),
    };
    let source = match journey.route.key.split_once(' ') {
        Some((_, path)) => format!("{}/{}{path}", request.stage, request.method()),
        None => format!("{}/$default", request.stage),
    };
    match journey.invoke(&integration.uri, &source, &event, integration.timeout_ms.into()).await {
        Err(failed) => failed,
        Ok(answer) => match response::of_function(payload, &answer) {
            Some(response) => response.map(ByteStream::from),
            None => {
                let why = "the function's answer is not of the form that the payload format wants";
                explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, why)
            }
        },
    }
}

fn changed(request: &Incoming<'_>, mapped: &Outgoing) -> Parts {
    let mut parts = request.parts.clone();
    parts.headers = mapped.headers.clone();
    if mapped.query != request.query() {
        let path = parts.uri.path().to_owned();
        if let Ok(uri) = format!("{path}?{}", query_text(&mapped.query)).parse() {
            parts.uri = uri;
        }
    }
    parts
}

async fn ask_host(journey: &Journey<'_>, integration: &Integration, mapped: &Outgoing) -> Response {
    let request = journey.request;
    let look_up = |name: &str| journey.variables.get(name.strip_prefix("stageVariables.")?).cloned();
    let mut address = fill(&integration.uri, &look_up);
    for (name, value) in request.parameters {
        let value = encode(value, true);
        address = address.replace(&format!("{{{name}}}"), &value).replace(&format!("{{{name}+}}"), &value);
    }
    let Some((uri, host)) = target(&address, mapped) else {
        return explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &format!("{address} is not an address"));
    };
    let method = match integration.method.as_deref() {
        None | Some("ANY") => request.parts.method.clone(),
        Some(method) => Method::from_bytes(method.as_bytes()).unwrap_or_else(|_| request.parts.method.clone()),
    };
    let mut outgoing = Request::new(ByteStream::from(Bytes::copy_from_slice(request.body)));
    *outgoing.method_mut() = method;
    *outgoing.uri_mut() = uri;
    *outgoing.headers_mut() = forwarded(request, &mapped.headers, &host);
    let (parts, body) = outgoing.into_parts();
    let name = host.split(':').next().unwrap_or_default();
    if journey.cloud.find_site(name, &parts).is_none() && !name.ends_with(".amazonaws.com") {
        let why = format!("{host} is not a host of this model, and integrations reach no other");
        return explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &why);
    }
    let deadline = journey.cloud.clock().now().plus_millis(integration.timeout_ms.into());
    let answer = tokio::select! {
        answer = journey.cloud.fetch(Request::from_parts(parts, body)) => answer,
        () = journey.cloud.wait_until(deadline) => {
            let why = format!("{host} did not answer within {} ms", integration.timeout_ms);
            return explained(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", &why);
        }
    };
    match answer {
        Ok(mut response) => {
            remove_hops(response.headers_mut());
            response
        }
        Err(error) => explained(StatusCode::INTERNAL_SERVER_ERROR, SERVER_ERROR, &format!("{host}: {error}")),
    }
}

/// The address with the path and query that the mapping made, and its host.
fn target(address: &str, mapped: &Outgoing) -> Option<(Uri, String)> {
    let uri: Uri = address.parse().ok()?;
    let host = uri.authority()?.to_string();
    let path = mapped.path.as_ref().map_or_else(|| uri.path().to_owned(), |path| encode(path, true));
    let own = uri.query().map(str::to_owned).into_iter();
    let query: Vec<_> = own.chain((!mapped.query.is_empty()).then(|| query_text(&mapped.query))).collect();
    let question = if query.is_empty() { "" } else { "?" };
    let whole = format!("{}://{host}{path}{question}{}", uri.scheme_str()?, query.join("&"));
    Some((whole.parse().ok()?, host))
}

const HOPS: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
];

fn remove_hops(headers: &mut HeaderMap) {
    for name in HOPS {
        headers.remove(name);
    }
}

/// AWS: the host is the target's; who asked, and whom, stands in `forwarded`.
fn forwarded(request: &Incoming<'_>, headers: &HeaderMap, host: &str) -> HeaderMap {
    let mut headers = headers.clone();
    remove_hops(&mut headers);
    let forwarded = format!("for={};host={};proto=https", request.source_ip, request.domain);
    for (name, value) in
        [(header::HOST, host), (header::FORWARDED, &forwarded), (header::VIA, "HTTP/1.1 AmazonAPIGateway")]
    {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    headers
}

fn query_text(pairs: &[(String, String)]) -> String {
    let one = |(key, value): &(String, String)| format!("{}={}", encode(key, false), encode(value, false));
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

/// Percent-encodes what was decoded (what still is encoded is taken for it).
fn encode(text: &str, is_path: bool) -> String {
    let mut encoded = String::new();
    for byte in decode(text).bytes() {
        let is_plain =
            byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || is_path && b"/:@!$&'()*+,;=".contains(&byte);
        if is_plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

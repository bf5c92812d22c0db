//! `/_maquette/…`: the model about itself, for its command line and for programs.
//!
//! Only under this machine's own names, so that no page of a foreign site can read it by pointing a name here; and what
//! changes something wants a header that no page can send to another origin unasked.

use crate::{proxy::plain, serve::Gateway};
use http::{Method, Request, Response, StatusCode, header};
use http_io::Body;
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};

pub(crate) const PREFIX: &str = "/_maquette/";

/// What requests that change something carry.
const INTENT_HEADER: &str = "x-maquette-intent";

/// How much a listing gives.
const MOST_DENIALS: usize = 50;
const MOST_MAILS: usize = 100;

pub(crate) async fn answer(gateway: &Gateway, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    if parts.method != Method::GET && !parts.headers.contains_key(INTENT_HEADER) {
        return plain(StatusCode::FORBIDDEN, &format!("send the header {INTENT_HEADER} with what changes the model"));
    }
    let path = parts.uri.path().trim_start_matches(PREFIX).trim_end_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let done = match (&parts.method, segments.as_slice()) {
        (&Method::GET, ["health"]) => Ok(health(gateway)),
        (&Method::GET, ["status"]) => Ok(gateway.status.status(&gateway.cloud).await),
        (&Method::GET, ["clock"]) => Ok(clock(gateway)),
        (&Method::POST, ["clock"]) => match body.collect(4096).await {
            Ok(bytes) => set_clock(gateway, &bytes).await,
            Err(error) => Err(error.to_string()),
        },
        (&Method::GET, ["denied"]) => denied(gateway, None),
        (&Method::GET, ["denied", request_id]) => denied(gateway, Some(request_id)),
        (&Method::GET, ["mail"]) => mail(gateway, None),
        (&Method::GET, ["mail", to]) => mail(gateway, Some(&percent_decode_str(to).decode_utf8_lossy())),
        (&Method::POST, ["stop"]) => {
            gateway.control.stop.notify_one();
            Ok(json!({"stopping": true}))
        }
        _ => return plain(StatusCode::NOT_FOUND, &format!("nothing answers {} {PREFIX}{path}", parts.method)),
    };
    match done {
        Ok(json) => as_json(StatusCode::OK, &json),
        Err(why) => as_json(StatusCode::BAD_REQUEST, &json!({"error": why})),
    }
}

fn as_json(status: StatusCode, json: &Json) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{json}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    response
}

fn health(gateway: &Gateway) -> Json {
    json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "pid": std::process::id(),
        "data": gateway.cloud.home().data,
        "now": gateway.cloud.clock().now().iso_millis(),
    })
}

fn clock(gateway: &Gateway) -> Json {
    let clock = gateway.cloud.clock();
    json!({"now": clock.now().iso_millis(), "offset_ms": clock.offset_millis()})
}

/// `{"offset_ms": 1000}` puts the clock there; `{"move_ms": 1000}` moves it on.
async fn set_clock(gateway: &Gateway, body: &[u8]) -> Result<Json, String> {
    let wanted: Json = serde_json::from_slice(body).map_err(|why| format!("the body is not JSON: {why}"))?;
    let clock = gateway.cloud.clock();
    let offset = match (wanted["offset_ms"].as_i64(), wanted["move_ms"].as_i64()) {
        (Some(offset), None) => offset,
        (None, Some(by)) => clock.offset_millis().saturating_add(by),
        _ => return Err("say offset_ms or move_ms".into()),
    };
    gateway.cloud.keep_clock(offset).await.map_err(|fault| fault.to_string())?;
    Ok(self::clock(gateway))
}

fn denied(gateway: &Gateway, request_id: Option<&str>) -> Result<Json, String> {
    let found = gateway.cloud.denials(request_id, MOST_DENIALS).map_err(|fault| fault.to_string())?;
    let told = found.iter().map(|denial| {
        json!({
            "time": denial.time.iso_millis(),
            "request_id": denial.request_id,
            "principal": denial.principal.name(),
            "action": denial.action,
            "resource": denial.resource,
            "because": denial.decision.to_string(),
            "decision": denial.decision,
        })
    });
    Ok(Json::Array(told.collect()))
}

fn mail(gateway: &Gateway, to: Option<&str>) -> Result<Json, String> {
    let found = gateway.cloud.mails(to, MOST_MAILS).map_err(|fault| fault.to_string())?;
    let told = found.iter().map(|(at, mail)| {
        json!({"time": at.iso_millis(), "to": mail.to, "from": mail.from, "subject": mail.subject, "body": mail.body})
    });
    Ok(Json::Array(told.collect()))
}

//! What a function's answer means.

use crate::state::Payload;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map as JsonMap, Value as Json};
use shape::Bytes;

/// The response that a function's answer asks for; `None` where AWS calls it malformed.
pub(crate) fn of_function(payload: Payload, answer: &[u8]) -> Option<Response<Bytes>> {
    let answer: Json = serde_json::from_slice(answer).ok()?;
    match (payload, answer) {
        (_, Json::Object(members)) if members.contains_key("statusCode") => structured(payload, &members),
        (Payload::V1, _) => None,
        (Payload::V2, answer) => Some(inferred(answer)),
    }
}

/// AWS: with format 2.0, any other JSON is the body of a 200.
fn inferred(answer: Json) -> Response<Bytes> {
    let body = match answer {
        Json::String(text) => text,
        other => other.to_string(),
    };
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn structured(payload: Payload, members: &JsonMap<String, Json>) -> Option<Response<Bytes>> {
    let mut response = Response::new(body_of(members)?);
    *response.status_mut() = status_of(members.get("statusCode")?)?;
    let headers = response.headers_mut();
    for (name, value) in object(members.get("headers"))? {
        headers.insert(name_of(name)?, value_of(value)?);
    }
    if payload == Payload::V1 {
        for (name, values) in object(members.get("multiValueHeaders"))? {
            let name = name_of(name)?;
            headers.remove(&name);
            for value in values.as_array()? {
                headers.append(name.clone(), value_of(value)?);
            }
        }
    } else if let Some(cookies) = members.get("cookies").filter(|cookies| !cookies.is_null()) {
        for cookie in cookies.as_array()? {
            headers.append(header::SET_COOKIE, value_of(cookie)?);
        }
    }
    if !headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=utf-8"));
    }
    // Hop by hop, and what the server computes itself.
    for name in ["connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "trailer"] {
        headers.remove(name);
    }
    Some(response)
}

fn status_of(value: &Json) -> Option<StatusCode> {
    let number = match value {
        Json::Number(number) => number.as_u64()?,
        Json::String(text) => text.parse().ok()?,
        _ => return None,
    };
    StatusCode::from_u16(u16::try_from(number).ok()?).ok().filter(|status| (100..600).contains(&status.as_u16()))
}

fn body_of(members: &JsonMap<String, Json>) -> Option<Bytes> {
    let text = match members.get("body") {
        None | Some(Json::Null) => return Some(Bytes::new()),
        Some(Json::String(text)) => text,
        Some(_) => return None,
    };
    match members.get("isBase64Encoded") {
        Some(Json::Bool(true)) => STANDARD.decode(text).ok().map(Bytes::from),
        _ => Some(Bytes::from(text.clone())),
    }
}

fn object(value: Option<&Json>) -> Option<impl Iterator<Item = (&String, &Json)>> {
    match value {
        None | Some(Json::Null) => Some(None.into_iter().flatten()),
        Some(Json::Object(members)) => Some(Some(members).into_iter().flatten()),
        Some(_) => None,
    }
}

fn name_of(name: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).ok()
}

fn value_of(value: &Json) -> Option<HeaderValue> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(is) => is.to_string(),
        _ => return None,
    };
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

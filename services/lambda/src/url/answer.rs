//! What a function's answer means.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map as JsonMap, Value as Json};
use shape::Bytes;

/// The response that an answer asks for; `None` where AWS calls it malformed.
pub(super) fn of(answer: &[u8]) -> Option<Response<Bytes>> {
    match serde_json::from_slice(answer).ok()? {
        Json::Object(members) if members.contains_key("statusCode") => structured(&members),
        // AWS: any other JSON is the body of a 200.
        Json::String(text) => Some(whole(text)),
        other => Some(whole(other.to_string())),
    }
}

fn whole(body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn structured(members: &JsonMap<String, Json>) -> Option<Response<Bytes>> {
    let mut response = Response::new(body(members)?);
    *response.status_mut() = status(&members["statusCode"])?;
    let headers = response.headers_mut();
    for (name, value) in members.get("headers").and_then(Json::as_object).into_iter().flatten() {
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, text(value)?);
    }
    for cookie in members.get("cookies").and_then(Json::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, text(cookie)?);
    }
    headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
    // Hop by hop, and what the server computes itself.
    for name in ["connection", "content-length", "transfer-encoding", "keep-alive", "upgrade", "trailer"] {
        headers.remove(name);
    }
    Some(response)
}

fn status(value: &Json) -> Option<StatusCode> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number).ok().filter(|number| (100..600).contains(number)).and_then(|it| StatusCode::from_u16(it).ok())
}

fn body(members: &JsonMap<String, Json>) -> Option<Bytes> {
    let text = match members.get("body") {
        None | Some(Json::Null) => return Some(Bytes::new()),
        Some(Json::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match members.get("isBase64Encoded") {
        Some(Json::Bool(true)) => BASE64_STANDARD.decode(text).ok().map(Bytes::from),
        _ => Some(Bytes::from(text)),
    }
}

fn text(value: &Json) -> Option<HeaderValue> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(_) | Json::Bool(_) => value.to_string(),
        _ => return None,
    };
    HeaderValue::from_bytes(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_its_status_or_is_the_body_itself() {
        let plain = of(br#""hello""#).unwrap();
        assert_eq!((plain.status().as_u16(), plain.body().as_ref()), (200, b"hello".as_slice()));
        let full = of(br#"{"statusCode": 201, "body": "aGk=", "isBase64Encoded": true, "cookies": ["a=1", "b=2"]}"#);
        let full = full.unwrap();
        assert_eq!((full.status().as_u16(), full.body().as_ref()), (201, b"hi".as_slice()));
        assert_eq!(full.headers().get_all("set-cookie").iter().count(), 2);
        assert!(of(br#"{"statusCode": "many"}"#).is_none());
    }
}

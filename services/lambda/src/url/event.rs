//! What a function gets of a request: payload format 2.0. Members stand in AWS's order.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::{HeaderMap, header, request::Parts};
use kernel::Call;
use serde_json::{Map as JsonMap, Value as Json, json};
use shape::Map;

pub(super) struct Incoming<'r> {
    pub(super) parts: &'r Parts,
    pub(super) body: &'r [u8],
    pub(super) domain: &'r str,
    pub(super) call: &'r Call,
}

pub(super) fn of(request: &Incoming<'_>) -> Json {
    let Incoming { parts, body, domain, call } = request;
    let (headers, cookies) = split(&parts.headers);
    let path = decode(parts.uri.path());
    let id = domain.split('.').next().unwrap_or_default();
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
    });
    if !cookies.is_empty() {
        event["cookies"] = cookies.into();
    }
    let query = query(parts.uri.query().unwrap_or_default());
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query);
    }
    event["requestContext"] = json!({
        "accountId": "anonymous",
        "apiId": id,
        "domainName": domain,
        "domainPrefix": id,
        "http": {
            "method": parts.method.as_str(),
            "path": path,
            "protocol": format!("{:?}", parts.version),
            "sourceIp": call.source_ip,
            "userAgent": headers.get("user-agent").cloned().unwrap_or_default(),
        },
        "requestId": call.request_id,
        "routeKey": "$default",
        "stage": "$default",
        "time": time(call),
        "timeEpoch": call.now.millis(),
    });
    if !body.is_empty() {
        let is_text = is_text(&headers);
        let text = std::str::from_utf8(body).ok().filter(|_| is_text).map(str::to_owned);
        event["isBase64Encoded"] = text.is_none().into();
        event["body"] = text.unwrap_or_else(|| BASE64_STANDARD.encode(body)).into();
    } else {
        event["isBase64Encoded"] = false.into();
    }
    event["headers"] = headers.into_iter().map(|(name, value)| (name, value.into())).collect::<JsonMap<_, _>>().into();
    event
}

/// Values of one name are joined by commas; cookies stand apart, each by itself.
fn split(all: &HeaderMap) -> (Map<String>, Vec<String>) {
    let (mut headers, mut cookies) = (Map::<String>::new(), Vec::new());
    for (name, value) in all {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == header::COOKIE {
            cookies.extend(value.split(';').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()));
            continue;
        }
        let joined = headers.entry(name.to_string()).or_default();
        if !joined.is_empty() {
            joined.push(',');
        }
        joined.push_str(&value);
    }
    (headers, cookies)
}

fn query(text: &str) -> Map<String> {
    let mut all = Map::<String>::new();
    for pair in text.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let plain = |text: &str| decode(&text.replace('+', " "));
        all.entry(plain(key))
            .and_modify(|before| {
                before.push(',');
                before.push_str(&plain(value));
            })
            .or_insert_with(|| plain(value));
    }
    all
}

/// AWS: texts are passed as they are, all else in base64.
fn is_text(headers: &Map<String>) -> bool {
    let kind = headers.get("content-type").map(|kind| kind.to_ascii_lowercase()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let is_plain = headers.get("content-encoding").is_none_or(|coding| coding == "identity");
    is_plain
        && (kind.starts_with("text/")
            || ["", "application/json", "application/javascript", "application/xml"].contains(&kind)
            || kind.ends_with("+json")
            || kind.ends_with("+xml"))
}

fn decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// `20/Nov/2026:18:17:00 +0000`
fn time(call: &Call) -> String {
    // `Fri, 20 Nov 2026 18:17:00 GMT`
    let date = call.now.http_date();
    let words: Vec<&str> = date.split(' ').collect();
    format!("{}/{}/{}:{} +0000", words[1], words[2], words[3], words[4])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded_and_joined() {
        let all = query("a=1&b=x%20y+z&a=2&c");
        assert_eq!(json!(all), json!({"a": "1,2", "b": "x y z", "c": ""}));
        assert_eq!(decode("/100%/%zz/%C3%A9"), "/100%/%zz/é");
    }
}

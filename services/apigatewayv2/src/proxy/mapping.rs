//! Parameter mappings: what an integration adds to a request, replaces in it or takes away, and the same for answers.

use super::incoming::{Incoming, joined};
use api_apigatewayv2::errors;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use shape::{ApiError, Map};

/// One side of a mapping: `overwrite:header.name`.
#[derive(Debug, PartialEq, Eq)]
struct Place<'t> {
    action: Action,
    part: Part<'t>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Append,
    Overwrite,
    Remove,
}

#[derive(Debug, PartialEq, Eq)]
enum Part<'t> {
    Header(&'t str),
    Query(&'t str),
    Path,
    StatusCode,
}

/// AWS: headers that mappings may not touch.
const RESERVED: [&str; 12] = [
    "access-control-allow-origin",
    "apigw-requestid",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-location",
    "forwarded",
    "keep-alive",
    "transfer-encoding",
    "upgrade",
    "via",
];

impl<'t> Place<'t> {
    fn parse(text: &'t str) -> Option<Self> {
        let (action, part) =
            text.split_once(':').map_or(("append", text), |(action, part)| (action.trim(), part.trim()));
        let action = match action {
            "append" => Action::Append,
            "overwrite" => Action::Overwrite,
            "remove" => Action::Remove,
            _ => return None,
        };
        let part = match part {
            "path" => Part::Path,
            "statuscode" => Part::StatusCode,
            _ => match part.split_once('.')? {
                ("header", name) if HeaderName::from_bytes(name.as_bytes()).is_ok() => Part::Header(name),
                ("querystring", name) if !name.is_empty() => Part::Query(name),
                _ => return None,
            },
        };
        Some(Self { action, part })
    }
}

fn invalid(place: &str) -> ApiError {
    errors::bad_request_exception(format!("Invalid mapping expression specified: {place}"))
}

fn is_reserved(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    RESERVED.contains(&name.as_str()) || name.starts_with("access-control-")
}

pub(crate) fn check_request(place: &str, value: &str) -> Result<(), ApiError> {
    let found = Place::parse(place).ok_or_else(|| invalid(place))?;
    let is_known = match (&found.part, found.action) {
        (Part::Path, Action::Overwrite) | (Part::Query(_), _) => true,
        (Part::Header(name), _) => !is_reserved(name),
        _ => false,
    };
    if !is_known || found.action == Action::Remove && !["", "''"].contains(&value) {
        return Err(invalid(place));
    }
    Ok(())
}

pub(crate) fn check_response(status: &str, parameters: &Map<String>) -> Result<(), ApiError> {
    let is_status = status.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok()).is_some();
    if !is_status {
        return Err(errors::bad_request_exception(format!(
            "Invalid status code specified in ResponseParameters: {status}"
        )));
    }
    for place in parameters.keys() {
        let found = Place::parse(place).ok_or_else(|| invalid(place))?;
        let is_known = match (&found.part, found.action) {
            (Part::StatusCode, Action::Overwrite) => true,
            (Part::Header(name), _) => !is_reserved(name),
            _ => false,
        };
        if !is_known {
            return Err(invalid(place));
        }
    }
    Ok(())
}

/// What a request is sent on with.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) path: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
}

pub(crate) fn apply_to_request(
    parameters: &Map<String>,
    request: &Incoming<'_>,
    variables: &Map<String>,
    outgoing: &mut Outgoing,
) {
    let look_up = |name: &str| in_request(name, request, variables);
    for (place, value) in parameters {
        let Some(place) = Place::parse(place) else { continue };
        let value = fill(value, &look_up);
        match place.part {
            Part::Path => outgoing.path = Some(value),
            Part::Query(name) => {
                if place.action != Action::Append {
                    outgoing.query.retain(|(key, _)| key != name);
                }
                if place.action != Action::Remove {
                    outgoing.query.push((name.into(), value));
                }
            }
            Part::Header(name) => change_header(&mut outgoing.headers, place.action, name, &value),
            Part::StatusCode => {}
        }
    }
}

/// Changes an answer by the parameters for its status.
pub(crate) fn apply_to_response(
    parameters: &Map<Map<String>>,
    request: &Incoming<'_>,
    variables: &Map<String>,
    status: &mut StatusCode,
    headers: &mut HeaderMap,
) {
    let Some(parameters) = parameters.get(status.as_str()) else { return };
    let before = headers.clone();
    let look_up = |name: &str| match name.strip_prefix("response.header.") {
        Some(header) => joined(&before, &header.to_ascii_lowercase()),
        None => name
            .strip_prefix("context.")
            .and_then(|name| request.context(name))
            .or_else(|| stage_variable(name, variables)),
    };
    for (place, value) in parameters {
        let Some(place) = Place::parse(place) else { continue };
        let value = fill(value, &look_up);
        match place.part {
            Part::StatusCode => {
                if let Some(new) = value.parse().ok().and_then(|code: u16| StatusCode::from_u16(code).ok()) {
                    *status = new;
                }
            }
            Part::Header(name) => change_header(headers, place.action, name, &value),
            _ => {}
        }
    }
}

fn change_header(headers: &mut HeaderMap, action: Action, name: &str, value: &str) {
    let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else { return };
    if action != Action::Append {
        headers.remove(&name);
    }
    if action != Action::Remove
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.append(name, value);
    }
}

fn in_request(name: &str, request: &Incoming<'_>, variables: &Map<String>) -> Option<String> {
    let rest = |prefix| name.strip_prefix(prefix);
    if let Some(header) = rest("request.header.") {
        request.header(&header.to_ascii_lowercase())
    } else if let Some(query) = rest("request.querystring.") {
        request.query_value(query)
    } else if name == "request.path" {
        Some(crate::route::decode(request.path))
    } else if let Some(label) = rest("request.path.") {
        request.parameters.get(label).cloned()
    } else if name == "request.body" {
        Some(String::from_utf8_lossy(request.body).into_owned())
    } else if let Some(body) = rest("request.body.") {
        let json: serde_json::Value = serde_json::from_slice(request.body).ok()?;
        let found = body.split('.').try_fold(&json, |at, member| at.get(member))?;
        Some(found.as_str().map_or_else(|| found.to_string(), Into::into))
    } else if let Some(context) = rest("context.") {
        request.context(context)
    } else {
        stage_variable(name, variables)
    }
}

fn stage_variable(name: &str, variables: &Map<String>) -> Option<String> {
    variables.get(name.strip_prefix("stageVariables.")?).cloned()
}

/// Replaces `$request.header.name` and `${request.header.name}` by what they stand for; what is not there is empty.
pub(crate) fn fill(text: &str, look_up: &dyn Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('$') {
        filled.push_str(before);
        let (name, after) = match behind.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            Some(found) => found,
            None => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
                behind.split_at(behind.find(|c| !is_part(c)).unwrap_or(behind.len()))
            }
        };
        let is_variable =
            ["request.", "response.", "context.", "stageVariables."].iter().any(|kind| name.starts_with(kind));
        if is_variable {
            filled.push_str(&look_up(name).unwrap_or_default());
            rest = after;
        } else {
            filled.push('$');
            rest = behind;
        }
    }
    filled.push_str(rest);
    filled
}

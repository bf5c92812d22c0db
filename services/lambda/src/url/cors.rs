//! CORS of function URLs: the configuration replaces what the function says.

use crate::state::Cors;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts};

pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

impl Cors {
    pub(super) fn apply(&self, parts: &Parts, answer: &mut HeaderMap) {
        let ours: Vec<HeaderName> =
            answer.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in ours {
            answer.remove(name);
        }
        let Some(origin) = parts.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else { return };
        let has_credentials = self.credentials == Some(true);
        let origins = self.origins.as_deref().unwrap_or_default();
        let is_open = origins.iter().any(|allowed| allowed == "*");
        if !is_open && !origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
            return;
        }
        put(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, if is_open && !has_credentials { "*" } else { origin });
        if !is_open || has_credentials {
            answer.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if has_credentials {
            put(answer, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if is_preflight(parts) {
            list(answer, header::ACCESS_CONTROL_ALLOW_METHODS, self.methods.as_deref());
            list(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, self.headers.as_deref());
            if let Some(secs) = self.max_age {
                put(answer, header::ACCESS_CONTROL_MAX_AGE, &secs.to_string());
            }
        } else {
            list(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, self.expose.as_deref());
        }
    }
}

fn put(answer: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.insert(name, value);
    }
}

fn list(answer: &mut HeaderMap, name: HeaderName, values: Option<&[String]>) {
    if let Some(values) = values.filter(|values| !values.is_empty()) {
        put(answer, name, &values.join(","));
    }
}

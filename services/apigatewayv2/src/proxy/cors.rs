//! CORS as HTTP APIs do it: the API's configuration replaces whatever an integration says.
//!
//! AWS: a preflight request goes to the route that takes OPTIONS, where there is one (ANY and `$default` are), with
//! its authorizer; the API answers by itself only where no route would. Seen by many: SAM #1603, SST #5493.

use crate::state::Cors;
use api_apigatewayv2::{self as api, errors};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use shape::ApiError;

/// The configuration as it is kept.
pub(crate) fn accept(wanted: api::Cors) -> Result<Cors, ApiError> {
    let all_origins = wanted.allow_origins.iter().flatten().any(|origin| origin == "*");
    if wanted.allow_credentials == Some(true) && all_origins {
        return Err(errors::bad_request_exception(
            "Invalid CORS configuration: AllowCredentials cannot be true where AllowOrigins is *",
        ));
    }
    for origin in wanted.allow_origins.iter().flatten() {
        let is_known = origin == "*" || origin.contains("://") && !origin.ends_with('/');
        if !is_known {
            return Err(errors::bad_request_exception(format!(
                "Invalid format for origin {origin}: an origin is * or scheme://host[:port]"
            )));
        }
    }
    for method in wanted.allow_methods.iter().flatten() {
        if !["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "*"].contains(&method.as_str()) {
            return Err(errors::bad_request_exception(format!("Invalid method {method} in AllowMethods")));
        }
    }
    Ok(Cors {
        allow_credentials: wanted.allow_credentials,
        allow_headers: wanted.allow_headers,
        allow_methods: wanted.allow_methods,
        allow_origins: wanted.allow_origins,
        expose_headers: wanted.expose_headers,
        max_age_secs: wanted.max_age,
    })
}

/// Whether these are the headers of a preflight request.
pub(crate) fn is_preflight(request: &HeaderMap) -> bool {
    request.contains_key(header::ORIGIN) && request.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

const ALL: [HeaderName; 6] = [
    header::ACCESS_CONTROL_ALLOW_ORIGIN,
    header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
    header::ACCESS_CONTROL_ALLOW_HEADERS,
    header::ACCESS_CONTROL_ALLOW_METHODS,
    header::ACCESS_CONTROL_EXPOSE_HEADERS,
    header::ACCESS_CONTROL_MAX_AGE,
];

impl Cors {
    /// Replaces the CORS headers of an answer by those of the configuration.
    pub(crate) fn apply(&self, request: &HeaderMap, is_options: bool, answer: &mut HeaderMap) {
        for name in &ALL {
            answer.remove(name);
        }
        let Some(origin) = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else { return };
        let Some(allowed) = self.allowed_origin(origin) else { return };
        let is_preflight = is_options && is_preflight(request);
        if is_preflight && !self.allows_preflight(request) {
            return;
        }
        put(answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if allowed != "*" {
            answer.append(header::VARY, HeaderValue::from_static("Origin"));
        }
        if self.allow_credentials == Some(true) {
            put(answer, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
        }
        if is_preflight {
            put_list(answer, header::ACCESS_CONTROL_ALLOW_METHODS, self.allow_methods.as_deref());
            put_list(answer, header::ACCESS_CONTROL_ALLOW_HEADERS, self.allow_headers.as_deref());
            if let Some(secs) = self.max_age_secs.filter(|secs| *secs != 0) {
                put(answer, header::ACCESS_CONTROL_MAX_AGE, &secs.to_string());
            }
        } else {
            put_list(answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, self.expose_headers.as_deref());
        }
    }

    /// What `access-control-allow-origin` says to this origin.
    fn allowed_origin<'o>(&self, origin: &'o str) -> Option<&'o str> {
        let origins = self.allow_origins.as_deref().unwrap_or_default();
        if origins.iter().any(|allowed| allowed == "*") {
            return Some("*");
        }
        origins.iter().any(|allowed| matches_origin(allowed, origin)).then_some(origin)
    }

    fn allows_preflight(&self, request: &HeaderMap) -> bool {
        let asked = |name| request.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let method = asked(header::ACCESS_CONTROL_REQUEST_METHOD);
        let headers = asked(header::ACCESS_CONTROL_REQUEST_HEADERS);
        let allows = |list: &Option<Vec<String>>, wanted: &str| {
            list.iter().flatten().any(|allowed| allowed == "*" || allowed.eq_ignore_ascii_case(wanted))
        };
        // Browsers send GET, HEAD and POST without leave: nothing is gained by refusing them.
        let is_simple = ["GET", "HEAD", "POST"].contains(&method);
        (is_simple || allows(&self.allow_methods, method))
            && headers
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .all(|name| allows(&self.allow_headers, name))
    }
}

/// AWS: `https://*` allows every origin of that scheme; a star elsewhere stands for itself and what is there.
fn matches_origin(allowed: &str, origin: &str) -> bool {
    match allowed.split_once('*') {
        Some((before, behind)) => {
            origin.len() >= before.len() + behind.len() && origin.starts_with(before) && origin.ends_with(behind)
        }
        None => allowed.eq_ignore_ascii_case(origin),
    }
}

fn put(answer: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.insert(name, value);
    }
}

fn put_list(answer: &mut HeaderMap, name: HeaderName, list: Option<&[String]>) {
    if let Some(list) = list.filter(|list| !list.is_empty()) {
        put(answer, name, &list.join(","));
    }
}

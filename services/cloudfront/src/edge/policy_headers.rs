//! What a response headers policy adds to an answer and takes from it. Pure.

use api_cloudfront::{
    ResponseHeadersPolicyAccessControlAllowMethodsValues as Verb, ResponseHeadersPolicyConfig,
    ResponseHeadersPolicyCorsConfig, ResponseHeadersPolicySecurityHeadersConfig,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

/// Sets a header; one of the origin's stays unless the policy overrides it.
fn set(headers: &mut HeaderMap, name: &str, value: &str, overrides: bool) {
    let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) else { return };
    if overrides || !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

pub(crate) fn apply(policy: &ResponseHeadersPolicyConfig, method: &Method, asked: &HeaderMap, answer: &mut HeaderMap) {
    for removed in policy.remove_headers_config.iter().flat_map(|list| list.items.iter().flatten()) {
        if let Ok(name) = removed.header.parse::<HeaderName>() {
            answer.remove(name);
        }
    }
    if let Some(cors) = &policy.cors_config
        && let Some(origin) = asked.get(header::ORIGIN).and_then(|origin| origin.to_str().ok())
    {
        apply_cors(cors, method, asked, origin, answer);
    }
    if let Some(security) = &policy.security_headers_config {
        apply_security(security, answer);
    }
    for custom in policy.custom_headers_config.iter().flat_map(|list| list.items.iter().flatten()) {
        set(answer, &custom.header, &custom.value, custom.override_);
    }
}

fn apply_cors(
    cors: &ResponseHeadersPolicyCorsConfig,
    method: &Method,
    asked: &HeaderMap,
    origin: &str,
    answer: &mut HeaderMap,
) {
    let has_own = answer.keys().any(|name| name.as_str().starts_with("access-control-"));
    if has_own && !cors.origin_override {
        return;
    }
    let origins = &cors.access_control_allow_origins.items;
    let Some(allowed) = origins.iter().find(|pattern| allows(pattern, origin)) else { return };
    let is_any = allowed == "*" && !cors.access_control_allow_credentials;
    set(answer, "access-control-allow-origin", if is_any { "*" } else { origin }, true);
    if !is_any {
        answer.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if cors.access_control_allow_credentials {
        set(answer, "access-control-allow-credentials", "true", true);
    }
    if let Some(exposed) = &cors.access_control_expose_headers
        && let Some(names) = exposed.items.as_ref().filter(|names| !names.is_empty())
    {
        set(answer, "access-control-expose-headers", &names.join(", "), true);
    }
    let is_preflight = *method == Method::OPTIONS && asked.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight {
        return;
    }
    let verbs = &cors.access_control_allow_methods.items;
    let named: Vec<_> = match verbs.contains(&Verb::All) {
        true => vec!["GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"],
        false => verbs.iter().map(|verb| verb.as_str()).collect(),
    };
    set(answer, "access-control-allow-methods", &named.join(", "), true);
    let wanted = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|names| names.to_str().ok());
    let names = &cors.access_control_allow_headers.items;
    if names.iter().any(|name| name == "*") {
        set(answer, "access-control-allow-headers", wanted.unwrap_or("*"), true);
    } else {
        set(answer, "access-control-allow-headers", &names.join(", "), true);
    }
    if let Some(seconds) = cors.access_control_max_age_sec {
        set(answer, "access-control-max-age", &seconds.to_string(), true);
    }
}

/// AWS: an allowed origin may have a star in its host (`https://*.example.org`), and may lack its scheme.
fn allows(pattern: &str, origin: &str) -> bool {
    let bare = origin.split_once("://").map_or(origin, |(_, host)| host);
    let against = if pattern.contains("://") { origin } else { bare };
    pattern == "*" || super::pattern::covers(pattern, against)
}

fn apply_security(security: &ResponseHeadersPolicySecurityHeadersConfig, answer: &mut HeaderMap) {
    if let Some(xss) = &security.xss_protection {
        let mut value = if xss.protection { "1".to_owned() } else { "0".to_owned() };
        if xss.mode_block == Some(true) {
            value.push_str("; mode=block");
        }
        if let Some(uri) = xss.report_uri.as_deref().filter(|uri| !uri.is_empty()) {
            value.push_str(&format!("; report={uri}"));
        }
        set(answer, "x-xss-protection", &value, xss.override_);
    }
    if let Some(frame) = &security.frame_options {
        set(answer, "x-frame-options", frame.frame_option.as_str(), frame.override_);
    }
    if let Some(referrer) = &security.referrer_policy {
        set(answer, "referrer-policy", referrer.referrer_policy.as_str(), referrer.override_);
    }
    if let Some(content) = &security.content_security_policy {
        set(answer, "content-security-policy", &content.content_security_policy, content.override_);
    }
    if let Some(options) = &security.content_type_options {
        set(answer, "x-content-type-options", "nosniff", options.override_);
    }
    if let Some(transport) = &security.strict_transport_security {
        let mut value = format!("max-age={}", transport.access_control_max_age_sec);
        if transport.include_subdomains == Some(true) {
            value.push_str("; includeSubDomains");
        }
        if transport.preload == Some(true) {
            value.push_str("; preload");
        }
        set(answer, "strict-transport-security", &value, transport.override_);
    }
}

//! Cross-origin requests: which rule of a bucket lets one through, and the headers that say so. Pure: the gateway asks
//! it for every request with an Origin.

use api_s3::CORSRule;

/// What a browser says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) origin: &'a str,
    /// The request's own method, or `Access-Control-Request-Method`.
    pub(crate) method: &'a str,
    /// `Access-Control-Request-Headers`; empty for none.
    pub(crate) headers: &'a str,
    pub(crate) is_preflight: bool,
}

/// The headers that allow it, or `None`: no rule does.
pub(crate) fn evaluate(rules: &[CORSRule], asked: &Asked<'_>) -> Option<Vec<(&'static str, String)>> {
    let wanted: Vec<_> = asked.headers.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let rule = rules.iter().find(|rule| {
        rule.allowed_methods.iter().any(|method| method == asked.method)
            && rule.allowed_origins.iter().any(|origin| matches(origin, asked.origin, false))
            && wanted.iter().all(|name| rule.allowed_headers.iter().flatten().any(|known| matches(known, name, true)))
    })?;
    let is_anyone = rule.allowed_origins.iter().any(|origin| origin == "*");
    let mut headers = vec![
        ("access-control-allow-origin", if is_anyone { "*".to_owned() } else { asked.origin.to_owned() }),
        ("access-control-allow-methods", rule.allowed_methods.join(", ")),
    ];
    if !is_anyone {
        headers.push(("access-control-allow-credentials", "true".into()));
    }
    if asked.is_preflight && !wanted.is_empty() {
        headers.push(("access-control-allow-headers", wanted.join(", ").to_ascii_lowercase()));
    }
    if let Some(exposed) = rule.expose_headers.as_ref().filter(|exposed| !exposed.is_empty()) {
        headers.push(("access-control-expose-headers", exposed.join(", ")));
    }
    if let Some(age) = rule.max_age_seconds {
        headers.push(("access-control-max-age", age.to_string()));
    }
    headers.push(("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method".into()));
    Some(headers)
}

/// A pattern with at most one `*`.
fn matches(pattern: &str, text: &str, ignores_case: bool) -> bool {
    let (pattern, text) = if ignores_case {
        (pattern.to_ascii_lowercase(), text.to_ascii_lowercase())
    } else {
        (pattern.into(), text.into())
    };
    match pattern.split_once('*') {
        None => pattern == text,
        Some((head, tail)) => text.len() >= head.len() + tail.len() && text.starts_with(head) && text.ends_with(tail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_answers() {
        let rule = CORSRule {
            allowed_methods: vec!["GET".into()],
            allowed_origins: vec!["https://*.example.com".into()],
            allowed_headers: Some(vec!["x-amz-*".into()]),
            max_age_seconds: Some(60),
            ..CORSRule::default()
        };
        let ask = |origin, method, headers| {
            let asked = Asked { origin, method, headers, is_preflight: true };
            evaluate(std::slice::from_ref(&rule), &asked)
        };
        let allowed = ask("https://www.example.com", "GET", "X-Amz-Date").unwrap();
        assert_eq!(allowed[0], ("access-control-allow-origin", "https://www.example.com".into()));
        assert!(allowed.contains(&("access-control-allow-headers", "x-amz-date".into())));
        assert_eq!(ask("https://example.org", "GET", ""), None);
        assert_eq!(ask("https://www.example.com", "PUT", ""), None);
        assert_eq!(ask("https://www.example.com", "GET", "authorization"), None);
    }
}

//! What of a request tells cached answers apart, and what of it reaches the origin. Pure.

use http::{HeaderMap, HeaderName, Method, header};

/// Some of the names that a request may carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Names {
    #[default]
    None,
    Only(Vec<String>),
    AllBut(Vec<String>),
    All,
}

impl Names {
    pub(crate) fn take(&self, name: &str) -> bool {
        match self {
            Self::None => false,
            Self::Only(names) => names.iter().any(|one| one == name),
            Self::AllBut(names) => !names.iter().any(|one| one == name),
            Self::All => true,
        }
    }
}

/// Headers (in small letters), cookies and query parameters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    pub(crate) headers: Names,
    pub(crate) cookies: Names,
    pub(crate) queries: Names,
}

/// The query's parameters that one of `selections` takes, in their order.
pub(crate) fn query(query: &str, selections: &[&Names]) -> String {
    let takes = |part: &&str| {
        let name = part.split('=').next().unwrap_or_default();
        selections.iter().any(|names| names.take(name))
    };
    query.split('&').filter(|part| !part.is_empty()).filter(takes).collect::<Vec<_>>().join("&")
}

/// The cookies that one of `selections` takes, as one header.
pub(crate) fn cookies(headers: &HeaderMap, selections: &[&Names]) -> String {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let single = all.flat_map(|value| value.split(';')).map(str::trim).filter(|cookie| !cookie.is_empty());
    let takes = |cookie: &&str| {
        let name = cookie.split('=').next().unwrap_or_default();
        selections.iter().any(|names| names.take(name))
    };
    single.filter(takes).collect::<Vec<_>>().join("; ")
}

/// How an answer is compressed for this viewer: the only thing of Accept-Encoding that tells answers apart.
pub(crate) fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|weight| {
            let weight = weight.strip_prefix("q=").and_then(|weight| weight.trim().parse::<f32>().ok());
            weight.is_some_and(|weight| weight <= 0.0)
        });
        is_gzip && !is_refused
    })
}

/// What is cached under which answer. `path` stands as the viewer wrote it.
pub(crate) fn cache_key(
    distribution: &str,
    (method, path, query_text): (&Method, &str, &str),
    headers: &HeaderMap,
    selection: &Selection,
    is_gzip: bool,
) -> String {
    // HEAD is answered from what GET left.
    let kind = if *method == Method::OPTIONS { "OPTIONS" } else { "GET" };
    let queries = query(query_text, &[&selection.queries]);
    let cookies = cookies(headers, &[&selection.cookies]);
    let mut key = format!("{distribution}\n{kind}\n{path}\n{queries}\n{cookies}\n{is_gzip}\n");
    let Names::Only(names) = &selection.headers else { return key };
    for name in names {
        for value in headers.get_all(name.as_str()) {
            key.push_str(&String::from_utf8_lossy(value.as_bytes()));
            key.push('\u{1}');
        }
        key.push('\n');
    }
    key
}

/// The request's headers as they go to the origin. `adds` are those that the distribution adds itself.
pub(crate) fn forwarded(
    headers: &HeaderMap,
    method: &Method,
    selections: [&Selection; 2],
    is_legacy: bool,
) -> HeaderMap {
    let takes = |name: &HeaderName| {
        let name = name.as_str();
        let is_asked_for = selections.iter().any(|selection| selection.headers.take(name));
        if NEVER.contains(&name) || name.starts_with("x-edge-") || name.starts_with("cloudfront-") {
            return false;
        }
        if is_asked_for || ALWAYS.contains(&name) {
            return true;
        }
        // AWS: a GET's authorization goes on only where it tells cached answers apart.
        if name == "authorization" {
            return ![Method::GET, Method::HEAD, Method::OPTIONS].contains(method);
        }
        // AWS: with ForwardedValues, headers that CloudFront knows nothing about go on.
        is_legacy && !ONLY_WHEN_ASKED_FOR.contains(&name)
    };
    let mut forwarded: HeaderMap = HeaderMap::new();
    for (name, value) in headers {
        if takes(name) {
            forwarded.append(name.clone(), value.clone());
        }
    }
    let cookies = cookies(headers, &[&selections[0].cookies, &selections[1].cookies]);
    if let Ok(value) = cookies.parse::<http::HeaderValue>()
        && !cookies.is_empty()
    {
        forwarded.insert(header::COOKIE, value);
    }
    forwarded
}

/// Headers that go to the origin whatever the policies say.
const ALWAYS: [&str; 14] = [
    "cache-control",
    "content-encoding",
    "content-length",
    "content-md5",
    "content-type",
    "date",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "pragma",
    "range",
    "x-forwarded-for",
];

/// Headers that concern one connection, or that CloudFront writes itself.
const NEVER: [&str; 14] = [
    "connection",
    "cookie",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
    "x-amz-cf-id",
    "x-real-ip",
];

/// Headers that ForwardedValues must name to let them through.
const ONLY_WHEN_ASKED_FOR: [&str; 9] = [
    "accept",
    "accept-charset",
    "accept-encoding",
    "accept-language",
    "host",
    "referer",
    "user-agent",
    "x-forwarded-proto",
    "x-http-method-override",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(query: &str, headers: &HeaderMap, selection: &Selection) -> String {
        cache_key("E1", (&Method::GET, "/a", query), headers, selection, false)
    }

    proptest! {
        #[test]
        fn only_what_is_selected_tells_answers_apart(
            one in proptest::collection::vec(("[abc]", "[xy]{0,2}"), 0..5),
            other in proptest::collection::vec(("[abc]", "[xy]{0,2}"), 0..5),
            taken in proptest::collection::vec("[abc]", 0..3),
        ) {
            let text = |pairs: &[(String, String)]| {
                pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
            };
            let kept = |pairs: &[(String, String)]| {
                pairs.iter().filter(|(name, _)| taken.contains(name)).cloned().collect::<Vec<_>>()
            };
            let selection = Selection { queries: Names::Only(taken.clone()), ..Selection::default() };
            let same = key(&text(&one), &HeaderMap::new(), &selection) == key(&text(&other), &HeaderMap::new(), &selection);
            prop_assert_eq!(same, kept(&one) == kept(&other));
            // Cookies obey the same rule.
            let cookie = |pairs: &[(String, String)]| {
                let mut headers = HeaderMap::new();
                headers.insert(header::COOKIE, text(pairs).replace('&', "; ").parse().unwrap());
                headers
            };
            let selection = Selection { cookies: Names::Only(taken.clone()), ..Selection::default() };
            let same = key("", &cookie(&one), &selection) == key("", &cookie(&other), &selection);
            prop_assert_eq!(same, kept(&one) == kept(&other));
        }
    }

    #[test]
    fn a_header_counts_only_where_it_is_named() {
        let mut headers = HeaderMap::new();
        headers.insert("origin", "https://a".parse().unwrap());
        let named = Selection { headers: Names::Only(vec!["origin".into()]), ..Selection::default() };
        assert_ne!(key("", &headers, &named), key("", &HeaderMap::new(), &named));
        assert_eq!(key("", &headers, &Selection::default()), key("", &HeaderMap::new(), &Selection::default()));
    }

    #[test]
    fn a_gets_authorization_stays_here_unless_it_is_asked_for() {
        let mut headers = HeaderMap::new();
        headers.insert("authorization", "Bearer x".parse().unwrap());
        headers.insert("accept-language", "de".parse().unwrap());
        headers.insert("x-own", "1".parse().unwrap());
        let (none, all) = (Selection::default(), Selection { headers: Names::All, ..Selection::default() });
        let names = |map: HeaderMap| map.keys().map(|name| name.to_string()).collect::<Vec<_>>();
        assert!(names(forwarded(&headers, &Method::GET, [&none, &none], false)).is_empty());
        assert_eq!(names(forwarded(&headers, &Method::GET, [&none, &none], true)), ["x-own"]);
        assert_eq!(names(forwarded(&headers, &Method::POST, [&none, &none], false)), ["authorization"]);
        assert_eq!(forwarded(&headers, &Method::GET, [&none, &all], false).len(), 3);
    }
}

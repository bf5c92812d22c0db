//! How long an answer may be kept. Pure.

use base::Timestamp;
use http::{HeaderMap, StatusCode, header};

/// A behaviour's bounds, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: i64,
    pub(crate) default: i64,
    pub(crate) most: i64,
}

/// What an origin's headers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Nothing,
    /// `no-store`, `no-cache` or `private`.
    DoNotKeep,
    Seconds(i64),
}

fn said(headers: &HeaderMap, now: Timestamp) -> Said {
    let control = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<String> =
        control.flat_map(|value| value.split(',')).map(|part| part.trim().to_ascii_lowercase()).collect();
    let is_private = |directive: &String| {
        let name = directive.split('=').next().unwrap_or_default();
        ["no-store", "no-cache", "private"].contains(&name)
    };
    if directives.iter().any(is_private) {
        return Said::DoNotKeep;
    }
    let seconds = |name: &str| {
        let value = directives.iter().find_map(|directive| directive.strip_prefix(name)?.strip_prefix('='))?;
        value.trim_matches('"').parse::<i64>().ok().map(|seconds| seconds.max(0))
    };
    if let Some(seconds) = seconds("s-maxage").or_else(|| seconds("max-age")) {
        return Said::Seconds(seconds);
    }
    let Some(expires) = headers.get(header::EXPIRES).and_then(|value| value.to_str().ok()) else {
        return Said::Nothing;
    };
    // A date that is none has passed.
    let at = Timestamp::parse_http_date(expires);
    Said::Seconds(at.map_or(0, |at| (at.millis_since(now) / 1000).max(0)))
}

/// Seconds for which an answer of the origin is fresh. Zero: not kept.
pub(crate) fn lifetime(bounds: Bounds, headers: &HeaderMap, now: Timestamp) -> i64 {
    let most = bounds.most.max(bounds.least);
    match said(headers, now) {
        Said::Nothing => bounds.default.clamp(bounds.least, most),
        Said::DoNotKeep => bounds.least,
        Said::Seconds(seconds) => seconds.clamp(bounds.least, most),
    }
}

/// Whether AWS keeps answers with this status as it keeps successes.
pub(crate) fn is_kept(status: StatusCode) -> bool {
    matches!(status.as_u16(), 200 | 203 | 204 | 300 | 301 | 302 | 303 | 307 | 308)
}

/// Seconds for which an error of the origin is kept; `least` is what the distribution says for this status.
pub(crate) fn error_lifetime(status: StatusCode, least: Option<i64>, headers: &HeaderMap, now: Timestamp) -> i64 {
    /// AWS: ErrorCachingMinTTL where nothing else is said.
    const DEFAULT_SECS: i64 = 10;
    let origin = match said(headers, now) {
        Said::Seconds(seconds) => Some(seconds),
        Said::Nothing | Said::DoNotKeep => None,
    };
    let is_always_kept = matches!(status.as_u16(), 404 | 405 | 410 | 414 | 500..=504);
    // AWS: other errors are kept only where the distribution or the origin asks for it.
    let is_kept = is_always_kept
        || matches!(status.as_u16(), 400 | 403 | 412 | 415 | 416 | 429) && (least.is_some() || origin.is_some());
    if !is_kept {
        return 0;
    }
    least.unwrap_or(DEFAULT_SECS).max(origin.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_secs(1_000_000_000);

    fn headers(control: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, control.parse().unwrap());
        headers
    }

    #[test]
    fn the_shared_age_wins_over_the_private_one_and_over_expires() {
        let bounds = Bounds { least: 0, default: 86_400, most: 31_536_000 };
        let mut both = headers("max-age=10, s-maxage=20");
        both.insert(header::EXPIRES, NOW.plus_secs(50).http_date().parse().unwrap());
        assert_eq!(lifetime(bounds, &both, NOW), 20);
        both.remove(header::CACHE_CONTROL);
        assert_eq!(lifetime(bounds, &both, NOW), 50);
        assert_eq!(lifetime(bounds, &HeaderMap::new(), NOW), 86_400);
        assert_eq!(lifetime(bounds, &headers("no-store"), NOW), 0);
        assert_eq!(lifetime(Bounds { least: 5, ..bounds }, &headers("private"), NOW), 5);
    }

    #[test]
    fn an_access_denied_is_kept_only_where_somebody_asks_for_it() {
        let status = StatusCode::FORBIDDEN;
        assert_eq!(error_lifetime(status, None, &HeaderMap::new(), NOW), 0);
        assert_eq!(error_lifetime(status, Some(10), &HeaderMap::new(), NOW), 10);
        assert_eq!(error_lifetime(status, None, &headers("max-age=3"), NOW), 10);
        assert_eq!(error_lifetime(StatusCode::NOT_FOUND, None, &HeaderMap::new(), NOW), 10);
        assert_eq!(error_lifetime(StatusCode::NOT_FOUND, Some(0), &HeaderMap::new(), NOW), 0);
    }

    proptest! {
        #[test]
        fn a_lifetime_stays_within_its_bounds(least in 0i64..100, default in 0i64..100, most in 0i64..100, age in 0i64..200) {
            let (default, most) = (default.max(least), most.max(default).max(least));
            let bounds = Bounds { least, default, most };
            let found = lifetime(bounds, &headers(&format!("public, max-age={age}")), NOW);
            // What AWS's table says, line by line.
            let wanted = if age < least { least } else if age > most { most } else { age };
            prop_assert_eq!(found, wanted);
        }
    }
}

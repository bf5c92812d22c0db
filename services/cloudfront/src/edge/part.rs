//! What of an answer a viewer wants: nothing new, a part, or all. Pure.

use base::Timestamp;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use shape::Bytes;

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn plain(tag: &str) -> &str {
    tag.trim().trim_start_matches("W/")
}

/// Whether the viewer has this answer already: 304.
pub(crate) fn is_unchanged(asked: &HeaderMap, answer: &HeaderMap) -> bool {
    if let Some(wanted) = text(asked, header::IF_NONE_MATCH) {
        let Some(tag) = text(answer, header::ETAG) else { return false };
        return wanted.split(',').any(|one| one.trim() == "*" || plain(one) == plain(tag));
    }
    let since = text(asked, header::IF_MODIFIED_SINCE).and_then(Timestamp::parse_http_date);
    let modified = text(answer, header::LAST_MODIFIED).and_then(Timestamp::parse_http_date);
    since.zip(modified).is_some_and(|(since, modified)| modified <= since)
}

/// A part of a whole answer: status, body and what Content-Range says. `None` where the viewer gets all.
pub(crate) fn part(asked: &HeaderMap, answer: &HeaderMap, whole: &Bytes) -> Option<(StatusCode, Bytes, HeaderValue)> {
    let range = text(asked, header::RANGE)?.strip_prefix("bytes=")?;
    if let Some(condition) = text(asked, header::IF_RANGE) {
        let is_same =
            text(answer, header::ETAG) == Some(condition) || text(answer, header::LAST_MODIFIED) == Some(condition);
        if !is_same {
            return None;
        }
    }
    let length = whole.len();
    // Several parts at once are answered with all.
    let (first, last) = range.trim().split_once('-').filter(|_| !range.contains(','))?;
    let number = |digits: &str| digits.parse::<usize>().ok();
    let (from, to) = match (first, last) {
        ("", last) => {
            let last = number(last)?;
            (length.saturating_sub(last), if last == 0 { 0 } else { length })
        }
        (first, "") => (number(first)?, length),
        (first, last) => (number(first)?, number(last)?.saturating_add(1).min(length)),
    };
    let said = |text: String| HeaderValue::from_str(&text).expect("digits and slashes");
    if from >= to {
        return Some((StatusCode::RANGE_NOT_SATISFIABLE, Bytes::new(), said(format!("bytes */{length}"))));
    }
    let shown = said(format!("bytes {from}-{}/{length}", to - 1));
    Some((StatusCode::PARTIAL_CONTENT, whole.slice(from..to), shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    fn parted(range: &str) -> Option<(u16, String, String)> {
        let (status, body, shown) = part(&with(header::RANGE, range), &HeaderMap::new(), &Bytes::from("0123456789"))?;
        Some((status.as_u16(), String::from_utf8(body.to_vec()).unwrap(), shown.to_str().unwrap().into()))
    }

    #[test]
    fn parts_are_counted_from_both_ends() {
        assert_eq!(parted("bytes=0-3"), Some((206, "0123".into(), "bytes 0-3/10".into())));
        assert_eq!(parted("bytes=8-"), Some((206, "89".into(), "bytes 8-9/10".into())));
        assert_eq!(parted("bytes=-2"), Some((206, "89".into(), "bytes 8-9/10".into())));
        assert_eq!(parted("bytes=4-99"), Some((206, "456789".into(), "bytes 4-9/10".into())));
        assert_eq!(parted("bytes=10-"), Some((416, String::new(), "bytes */10".into())));
        assert_eq!(parted("bytes=0-1,4-5"), None);
        assert_eq!(parted("lines=1-2"), None);
    }

    #[test]
    fn a_weak_tag_is_as_good_as_a_strong_one() {
        assert!(is_unchanged(&with(header::IF_NONE_MATCH, "\"a\", W/\"b\""), &with(header::ETAG, "\"b\"")));
        assert!(!is_unchanged(&with(header::IF_NONE_MATCH, "\"a\""), &with(header::ETAG, "\"b\"")));
    }
}

//! One page of a listing: an ordered scan that jumps over what a common prefix stands for.

use base::Fault;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// AWS: a page has at most this many entries.
pub(crate) const MOST_ENTRIES: usize = 1000;

/// Where a scan begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// At this key.
    Key(String),
    /// Behind this key.
    After(String),
}

/// What a listing asks for.
#[derive(Clone, Debug)]
pub(crate) struct Query<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) delimiter: Option<&'a str>,
    pub(crate) most: usize,
}

/// One entry of a page: something listed, or the common prefix of several.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Entry<T> {
    Item(String, T),
    Group(String),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Page<T> {
    pub(crate) entries: Vec<Entry<T>>,
    pub(crate) is_truncated: bool,
}

impl<T> Page<T> {
    pub(crate) fn groups(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().filter_map(|entry| match entry {
            Entry::Group(prefix) => Some(prefix.as_str()),
            Entry::Item(..) => None,
        })
    }
    /// The last entry's key or common prefix.
    pub(crate) fn last(&self) -> Option<&str> {
        self.entries.last().map(|entry| match entry {
            Entry::Item(key, _) => key.as_str(),
            Entry::Group(prefix) => prefix.as_str(),
        })
    }
}

/// `scan` gives what there is in key order from a place on; it is asked again behind every common prefix.
pub(crate) fn page<T, I>(query: &Query<'_>, from: Option<From>, scan: impl Fn(From) -> I) -> Result<Page<T>, Fault>
where
    I: Iterator<Item = Result<(String, T), Fault>>,
{
    let mut page = Page { entries: Vec::new(), is_truncated: false };
    if query.most == 0 {
        return Ok(page);
    }
    let mut rows = scan(begin(query.prefix, from));
    while let Some(row) = rows.next() {
        let (key, item) = row?;
        if !key.starts_with(query.prefix) {
            break;
        }
        if page.entries.len() == query.most {
            page.is_truncated = true;
            break;
        }
        match group_of(&key, query.prefix, query.delimiter) {
            None => page.entries.push(Entry::Item(key, item)),
            Some(group) => {
                let behind = successor(group);
                page.entries.push(Entry::Group(group.to_owned()));
                match behind {
                    Some(next) => rows = scan(From::Key(next)),
                    None => break,
                }
            }
        }
    }
    Ok(page)
}

/// The scan begins at the prefix, or behind the marker where that is further on.
fn begin(prefix: &str, from: Option<From>) -> From {
    match from {
        Some(From::Key(key)) if key.as_str() > prefix => From::Key(key),
        Some(From::After(key)) if key.as_str() >= prefix => From::After(key),
        _ => From::Key(prefix.to_owned()),
    }
}

/// The part of a key up to the first delimiter behind the prefix.
pub(crate) fn group_of<'a>(key: &'a str, prefix: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let at = key[prefix.len()..].find(delimiter)?;
    Some(&key[..prefix.len() + at + delimiter.len()])
}

/// Where a page begins whose marker is this key. A marker that is itself a common prefix was listed as one, so all that
/// it stands for is behind us.
pub(crate) fn behind_marker(marker: &str, prefix: &str, delimiter: Option<&str>) -> Option<From> {
    if marker.is_empty() {
        return None;
    }
    let is_group = marker.starts_with(prefix) && group_of(marker, prefix, delimiter) == Some(marker);
    match successor(marker).filter(|_| is_group) {
        Some(next) => Some(From::Key(next)),
        None => Some(From::After(marker.to_owned())),
    }
}

/// The first text behind all that begin with `prefix`, in the order of code points, which is that of UTF-8 bytes.
pub(crate) fn successor(prefix: &str) -> Option<String> {
    let mut letters: Vec<char> = prefix.chars().collect();
    while let Some(last) = letters.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            last => char::from_u32(u32::from(last) + 1),
        };
        if let Some(next) = next {
            letters.push(next);
            return Some(letters.into_iter().collect());
        }
    }
    None
}

/// A continuation token: opaque to clients, and the last entry to us.
pub(crate) fn token(last: &str) -> String {
    BASE64.encode(last)
}

pub(crate) fn read_token(token: &str) -> Option<String> {
    String::from_utf8(BASE64.decode(token).ok()?).ok()
}

const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

/// `encoding-type=url`
pub(crate) fn url_encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn scan(keys: &BTreeSet<String>, from: From) -> impl Iterator<Item = Result<(String, ()), Fault>> {
        let found: Vec<String> = keys
            .iter()
            .filter(|key| match &from {
                From::Key(first) => *key >= first,
                From::After(last) => *key > last,
            })
            .cloned()
            .collect();
        found.into_iter().map(|key| Ok((key, ())))
    }

    /// All of a listing, entry by entry, as one would do it by hand.
    fn naive(keys: &BTreeSet<String>, prefix: &str, delimiter: Option<&str>) -> Vec<Entry<()>> {
        let mut entries = Vec::new();
        for key in keys.iter().filter(|key| key.starts_with(prefix)) {
            let entry = match delimiter.and_then(|by| key[prefix.len()..].split_once(by).map(|(head, _)| (head, by))) {
                Some((head, by)) => Entry::Group(format!("{prefix}{head}{by}")),
                None => Entry::Item(key.clone(), ()),
            };
            if entries.last() != Some(&entry) {
                entries.push(entry);
            }
        }
        entries
    }

    proptest! {
        #[test]
        fn pages_in_a_row_are_the_whole_listing(
            keys in proptest::collection::btree_set("[a/ß\u{10ffff}]{1,5}", 0..30),
            prefix in "[a/ß]{0,2}",
            delimiter in proptest::option::of("[/a]{1,2}"),
            most in 1usize..5,
        ) {
            let delimiter = delimiter.as_deref();
            let query = Query { prefix: &prefix, delimiter, most };
            let (mut all, mut from) = (Vec::new(), None);
            loop {
                let page = page(&query, from, |from| scan(&keys, from)).unwrap();
                prop_assert!(page.entries.len() <= most);
                let next = page.last().map(str::to_owned);
                all.extend(page.entries);
                if !page.is_truncated {
                    break;
                }
                from = behind_marker(&next.unwrap(), &prefix, delimiter);
            }
            prop_assert_eq!(all, naive(&keys, &prefix, delimiter));
        }
        #[test]
        fn nothing_lies_between_a_prefix_and_its_successor(prefix in "\\PC{1,4}", tail in "\\PC{0,3}", other in "\\PC{0,5}") {
            if let Some(next) = successor(&prefix) {
                let within = format!("{prefix}{tail}");
                prop_assert!(within < next);
                prop_assert!(other >= next || other < prefix || other.starts_with(&prefix));
            }
        }
    }
}

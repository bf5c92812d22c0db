//! The routes of one deployment, in the order in which AWS prefers them.
//!
//! A path that is matched in full wins over one whose end is greedy, a longer greedy path over a shorter, a fixed
//! segment over a label (from the left), the method itself over ANY; `$default` takes what nobody else does. So the
//! routes are sorted once, and the first that matches is the answer.

use super::key::{RouteKey, Segment};
use shape::Map;
use std::{cmp::Ordering, cmp::Reverse};

#[derive(Debug)]
pub(crate) struct Table<T> {
    sorted: Vec<(RouteKey, T)>,
}

/// The route that a request takes.
#[derive(Debug)]
pub(crate) struct Match<'t, T> {
    pub(crate) route: &'t T,
    /// What stands where the labels are, decoded.
    pub(crate) parameters: Map<String>,
}

impl<T> Table<T> {
    pub(crate) fn new(routes: impl IntoIterator<Item = (RouteKey, T)>) -> Self {
        let mut sorted: Vec<_> = routes.into_iter().collect();
        sorted.sort_by(|(one, _), (two, _)| preferred(one, two));
        Self { sorted }
    }

    /// `path` as it was sent, behind the stage.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<Match<'_, T>> {
        let segments: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
        self.sorted.iter().find_map(|(key, route)| {
            let parameters = matches(key, method, &segments)?;
            Some(Match { route, parameters })
        })
    }
}

fn preferred(one: &RouteKey, two: &RouteKey) -> Ordering {
    let (one, two) = match (one, two) {
        (RouteKey::Default, RouteKey::Default) => return Ordering::Equal,
        (RouteKey::Default, _) => return Ordering::Greater,
        (_, RouteKey::Default) => return Ordering::Less,
        (RouteKey::Path { method, segments }, RouteKey::Path { method: other, segments: others }) => {
            ((method, segments), (other, others))
        }
    };
    let is_greedy = |segments: &[Segment]| matches!(segments.last(), Some(Segment::Greedy(_)));
    let ranks = |segments: &[Segment]| segments.iter().map(rank).collect::<Vec<_>>();
    (is_greedy(one.1).cmp(&is_greedy(two.1)))
        .then_with(|| Reverse(one.1.len()).cmp(&Reverse(two.1.len())))
        .then_with(|| ranks(one.1).cmp(&ranks(two.1)))
        .then_with(|| one.0.is_none().cmp(&two.0.is_none()))
}

fn rank(segment: &Segment) -> u8 {
    match segment {
        Segment::Text(_) => 0,
        Segment::Label(_) => 1,
        Segment::Greedy(_) => 2,
    }
}

/// `segments` are the path's, not decoded: an encoded slash does not divide.
fn matches(key: &RouteKey, method: &str, segments: &[&str]) -> Option<Map<String>> {
    let RouteKey::Path { method: wanted, segments: pattern } = key else { return Some(Map::new()) };
    if wanted.as_deref().is_some_and(|wanted| wanted != method) {
        return None;
    }
    let mut parameters = Map::new();
    for (at, part) in pattern.iter().enumerate() {
        match part {
            // `{proxy+}` stands for at least one segment, which may be empty: so `/{proxy+}` serves `/` too.
            Segment::Greedy(name) => {
                let rest = segments.get(at..).filter(|rest| !rest.is_empty())?;
                parameters.insert(name.clone(), decode(&rest.join("/")));
                return Some(parameters);
            }
            Segment::Text(text) => {
                if decode(segments.get(at)?) != *text {
                    return None;
                }
            }
            Segment::Label(name) => {
                let found = segments.get(at).filter(|found| !found.is_empty())?;
                parameters.insert(name.clone(), decode(found));
            }
        }
    }
    (segments.len() == pattern.len()).then_some(parameters)
}

/// Percent-decodes; what is not encoded well, or is not UTF-8, stays as it is.
pub(crate) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| first == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.into())
}

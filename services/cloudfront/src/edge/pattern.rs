//! Paths against patterns: `*` stands for any letters, `?` for exactly one; capital letters count.

use percent_encoding::percent_decode_str;

/// Whether a behaviour's path pattern covers `path`. AWS: the leading slash of a pattern may be left out.
pub(crate) fn covers(pattern: &str, path: &str) -> bool {
    matches(pattern.trim_start_matches('/').as_bytes(), path.trim_start_matches('/').as_bytes())
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut in_text) = (0, 0);
    // Where to go on when what follows the last star does not fit here.
    let mut retry = None;
    while in_text < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, in_text));
                at += 1;
            }
            Some(b'?') => (at, in_text) = (at + 1, in_text + 1),
            Some(letter) if *letter == text[in_text] => (at, in_text) = (at + 1, in_text + 1),
            _ => match &mut retry {
                Some((star, from)) => {
                    *from += 1;
                    (at, in_text) = (*star + 1, *from);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

/// AWS: a path begins with a slash; a star is a wildcard as the last letter and refused elsewhere.
pub(crate) fn is_invalidation_path(path: &str) -> bool {
    path.starts_with('/') && path.is_ascii() && !path[..path.len() - 1].contains('*')
}

/// Whether an invalidation of `pattern` removes what is cached under `path` (with the query that it is cached by).
pub(crate) fn invalidates(pattern: &str, path: &str) -> bool {
    let plain = |text: &str| percent_decode_str(text).collect::<Vec<u8>>();
    match pattern.strip_suffix('*') {
        Some(start) => plain(path).starts_with(&plain(start)),
        None => plain(path) == plain(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The simplest matcher that could be right.
    fn naive(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            ([b'*', rest @ ..], _) => (0..=text.len()).any(|skip| naive(rest, &text[skip..])),
            ([b'?', rest @ ..], [_, text @ ..]) => naive(rest, text),
            ([letter, rest @ ..], [first, text @ ..]) => letter == first && naive(rest, text),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_match_as_the_naive_matcher_does(pattern in "[ab*?/]{0,8}", text in "[ab/]{0,10}") {
            prop_assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), naive(pattern.as_bytes(), text.as_bytes()));
        }
        #[test]
        fn an_invalidation_with_a_star_removes_exactly_what_begins_so(start in "/[ab/]{0,4}", path in "/[ab/?=]{0,8}") {
            prop_assert_eq!(invalidates(&format!("{start}*"), &path), path.starts_with(&start));
            prop_assert_eq!(invalidates(&start, &path), path == start);
        }
    }

    #[test]
    fn a_pattern_may_lack_its_slash_and_minds_capital_letters() {
        assert!(covers("images/*.jpg", "/images/a/b.jpg"));
        assert!(covers("/api/*", "/api/tasks"));
        assert!(!covers("/api/*", "/api"));
        assert!(!covers("*.JPG", "/a.jpg"));
    }
}

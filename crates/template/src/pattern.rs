//! `AllowedPattern` is a Java regular expression; ours differ in a few words.
//!
//! AWS: `\d`, `\w` and `\s` mean ASCII, `\p{Punct}` and its like are POSIX classes, and a hyphen may follow a
//! class (`[\w-.]`). Each of them is spelled out as a class of its own, which our expressions nest too.

use fancy_regex::Regex;

const CLASSES: [(&str, &str); 14] = [
    (r"\d", "[0-9]"),
    (r"\D", "[^0-9]"),
    (r"\w", "[A-Za-z0-9_]"),
    (r"\W", "[^A-Za-z0-9_]"),
    (r"\s", r"[ \t\n\x0B\f\r]"),
    (r"\S", r"[^ \t\n\x0B\f\r]"),
    (r"\p{Alnum}", "[A-Za-z0-9]"),
    (r"\p{Alpha}", "[A-Za-z]"),
    (r"\p{ASCII}", r"[\x00-\x7F]"),
    (r"\p{Digit}", "[0-9]"),
    (r"\p{Lower}", "[a-z]"),
    (r"\p{Punct}", r"[!-/:-@\[-`{-~]"),
    (r"\p{Space}", r"[ \t\n\x0B\f\r]"),
    (r"\p{Upper}", "[A-Z]"),
];

/// The expression that matches what a Java pattern matches as a whole.
pub(crate) fn whole(pattern: &str) -> Result<Regex, fancy_regex::Error> {
    let mut translated = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        translated.push_str(before);
        let (ours, length) = match CLASSES.iter().find(|(java, _)| escape.starts_with(java)) {
            Some((java, ours)) => (*ours, java.len()),
            None => {
                let length = 1 + escape[1..].chars().next().map_or(0, char::len_utf8);
                (&escape[..length], length)
            }
        };
        translated.push_str(ours);
        rest = &escape[length..];
    }
    translated.push_str(rest);
    Regex::new(&format!(r"\A(?:{translated})\z"))
}

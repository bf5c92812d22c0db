//! Filter patterns: which messages a search wants.
//!
//! There are four kinds: words (`ERROR -debug`, `?one ?other`, `"two words"`), a regular expression (`%a.c%`),
//! conditions on a message that is JSON (`{ $.level = "ERROR" && $.ms > 10 }`), and conditions on its columns
//! (`[ip, user, ..., status = 4*]`).

mod columns;
mod condition;
mod path;

use columns::Columns;
use condition::Condition;
use regex::Regex;
use serde_json::Value as Json;

pub(crate) enum Pattern {
    All,
    Words(Words),
    Regex(Regex),
    Json(Condition<path::Path>),
    Columns(Columns),
}

/// A message has every one of `all`, one of `any` (if there are some), and none of `none`.
#[derive(Default)]
pub(crate) struct Words {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Pattern {
    /// The error is a message for the caller.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::All);
        }
        if let Some(inner) = between(text, "{", "}") {
            return Condition::parse(inner, path::Path::parse).map(Self::Json);
        }
        if let Some(inner) = between(text, "[", "]") {
            return Columns::parse(inner).map(Self::Columns);
        }
        if let Some(inner) = between(text, "%", "%") {
            return regex(inner).map(Self::Regex);
        }
        Words::parse(text).map(Self::Words)
    }

    pub(crate) fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Words(words) => words.match_message(message),
            Self::Regex(regex) => regex.is_match(message),
            Self::Columns(columns) => columns.match_message(message),
            Self::Json(condition) => {
                // Most lines are no JSON; looking at the first letter is cheaper than trying.
                message.trim_start().starts_with(['{', '['])
                    && serde_json::from_str::<Json>(message)
                        .is_ok_and(|json| condition.is_met(&|path| path.find(&json)))
            }
        }
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.strip_prefix(open)?.strip_suffix(close)
}

fn regex(text: &str) -> Result<Regex, String> {
    Regex::new(text).map_err(|_| format!("Invalid regular expression '{text}' in the filter pattern"))
}

impl Words {
    fn parse(text: &str) -> Result<Self, String> {
        let mut words = Self::default();
        let mut rest = text;
        while !rest.is_empty() {
            let (kind, body) = match rest.as_bytes()[0] {
                b'?' => (&mut words.any, &rest[1..]),
                b'-' => (&mut words.none, &rest[1..]),
                _ => (&mut words.all, rest),
            };
            let (word, behind) = next_word(body)?;
            kind.push(word);
            rest = behind.trim_start();
        }
        // AWS: alternatives beside other terms are ignored.
        if !words.all.is_empty() || !words.none.is_empty() {
            words.any.clear();
        }
        Ok(words)
    }

    fn match_message(&self, message: &str) -> bool {
        self.all.iter().all(|word| message.contains(word))
            && !self.none.iter().any(|word| message.contains(word))
            && (self.any.is_empty() || self.any.iter().any(|word| message.contains(word)))
    }
}

/// A word or a quoted text, and what stands behind it.
fn next_word(text: &str) -> Result<(String, &str), String> {
    if text.starts_with('"') {
        return quoted(text).ok_or_else(|| format!("Unterminated string in filter pattern: {text}"));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, behind) = text.split_at(end);
    // AWS: whatever is not a letter, a digit or an underscore has to be quoted.
    if word.is_empty() || word.contains(|letter: char| !letter.is_alphanumeric() && letter != '_') {
        return Err(format!("Invalid character(s) in term '{word}'"));
    }
    Ok((word.to_owned(), behind))
}

/// The text in quotes at the beginning, without its escapes, and what stands behind it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut inner = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((inner, &text[at + 1..])),
            '\\' => inner.push(letters.next()?.1),
            _ => inner.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests;

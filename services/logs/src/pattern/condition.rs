//! Conditions with `&&`, `||` and parentheses, over whatever names a value: a JSON path or a column.

use super::{quoted, regex};
use regex::Regex;
use serde_json::Value as Json;

pub(crate) enum Condition<Subject> {
    All(Vec<Self>),
    Any(Vec<Self>),
    One(Subject, Test),
}

pub(crate) enum Test {
    Is(Wanted),
    IsNot(Wanted),
    Less(f64),
    AtMost(f64),
    More(f64),
    AtLeast(f64),
    Null,
    Boolean(bool),
    Exists,
    Missing,
}

pub(crate) enum Wanted {
    Number(f64, String),
    /// Parts between stars.
    Text(Vec<String>),
    Regex(Regex),
}

type Parse<Subject> = fn(&str) -> Result<Subject, String>;

/// How deep parentheses may nest.
const DEEPEST: usize = 32;

impl<Subject> Condition<Subject> {
    pub(crate) fn parse(text: &str, subject: Parse<Subject>) -> Result<Self, String> {
        let mut parser = Parser { rest: text.trim(), subject, depth: 0 };
        let parsed = parser.any()?;
        if parser.rest.is_empty() { Ok(parsed) } else { Err(parser.wrong()) }
    }

    pub(crate) fn is_met(&self, find: &dyn Fn(&Subject) -> Vec<Json>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.is_met(find)),
            Self::Any(parts) => parts.iter().any(|part| part.is_met(find)),
            Self::One(subject, Test::Missing) => find(subject).is_empty(),
            Self::One(subject, test) => find(subject).iter().any(|value| test.is_met(value)),
        }
    }
}

impl Test {
    fn is_met(&self, value: &Json) -> bool {
        let compare = |holds: fn(f64, f64) -> bool, bound: f64| number(value).is_some_and(|found| holds(found, bound));
        match self {
            Self::Is(wanted) => wanted.is(value),
            Self::IsNot(wanted) => !wanted.is(value),
            Self::Less(bound) => compare(|found, bound| found < bound, *bound),
            Self::AtMost(bound) => compare(|found, bound| found <= bound, *bound),
            Self::More(bound) => compare(|found, bound| found > bound, *bound),
            Self::AtLeast(bound) => compare(|found, bound| found >= bound, *bound),
            Self::Null => value.is_null(),
            Self::Boolean(wanted) => value.as_bool() == Some(*wanted),
            Self::Exists => true,
            Self::Missing => false,
        }
    }
}

fn number(value: &Json) -> Option<f64> {
    match value {
        Json::String(text) => text.parse().ok(),
        other => other.as_f64(),
    }
}

impl Wanted {
    fn parse(word: &str) -> Self {
        match word.parse() {
            Ok(number) => Self::Number(number, word.to_owned()),
            Err(_) => Self::Text(word.split('*').map(str::to_owned).collect()),
        }
    }

    #[expect(clippy::float_cmp, reason = "equal means equal, as on AWS")]
    fn is(&self, value: &Json) -> bool {
        let text = match value {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(truth) => truth.to_string(),
            _ => return false,
        };
        match self {
            Self::Number(wanted, word) => text == *word || number(value).is_some_and(|found| found == *wanted),
            Self::Text(parts) => is_like(&text, parts),
            Self::Regex(regex) => regex.is_match(&text),
        }
    }
}

/// Whether `text` is `parts` with anything between them.
fn is_like(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else { return parts.first().is_some_and(|whole| whole == text) };
    let Some(mut rest) = text.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return false;
    };
    middle.iter().all(|part| match rest.find(part.as_str()) {
        Some(at) => {
            rest = &rest[at + part.len()..];
            true
        }
        None => false,
    })
}

struct Parser<'a, Subject> {
    rest: &'a str,
    subject: Parse<Subject>,
    depth: usize,
}

impl<'a, Subject> Parser<'a, Subject> {
    fn wrong(&self) -> String {
        format!("Invalid filter pattern at '{}'", self.rest)
    }
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest.strip_prefix(token);
        if let Some(rest) = found {
            self.rest = rest.trim_start();
        }
        found.is_some()
    }
    /// A word of letters, whatever their case.
    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if is_there {
            self.rest = self.rest[word.len()..].trim_start();
        }
        is_there
    }

    fn any(&mut self) -> Result<Condition<Subject>, String> {
        let mut parts = vec![self.all()?];
        while self.take("||") {
            parts.push(self.all()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::Any(parts) })
    }
    fn all(&mut self) -> Result<Condition<Subject>, String> {
        let mut parts = vec![self.one()?];
        while self.take("&&") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Condition::All(parts) })
    }
    fn one(&mut self) -> Result<Condition<Subject>, String> {
        if self.take("(") {
            self.depth += 1;
            if self.depth > DEEPEST {
                return Err(self.wrong());
            }
            let inner = self.any()?;
            self.depth -= 1;
            return if self.take(")") { Ok(inner) } else { Err(self.wrong()) };
        }
        let end = self.subject_end();
        let (subject, rest) = self.rest.split_at(end);
        let subject = (self.subject)(subject)?;
        self.rest = rest.trim_start();
        Ok(Condition::One(subject, self.test()?))
    }
    /// A subject ends at a space, an operator or a parenthesis, but not in brackets.
    fn subject_end(&self) -> usize {
        let mut is_bracketed = false;
        for (at, letter) in self.rest.char_indices() {
            match letter {
                '[' => is_bracketed = true,
                ']' => is_bracketed = false,
                ' ' | '=' | '!' | '<' | '>' | '(' | ')' | '&' | '|' if !is_bracketed => return at,
                _ => {}
            }
        }
        self.rest.len()
    }

    fn test(&mut self) -> Result<Test, String> {
        if self.take("!=") {
            return self.wanted().map(Test::IsNot);
        }
        if self.take("<=") {
            return self.bound().map(Test::AtMost);
        }
        if self.take(">=") {
            return self.bound().map(Test::AtLeast);
        }
        if self.take("=") {
            return self.wanted().map(Test::Is);
        }
        if self.take("<") {
            return self.bound().map(Test::Less);
        }
        if self.take(">") {
            return self.bound().map(Test::More);
        }
        if self.take_word("NOT EXISTS") {
            return Ok(Test::Missing);
        }
        if self.take_word("EXISTS") {
            return Ok(Test::Exists);
        }
        if self.take_word("IS ") {
            for (word, test) in [("NULL", Test::Null), ("TRUE", Test::Boolean(true)), ("FALSE", Test::Boolean(false))] {
                if self.take_word(word) {
                    return Ok(test);
                }
            }
        }
        if self.rest.is_empty() { Ok(Test::Exists) } else { Err(self.wrong()) }
    }

    fn word(&mut self) -> Result<&'a str, String> {
        let end = self.rest.find([' ', ')', '&', '|']).unwrap_or(self.rest.len());
        if end == 0 {
            return Err(self.wrong());
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        Ok(word)
    }
    fn bound(&mut self) -> Result<f64, String> {
        let word = self.word()?;
        word.parse().map_err(|_| format!("Invalid number '{word}' in the filter pattern"))
    }
    fn wanted(&mut self) -> Result<Wanted, String> {
        if self.rest.starts_with('"') {
            let (text, rest) = quoted(self.rest).ok_or_else(|| self.wrong())?;
            self.rest = rest.trim_start();
            return Ok(Wanted::Text(text.split('*').map(str::to_owned).collect()));
        }
        if let Some(rest) = self.rest.strip_prefix('%') {
            let end = rest.find('%').ok_or_else(|| self.wrong())?;
            self.rest = rest[end + 1..].trim_start();
            return regex(&rest[..end]).map(Wanted::Regex);
        }
        self.word().map(Wanted::parse)
    }
}

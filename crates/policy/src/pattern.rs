//! Text with wildcards and policy variables, and ARNs made of it.

use crate::request::Request;

/// `*` is any run of characters, `?` one character, `${key}` what the request says under that key.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    items: Vec<Item>,
    has_variables: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Char(char),
    One,
    Any,
    Variable(Box<Variable>),
}

#[derive(Clone, Debug, PartialEq)]
struct Variable {
    /// In small letters, as [`Request::values`] wants it.
    key: String,
    default: Option<String>,
}

/// How a pattern's text is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    pub(crate) wildcards: bool,
    /// Documents of version 2008-10-17 have no variables: `${` is text there.
    pub(crate) variables: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

impl Pattern {
    pub(crate) fn new(text: &str, reading: Reading) -> Self {
        let mut items = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if reading.variables
                && let Some((item, after)) = variable(rest)
            {
                items.push(item);
                rest = after;
                continue;
            }
            items.push(match first {
                '*' if reading.wildcards => Item::Any,
                '?' if reading.wildcards => Item::One,
                other => Item::Char(other),
            });
            rest = &rest[first.len_utf8()..];
        }
        Self::of(items)
    }

    fn of(items: Vec<Item>) -> Self {
        let has_variables = items.iter().any(|item| matches!(item, Item::Variable(_)));
        Self { items, has_variables }
    }

    /// A pattern with a variable that the request cannot resolve matches nothing.
    pub(crate) fn matches(&self, text: &str, case: Case, request: &Request<'_>) -> bool {
        if !self.has_variables {
            return glob(&self.items, text, case);
        }
        self.resolved(request).is_some_and(|items| glob(&items, text, case))
    }

    fn resolved(&self, request: &Request<'_>) -> Option<Vec<Item>> {
        let mut items = Vec::with_capacity(self.items.len());
        for item in &self.items {
            match item {
                Item::Variable(variable) => {
                    // AWS: a key with several values cannot stand for a variable.
                    let value = request.single(&variable.key).or(variable.default.as_deref())?;
                    items.extend(value.chars().map(Item::Char));
                }
                other => items.push(other.clone()),
            }
        }
        Some(items)
    }

    fn ends_open(&self) -> bool {
        self.items.last() == Some(&Item::Any)
    }
}

/// Reads a variable or an escape at the start of `text`, and says what stands behind it.
fn variable(text: &str) -> Option<(Item, &str)> {
    let (inner, after) = text.strip_prefix("${")?.split_once('}')?;
    if let "*" | "?" | "$" = inner {
        return Some((Item::Char(inner.chars().next()?), after));
    }
    let (key, default) = match inner.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned())),
        None => (inner, None),
    };
    let key = key.trim().to_ascii_lowercase();
    Some((Item::Variable(Box::new(Variable { key, default })), after))
}

/// Matches by going back to the last `*` only, which is enough: what an earlier one took need never change.
fn glob(items: &[Item], text: &str, case: Case) -> bool {
    let (mut item, mut at) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        let next = text[at..].chars().next();
        match (items.get(item), next) {
            (Some(Item::Any), _) => {
                retry = Some((item + 1, at));
                item += 1;
                continue;
            }
            (None, None) => return true,
            (Some(wanted), Some(found)) if fits(wanted, found, case) => {
                item += 1;
                at += found.len_utf8();
                continue;
            }
            _ => {}
        }
        let Some((after_star, star_at)) = retry else { return false };
        let Some(skipped) = text[star_at..].chars().next() else { return false };
        at = star_at + skipped.len_utf8();
        item = after_star;
        retry = Some((item, at));
    }
}

fn fits(wanted: &Item, found: char, case: Case) -> bool {
    match wanted {
        Item::One => true,
        Item::Char(wanted) if case == Case::Insensitive => {
            *wanted == found || wanted.to_lowercase().eq(found.to_lowercase())
        }
        Item::Char(wanted) => *wanted == found,
        Item::Any | Item::Variable(_) => false,
    }
}

/// An ARN whose parts are patterns. A wildcard stays within its part, but for a `*` that ends a shortened pattern
/// (`*`, `arn:aws:s3:*`): that one takes all the parts that follow.
#[derive(Clone, Debug)]
pub(crate) struct ArnPattern(Vec<Pattern>);

const ARN_PARTS: usize = 6;

impl ArnPattern {
    pub(crate) fn new(text: &str, variables: bool) -> Self {
        let whole = Pattern::new(text, Reading { wildcards: true, variables });
        // Split the items, not the text: the colon in `${aws:username}` separates nothing.
        let parts = whole.items.splitn(ARN_PARTS, |item| *item == Item::Char(':'));
        Self(parts.map(|items| Pattern::of(items.to_vec())).collect())
    }

    pub(crate) fn matches(&self, arn: &str, request: &Request<'_>) -> bool {
        let matches = |pattern: &Pattern, text: &str| pattern.matches(text, Case::Sensitive, request);
        let (last, firsts) = self.0.split_last().expect("splitting gives at least one part");
        let mut rest = arn;
        for pattern in firsts {
            let Some((part, after)) = rest.split_once(':') else { return false };
            if !matches(pattern, part) {
                return false;
            }
            rest = after;
        }
        (self.0.len() == ARN_PARTS || last.ends_open()) && matches(last, rest)
    }
}

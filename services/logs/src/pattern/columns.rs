//! Conditions on a message's columns: `[ip, user, ..., status = 4*, bytes > 1000]`.
//!
//! Columns are parted by spaces; quotes and brackets keep one together. `...` stands for any number of them.

use super::condition::Condition;
use serde_json::Value as Json;

pub(crate) struct Columns {
    before: Vec<Condition<()>>,
    /// What stands behind `...`, if that is there.
    behind: Option<Vec<Condition<()>>>,
}

impl Columns {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut columns = Self { before: Vec::new(), behind: None };
        for part in text.split(',') {
            let part = part.trim();
            if part == "..." {
                if columns.behind.replace(Vec::new()).is_some() {
                    return Err("Invalid filter pattern: '...' may stand only once".into());
                }
                continue;
            }
            if part.is_empty() {
                return Err(format!("Invalid filter pattern '[{text}]': a column has no name"));
            }
            // Each condition is about its own column, whatever the column is called.
            columns.behind.as_mut().unwrap_or(&mut columns.before).push(Condition::parse(part, |_| Ok(()))?);
        }
        Ok(columns)
    }

    pub(crate) fn match_message(&self, message: &str) -> bool {
        let found = split(message);
        let is_met = |conditions: &[Condition<()>], values: &[&str]| {
            let mut pairs = conditions.iter().zip(values);
            pairs.all(|(condition, value)| condition.is_met(&|()| vec![Json::from(*value)]))
        };
        match &self.behind {
            None => found.len() == self.before.len() && is_met(&self.before, &found),
            Some(behind) => {
                found.len() >= self.before.len() + behind.len()
                    && is_met(&self.before, &found)
                    && is_met(behind, &found[found.len() - behind.len()..])
            }
        }
    }
}

fn split(message: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = message.trim();
    while let Some(first) = rest.chars().next() {
        let close = match first {
            '"' => Some('"'),
            '[' => Some(']'),
            _ => None,
        };
        let kept = close.and_then(|close| Some((&rest[1..], rest[1..].find(close)?)));
        let (column, behind) = match kept {
            Some((inner, end)) => (&inner[..end], &inner[end + 1..]),
            None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
        };
        found.push(column);
        rest = behind.trim_start();
    }
    found
}

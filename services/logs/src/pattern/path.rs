//! Where in a JSON message a condition looks: `$.user.names[0]`, `$['a.b']`, `$.items[*].id`.

use serde_json::Value as Json;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

#[derive(Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
    Every,
}

impl Path {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("Invalid JSON selector '{text}'");
        let mut rest = text.strip_prefix('$').ok_or_else(wrong)?;
        let mut steps = Vec::new();
        while !rest.is_empty() {
            rest = rest.strip_prefix('.').unwrap_or(rest);
            if let Some(inner) = rest.strip_prefix('[') {
                let end = inner.find(']').ok_or_else(wrong)?;
                steps.push(bracket(&inner[..end]).ok_or_else(wrong)?);
                rest = &inner[end + 1..];
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                if end == 0 {
                    return Err(wrong());
                }
                let name = &rest[..end];
                steps.push(if name == "*" { Step::Every } else { Step::Member(name.to_owned()) });
                rest = &rest[end..];
            }
        }
        Ok(Self(steps))
    }

    /// Everything that it leads to.
    pub(crate) fn find(&self, json: &Json) -> Vec<Json> {
        let mut here = vec![json];
        for step in &self.0 {
            here = here.into_iter().flat_map(|json| step.follow(json)).collect();
        }
        here.into_iter().cloned().collect()
    }
}

fn bracket(inner: &str) -> Option<Step> {
    if inner == "*" {
        return Some(Step::Every);
    }
    let is_quote = |letter| letter == '\'' || letter == '"';
    let name = inner.strip_prefix(is_quote).and_then(|name| name.strip_suffix(is_quote));
    name.map(|name| Step::Member(name.to_owned())).or_else(|| inner.parse().ok().map(Step::Item))
}

impl Step {
    fn follow<'a>(&self, json: &'a Json) -> Vec<&'a Json> {
        match (self, json) {
            (Self::Member(name), Json::Object(members)) => members.get(name).into_iter().collect(),
            (Self::Item(index), Json::Array(items)) => items.get(*index).into_iter().collect(),
            (Self::Every, Json::Array(items)) => items.iter().collect(),
            (Self::Every, Json::Object(members)) => members.values().collect(),
            _ => Vec::new(),
        }
    }
}

//! `#names` and `:values`: what they stand for, and whether something uses them.

use crate::value::{Value, value_of};
use api_dynamodb::AttributeValue;
use kernel::Outcome;
use shape::{ApiError, Map};
use std::collections::BTreeSet;

/// The placeholders of one request, over all its expressions.
#[derive(Debug, Default)]
pub(crate) struct Placeholders {
    names: Map<String>,
    values: Map<Value>,
    used: BTreeSet<String>,
}

impl Placeholders {
    /// `given` are the request's expressions, each with its parameter's name; the projection takes no values.
    pub(crate) fn new(
        names: Option<Map<String>>,
        values: Option<Map<AttributeValue>>,
        given: &[(&str, Option<&String>)],
    ) -> Outcome<Self> {
        let is_any = given.iter().any(|(_, expression)| expression.is_some());
        if names.is_some() && !is_any {
            return Err(ApiError::validation("ExpressionAttributeNames can only be specified when using expressions"));
        }
        let with_values: Vec<_> = given.iter().filter(|(name, _)| *name != "ProjectionExpression").collect();
        if values.is_some() && with_values.iter().all(|(_, expression)| expression.is_none()) {
            let names: Vec<_> = with_values.iter().map(|(name, _)| *name).collect();
            let verb = if names.len() == 1 { "is" } else { "are" };
            return Err(ApiError::validation(format!(
                "ExpressionAttributeValues can only be specified when using expressions: {} {verb} null",
                names.join(" and ")
            )));
        }
        Ok(Self { names: checked_names(names)?, values: checked_values(values)?, used: BTreeSet::new() })
    }

    pub(super) fn name(&mut self, placeholder: &str) -> Option<&str> {
        let found = self.names.get(placeholder)?;
        self.used.insert(placeholder.to_owned());
        Some(found)
    }
    pub(super) fn value(&mut self, placeholder: &str) -> Option<&Value> {
        let found = self.values.get(placeholder)?;
        self.used.insert(placeholder.to_owned());
        Some(found)
    }

    /// That every placeholder was used by some expression.
    pub(crate) fn check_used(&self) -> Outcome<()> {
        let unused = |keys: Vec<&String>| keys.into_iter().filter(|key| !self.used.contains(*key)).cloned().collect();
        let (names, values): (Vec<String>, Vec<String>) =
            (unused(self.names.keys().collect()), unused(self.values.keys().collect()));
        for (what, unused) in [("Names", names), ("Values", values)] {
            if !unused.is_empty() {
                return Err(ApiError::validation(format!(
                    "Value provided in ExpressionAttribute{what} unused in expressions: keys: {{{}}}",
                    unused.join(", ")
                )));
            }
        }
        Ok(())
    }
}

fn checked_names(names: Option<Map<String>>) -> Outcome<Map<String>> {
    let Some(names) = names else { return Ok(Map::new()) };
    if names.is_empty() {
        return Err(ApiError::validation("ExpressionAttributeNames must not be empty"));
    }
    check_keys(names.keys(), '#', "ExpressionAttributeNames")?;
    if let Some((key, _)) = names.iter().find(|(_, name)| name.is_empty()) {
        return Err(ApiError::validation(format!(
            "ExpressionAttributeNames contains invalid value: Empty attribute name for key {key}"
        )));
    }
    Ok(names)
}

fn checked_values(values: Option<Map<AttributeValue>>) -> Outcome<Map<Value>> {
    let Some(values) = values else { return Ok(Map::new()) };
    if values.is_empty() {
        return Err(ApiError::validation("ExpressionAttributeValues must not be empty"));
    }
    check_keys(values.keys(), ':', "ExpressionAttributeValues")?;
    let checked = values.into_iter().map(|(key, value)| match value_of(value) {
        Ok(value) => Ok((key, value)),
        Err(why) => Err(ApiError::validation(format!(
            "ExpressionAttributeValues contains invalid value: {} for key {key}",
            why.message
        ))),
    });
    checked.collect()
}

fn check_keys<'a>(mut keys: impl Iterator<Item = &'a String>, mark: char, what: &str) -> Outcome<()> {
    let is_key = |key: &&String| {
        let rest = key.strip_prefix(mark);
        rest.is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        })
    };
    match keys.find(|key| !is_key(key)) {
        None => Ok(()),
        Some(key) => Err(ApiError::validation(format!("{what} contains invalid key: Syntax error; key: \"{key}\""))),
    }
}

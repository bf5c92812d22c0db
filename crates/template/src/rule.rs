//! The `Rules` section: assertions over parameters, checked before anything is made.

use crate::{TemplateError, function::scalar_text};
use serde_json::Value;

/// A rule: its assertions count where its condition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub condition: Option<Value>,
    pub assertions: Vec<Assertion>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Assertion {
    pub assert: Value,
    pub description: Option<String>,
}

impl Rule {
    pub(crate) fn parse(name: &str, definition: &Value) -> Result<Self, TemplateError> {
        let malformed = |what: &str| TemplateError::format(format_args!("[/Rules/{name}] {what}"));
        let members = definition.as_object().ok_or_else(|| malformed("Every Rules member must be an object."))?;
        if let Some(unknown) = members.keys().find(|key| !["RuleCondition", "Assertions"].contains(&key.as_str())) {
            return Err(TemplateError::new(format!("Invalid template rule property '{unknown}'")));
        }
        let assertions = members.get("Assertions").and_then(Value::as_array);
        let assertions =
            assertions.ok_or_else(|| malformed("Every Rules object must contain a list of Assertions."))?;
        let read = |assertion: &Value| {
            let assert = assertion.get("Assert").cloned();
            let description = assertion.get("AssertDescription").and_then(scalar_text);
            match assert {
                Some(assert) => Ok(Assertion { assert, description }),
                None => Err(malformed("Every Assertions object must contain an Assert member.")),
            }
        };
        Ok(Self {
            condition: members.get("RuleCondition").cloned(),
            assertions: assertions.iter().map(read).collect::<Result<_, _>>()?,
        })
    }
}

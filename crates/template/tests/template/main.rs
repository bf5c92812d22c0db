//! The language as a stack sees it.

mod binding;
mod changes;
mod evaluation;
mod parsing;
mod random;
mod refusals;

use serde_json::{Value, json};
use std::collections::BTreeMap;
use template::{Bound, Environment, ParameterInput, StackContext, Template, TemplateError};

/// A world in which everything asked for exists and is called after its name.
#[derive(Debug)]
pub struct World;

impl Environment for World {
    fn reference(&self, logical_id: &str) -> Result<Value, TemplateError> {
        Ok(json!(format!("{logical_id}-id")))
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, TemplateError> {
        Ok(match attribute {
            "List" => json!(["one", "two"]),
            _ => json!(format!("{logical_id}:{attribute}")),
        })
    }
    fn import(&self, export_name: &str) -> Result<Value, TemplateError> {
        match export_name {
            "shared" => Ok(json!("imported")),
            _ => Err(TemplateError::new(format!("No export named {export_name} found."))),
        }
    }
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError> {
        Ok(["a", "b", "c"].iter().map(|zone| format!("{region}{zone}")).collect())
    }
}

pub fn context() -> StackContext {
    StackContext {
        region: "us-east-1".into(),
        account_id: "123456789012".into(),
        stack_name: "demo".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:123456789012:stack/demo/1".into(),
        notification_arns: vec!["arn:one".into(), "arn:two".into()],
    }
}

pub fn given(values: &[(&str, &str)]) -> BTreeMap<String, ParameterInput> {
    values.iter().map(|(name, value)| ((*name).into(), ParameterInput::Value((*value).into()))).collect()
}

pub fn bind(body: &str, values: &[(&str, &str)]) -> Result<Bound, TemplateError> {
    let stored = BTreeMap::from([("/ami".to_owned(), "ami-123".to_owned())]);
    Template::parse(body)?.bind(&given(values), &BTreeMap::new(), &stored, context(), &World)
}

/// The message with which a body is refused, without or with its parameters.
pub fn refusal(body: &str) -> String {
    match bind(body, &[]) {
        Ok(_) => "accepted".into(),
        Err(error) => error.to_string(),
    }
}

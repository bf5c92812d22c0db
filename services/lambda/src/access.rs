//! Who may: resource policies and tags of functions, asked by dispatch.

use crate::{
    Lambda,
    state::{FUNCTIONS, Policy},
};
use base::{Arn, Fault};
use kernel::{Directory, ResourcePolicy, Tx};
use policy::Kind;
use serde_json::{Value as Json, json};

impl Directory for Lambda {
    fn resource_policy(&self, tx: &Tx<'_>, resource: &Arn, _: &str) -> Result<Option<ResourcePolicy>, Fault> {
        let Some((function, qualifier)) = split(resource) else { return Ok(None) };
        let found = tx.get(&FUNCTIONS, function.to_owned())?;
        let Some(policy) = found.and_then(|mut found| found.policies.remove(qualifier)) else { return Ok(None) };
        let name = format!("resource policy of {resource}");
        Ok(Some(ResourcePolicy { name, text: document(&policy), kind: Kind::Resource, is_required: false }))
    }

    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let Some((function, _)) = split(resource) else { return Ok(Vec::new()) };
        let found = tx.get(&FUNCTIONS, function.to_owned())?;
        Ok(found.map(|function| function.tags.into_iter().collect()).unwrap_or_default())
    }
}

/// Function and qualifier (empty for none) of a function's ARN.
fn split(arn: &Arn) -> Option<(&str, &str)> {
    let rest = arn.resource_after("function")?;
    Some(rest.split_once(':').unwrap_or((rest, "")))
}

/// A policy as AWS shows it.
pub(crate) fn document(policy: &Policy) -> String {
    let statements: Vec<Json> =
        policy.statements.iter().filter_map(|(_, text)| serde_json::from_str(text).ok()).collect();
    json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
}

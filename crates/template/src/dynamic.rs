//! Dynamic references, `{{resolve:service:name}}`: looked up after every function is evaluated, because templates
//! build them out of pieces.
//!
//! [`references`] names what a value wants, so that whoever may wait can look it up; [`replace`] puts it in.

use crate::TemplateError;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a dynamic reference points at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DynamicReference {
    /// A plain parameter of the parameter store; the newest version if none is given.
    Ssm {
        name: String,
        version: Option<String>,
    },
    SsmSecure {
        name: String,
        version: Option<String>,
    },
    /// A secret or, with a key, one member of the JSON object that it holds.
    Secret {
        secret_id: String,
        json_key: Option<String>,
        version_stage: Option<String>,
        version_id: Option<String>,
    },
}

const OPEN: &str = "{{resolve:";
const CLOSE: &str = "}}";

impl DynamicReference {
    /// Reads what is between `{{resolve:` and `}}`.
    fn parse(text: &str) -> Result<Self, TemplateError> {
        let (service, rest) = text.split_once(':').unwrap_or((text, ""));
        // Only the service is repeated: the rest may have been built from a secret.
        let refuse = || TemplateError::new(format!("Could not parse the dynamic reference {OPEN}{service}:…{CLOSE}"));
        let given = |part: Option<&str>| part.filter(|part| !part.is_empty()).map(str::to_owned);
        match service {
            "ssm" | "ssm-secure" => {
                let mut parts = rest.split(':');
                let name = given(parts.next()).ok_or_else(refuse)?;
                let version = given(parts.next());
                let is_number = |version: &String| version.bytes().all(|byte| byte.is_ascii_digit());
                if parts.next().is_some() || !version.as_ref().is_none_or(is_number) {
                    return Err(refuse());
                }
                Ok(if service == "ssm" { Self::Ssm { name, version } } else { Self::SsmSecure { name, version } })
            }
            "secretsmanager" => {
                // An ARN has colons of its own: arn:partition:secretsmanager:region:account:secret:name.
                let parts: Vec<_> = rest.split(':').collect();
                let id_parts = if parts[0] == "arn" { 7 } else { 1 };
                if parts.len() < id_parts || parts.len() > id_parts + 4 {
                    return Err(refuse());
                }
                let (id, options) = parts.split_at(id_parts);
                let option = |index: usize| given(options.get(index).copied());
                if option(0).is_some_and(|kind| kind != "SecretString") || id.iter().all(|part| part.is_empty()) {
                    return Err(refuse());
                }
                Ok(Self::Secret {
                    secret_id: id.join(":"),
                    json_key: option(1),
                    version_stage: option(2),
                    version_id: option(3),
                })
            }
            _ => Err(refuse()),
        }
    }
}

/// Every dynamic reference in a value.
pub fn references(value: &Value) -> Result<BTreeSet<DynamicReference>, TemplateError> {
    let mut found = BTreeSet::new();
    let mut copy = value.clone();
    replace(&mut copy, &mut |reference| {
        found.insert(reference.clone());
        Ok(String::new())
    })?;
    Ok(found)
}

/// Puts what `resolve` says in the place of every dynamic reference.
pub fn replace(
    value: &mut Value,
    resolve: &mut dyn FnMut(&DynamicReference) -> Result<String, TemplateError>,
) -> Result<(), TemplateError> {
    match value {
        Value::String(text) if text.contains(OPEN) => {
            *text = replaced(text, resolve)?;
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| replace(item, resolve)),
        Value::Object(members) => members.values_mut().try_for_each(|member| replace(member, resolve)),
        _ => Ok(()),
    }
}

fn replaced(
    text: &str,
    resolve: &mut dyn FnMut(&DynamicReference) -> Result<String, TemplateError>,
) -> Result<String, TemplateError> {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once(OPEN) {
        let Some((reference, after)) = tail.split_once(CLOSE) else { break };
        result.push_str(before);
        result.push_str(&resolve(&DynamicReference::parse(reference)?)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}

//! `AWS::LanguageExtensions`: `Fn::ForEach`. The transform's other functions are ordinary ones
//! (`Fn::Length`, `Fn::ToJsonString`, the default of `Fn::FindInMap`).
//!
//! Left out, refused by name: collections that are computed by anything but `Ref`.

use crate::{Parameter, TemplateError, limits};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const FOR_EACH: &str = "Fn::ForEach::";

/// Unrolls the loops of a template. Says whether some loop runs over a parameter.
pub(crate) fn expand(
    root: &mut Map<String, Value>,
    parameters: &IndexMap<String, Parameter>,
    values: &BTreeMap<String, String>,
) -> Result<bool, TemplateError> {
    let mut expansion = Expansion { parameters, values, reads_parameters: false, weight: 0 };
    for section in ["Conditions", "Resources", "Outputs"] {
        if let Some(value) = root.remove(section) {
            let expanded = expansion.value(value, &mut Vec::new(), 0)?;
            root.insert(section.to_owned(), expanded);
        }
    }
    Ok(expansion.reads_parameters)
}

struct Expansion<'a> {
    parameters: &'a IndexMap<String, Parameter>,
    values: &'a BTreeMap<String, String>,
    reads_parameters: bool,
    weight: usize,
}

/// The loops around a value: identifier and current item.
type Loops = Vec<(String, String)>;

impl Expansion<'_> {
    fn value(&mut self, value: Value, loops: &mut Loops, depth: usize) -> Result<Value, TemplateError> {
        self.weight += 1;
        if depth > limits::DEPTH || self.weight > limits::EXPANDED_WEIGHT {
            return Err(failed("the expanded template is too large"));
        }
        match value {
            Value::String(text) => {
                let text = substitute(&text, loops);
                self.weight += text.len();
                Ok(Value::String(text))
            }
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.value(item, loops, depth + 1))
                .collect::<Result<_, _>>()
                .map(Value::Array),
            Value::Object(members) => self.members(members, loops, depth),
            scalar => Ok(scalar),
        }
    }

    fn members(
        &mut self,
        members: Map<String, Value>,
        loops: &mut Loops,
        depth: usize,
    ) -> Result<Value, TemplateError> {
        // A Ref to a loop's identifier is its current item.
        if let Some(Value::String(target)) = members.get("Ref").filter(|_| members.len() == 1)
            && let Some((_, item)) = loops.iter().rev().find(|(identifier, _)| identifier == target)
        {
            return Ok(Value::String(item.clone()));
        }
        let mut expanded = Map::new();
        for (name, member) in members {
            if name.starts_with(FOR_EACH) {
                self.unroll(&name, member, loops, depth, &mut expanded)?;
                continue;
            }
            let name = substitute(&name, loops);
            self.weight += name.len();
            let member = self.value(member, loops, depth + 1)?;
            expanded.insert(name, member);
        }
        Ok(Value::Object(expanded))
    }

    fn unroll(
        &mut self,
        name: &str,
        argument: Value,
        loops: &mut Loops,
        depth: usize,
        into: &mut Map<String, Value>,
    ) -> Result<(), TemplateError> {
        let malformed = || failed(&format!("{name} requires a list of an identifier, a collection and an object"));
        let Value::Array(parts) = argument else { return Err(malformed()) };
        let Ok([Value::String(identifier), collection, body @ Value::Object(_)]) = <[Value; 3]>::try_from(parts) else {
            return Err(malformed());
        };
        if loops.iter().any(|(other, _)| *other == identifier) || self.parameters.contains_key(&identifier) {
            return Err(failed(&format!("{name}: the identifier {identifier} is already in use")));
        }
        for item in self.collection(name, &collection, loops)? {
            loops.push((identifier.clone(), item));
            let expanded = self.value(body.clone(), loops, depth + 1)?;
            loops.pop();
            let Value::Object(members) = expanded else { return Err(malformed()) };
            for (key, member) in members {
                if into.insert(key.clone(), member).is_some() {
                    return Err(failed(&format!("{name} makes the key {key} more than once")));
                }
            }
        }
        Ok(())
    }

    fn collection(&mut self, name: &str, collection: &Value, loops: &Loops) -> Result<Vec<String>, TemplateError> {
        let refuse =
            || failed(&format!("{name}: the collection must be a list of strings or a Ref to a list parameter"));
        match collection {
            Value::Array(items) => {
                let lists = items.iter().map(|item| match item {
                    Value::String(text) => Ok(vec![substitute(text, loops)]),
                    Value::Bool(_) | Value::Number(_) => Ok(vec![item.to_string()]),
                    _ => self.parameter(item).ok_or_else(refuse),
                });
                Ok(lists.collect::<Result<Vec<_>, _>>()?.concat())
            }
            _ => self.parameter(collection).ok_or_else(refuse),
        }
    }

    /// The items of a parameter that a `Ref` names.
    fn parameter(&mut self, reference: &Value) -> Option<Vec<String>> {
        let name = reference.as_object().filter(|members| members.len() == 1)?.get("Ref")?.as_str()?;
        let parameter = self.parameters.get(name)?;
        self.reads_parameters = true;
        // Before a value is known, a parameter without a default stands for no items.
        let value = self.values.get(name).or(parameter.default.as_ref());
        let Some(value) = value else { return Some(Vec::new()) };
        Some(match parameter.kind.value_of(value) {
            Value::Array(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
            single => single.as_str().map(str::to_owned).into_iter().collect(),
        })
    }
}

/// `${Identifier}` is the item, `&{Identifier}` its letters and digits.
fn substitute(text: &str, loops: &Loops) -> String {
    let mut text = text.to_owned();
    for (identifier, item) in loops {
        if text.contains('{') {
            let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
            text = text.replace(&format!("${{{identifier}}}"), item).replace(&format!("&{{{identifier}}}"), &plain);
        }
    }
    text
}

fn failed(what: &str) -> TemplateError {
    TemplateError::new(format!("Transform AWS::LanguageExtensions failed with: {what}"))
}

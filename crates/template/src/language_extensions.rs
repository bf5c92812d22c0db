//! `AWS::LanguageExtensions`: `Fn::ForEach`. The transform's other functions are ordinary ones
//! (`Fn::Length`, `Fn::ToJsonString`, the default of `Fn::FindInMap`).
//!
//! Left out, refused by name: collections that are computed by anything but `Ref` and `Fn::FindInMap`, and
//! functions in `DeletionPolicy` and `UpdateReplacePolicy`.

use crate::{Parameter, TemplateError, function::scalar_text, limits};
use indexmap::IndexMap;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const FOR_EACH: &str = "Fn::ForEach::";

/// What the loops of a template depend on.
pub(crate) struct Expanded {
    /// Some loop runs over a parameter.
    pub(crate) reads_parameters: bool,
    /// Some loop did not run, because a parameter has no value yet.
    pub(crate) misses_values: bool,
}

/// Unrolls the loops of a template.
pub(crate) fn expand(
    root: &mut Map<String, Value>,
    parameters: &IndexMap<String, Parameter>,
    values: &BTreeMap<String, String>,
) -> Result<Expanded, TemplateError> {
    let mappings = root.get("Mappings").cloned().unwrap_or_default();
    let expanded = Expanded { reads_parameters: false, misses_values: false };
    let mut expansion = Expansion { parameters, values, mappings, expanded, weight: 0 };
    for section in ["Conditions", "Resources", "Outputs"] {
        if let Some(value) = root.get_mut(section) {
            *value = expansion.value(value.take(), &mut Vec::new(), 0)?;
        }
    }
    Ok(expansion.expanded)
}

struct Expansion<'a> {
    parameters: &'a IndexMap<String, Parameter>,
    values: &'a BTreeMap<String, String>,
    mappings: Value,
    expanded: Expanded,
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
            let mut member = self.value(member, loops, depth + 1)?;
            if matches!(name.as_str(), "Ref" | "Fn::GetAtt" | "DependsOn" | "Condition") {
                name_resources(&mut member);
            }
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
        let items = match collection {
            Value::Array(items) => {
                items.iter().map(|item| self.items(item, loops)).collect::<Option<Vec<_>>>().map(|lists| lists.concat())
            }
            computed => self.items(computed, loops),
        };
        items.ok_or_else(|| {
            failed(&format!(
                "{name}: the collection must be a list of strings, or a Ref or Fn::FindInMap that gives one"
            ))
        })
    }

    /// The items that a value stands for. A parameter whose value is not known yet stands for none.
    fn items(&mut self, value: &Value, loops: &Loops) -> Option<Vec<String>> {
        if let Value::String(text) = value {
            return Some(vec![substitute(text, loops)]);
        }
        let Value::Object(members) = value else { return scalar_text(value).map(|text| vec![text]) };
        let (function, argument) = members.iter().next().filter(|_| members.len() == 1)?;
        match (function.as_str(), argument) {
            ("Ref", Value::String(name)) => match loops.iter().rev().find(|(identifier, _)| identifier == name) {
                Some((_, item)) => Some(vec![item.clone()]),
                None => self.parameter(name),
            },
            ("Fn::FindInMap", Value::Array(keys)) if keys.len() == 3 => {
                let keys = keys.iter().map(|key| self.items(key, loops)).collect::<Option<Vec<_>>>()?;
                let mut found = &self.mappings;
                for key in &keys {
                    let Some(key) = key.first() else { return Some(Vec::new()) };
                    found = found.get(key)?;
                }
                match found {
                    Value::Array(items) => items.iter().map(scalar_text).collect(),
                    single => scalar_text(single).map(|text| vec![text]),
                }
            }
            _ => None,
        }
    }

    fn parameter(&mut self, name: &str) -> Option<Vec<String>> {
        let parameter = self.parameters.get(name)?;
        self.expanded.reads_parameters = true;
        let Some(value) = self.values.get(name).or(parameter.default.as_ref()) else {
            self.expanded.misses_values = true;
            return Some(Vec::new());
        };
        match parameter.kind.value_of(value) {
            Value::Array(items) => items.iter().map(scalar_text).collect(),
            single => scalar_text(&single).map(|text| vec![text]),
        }
    }
}

/// Where a resource is named by an `Fn::Sub` of which the loops left plain text, that text is the name.
fn name_resources(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(name_resources),
        Value::Object(members) if members.len() == 1 => {
            if let Some(Value::String(text)) =
                members.get("Fn::Sub").filter(|text| text.as_str().is_some_and(|text| !text.contains("${")))
            {
                *value = Value::String(text.clone());
            }
        }
        _ => {}
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

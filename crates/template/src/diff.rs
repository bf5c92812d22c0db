//! What an update would change.
//!
//! Whether a change replaces the resource depends on its type's schema, which this crate does not know: the
//! engine asks it with [`ResourceChange::properties`].

use crate::{Bound, Environment, TemplateError, resource::Resource};
use serde_json::Value;
use std::collections::BTreeSet;

/// The difference between what a stack is made from and what it is to be made from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    pub added: Vec<String>,
    pub removed: Vec<String>,
    pub changed: Vec<ResourceChange>,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// A resource that is in both, differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceChange {
    pub logical_id: String,
    /// Another type under the same name: always a replacement.
    pub type_changed: bool,
    /// JSON pointers into the properties: the outermost values that differ.
    pub paths: Vec<String>,
    /// Other attributes of the resource: `Metadata`, `DeletionPolicy`, …
    pub attributes: Vec<&'static str>,
}

impl ResourceChange {
    /// The names of the top-level properties that differ.
    pub fn properties(&self) -> BTreeSet<String> {
        let first = |path: &String| path.split('/').nth(1).map(|name| name.replace("~1", "/").replace("~0", "~"));
        self.paths.iter().filter_map(first).collect()
    }
}

/// The changes from `old` to `new`, as far as they can be known before anything is made: a reference to a
/// resource counts as unchanged as long as it refers to the same name.
pub fn diff(old: &Bound, new: &Bound) -> Changes {
    let mut changes = Changes::default();
    for resource in old.resources() {
        if new.resource(&resource.logical_id).is_none() {
            changes.removed.push(resource.logical_id.clone());
        }
    }
    for resource in new.resources() {
        let Some(before) = old.resource(&resource.logical_id) else {
            changes.added.push(resource.logical_id.clone());
            continue;
        };
        let (was, is) = (settled(old, &before.properties), settled(new, &resource.properties));
        let change = ResourceChange {
            logical_id: resource.logical_id.clone(),
            type_changed: before.type_name != resource.type_name,
            paths: changed_paths(&was, &is),
            attributes: changed_attributes((old, before), (new, resource)),
        };
        if change.type_changed || !change.paths.is_empty() || !change.attributes.is_empty() {
            changes.changed.push(change);
        }
    }
    changes
}

fn changed_attributes((old, before): (&Bound, &Resource), (new, after): (&Bound, &Resource)) -> Vec<&'static str> {
    let differ = |was: &Option<Value>, is: &Option<Value>| {
        was.as_ref().map(|value| settled(old, value)) != is.as_ref().map(|value| settled(new, value))
    };
    let all = [
        ("Metadata", differ(&before.metadata, &after.metadata)),
        ("CreationPolicy", differ(&before.creation_policy, &after.creation_policy)),
        ("UpdatePolicy", differ(&before.update_policy, &after.update_policy)),
        ("DeletionPolicy", before.deletion_policy() != after.deletion_policy()),
        ("UpdateReplacePolicy", before.update_replace_policy() != after.update_replace_policy()),
    ];
    all.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect()
}

/// The JSON pointers to the values that differ: below objects member by member, lists item by item where
/// their lengths agree.
pub fn changed_paths(old: &Value, new: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect(old, new, &mut String::new(), &mut paths);
    paths
}

fn collect(old: &Value, new: &Value, path: &mut String, paths: &mut Vec<String>) {
    let mut below = |name: &str, old: &Value, new: &Value, paths: &mut Vec<String>| {
        crate::walk::below(path, name, |path| collect(old, new, path, paths));
    };
    match (old, new) {
        (old, new) if old == new => {}
        (Value::Object(old), Value::Object(new)) => {
            let added = new.keys().filter(|name| !old.contains_key(*name));
            for name in old.keys().chain(added) {
                let absent = &Value::Null;
                below(name, old.get(name).unwrap_or(absent), new.get(name).unwrap_or(absent), paths);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                below(&index.to_string(), old, new, paths);
            }
        }
        _ => paths.push(path.clone()),
    }
}

/// A value with its parameters and conditions settled and its resources named. A function that cannot be
/// evaluated over names stands for itself.
fn settled(bound: &Bound, value: &Value) -> Value {
    match bound.evaluate(value, &Symbolic) {
        Ok(value) => value.unwrap_or_default(),
        Err(_) => match value {
            Value::Array(items) => items.iter().map(|item| settled(bound, item)).collect(),
            Value::Object(members) => {
                let settle = |(name, member): (&String, &Value)| (name.clone(), settled(bound, member));
                Value::Object(members.iter().map(settle).collect())
            }
            scalar => scalar.clone(),
        },
    }
}

/// The world as names.
struct Symbolic;

impl Environment for Symbolic {
    fn reference(&self, logical_id: &str) -> Result<Value, TemplateError> {
        Ok(format!("<{logical_id}>").into())
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Value, TemplateError> {
        Ok(format!("<{logical_id}.{attribute}>").into())
    }
    fn import(&self, export_name: &str) -> Result<Value, TemplateError> {
        Ok(format!("<import {export_name}>").into())
    }
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError> {
        // More than any template selects.
        Ok((0..16).map(|index| format!("<{region} {index}>")).collect())
    }
}

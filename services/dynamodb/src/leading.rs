//! What a call tells policies that let everybody touch only their own items: `dynamodb:LeadingKeys`.
//!
//! An operation does not know which attribute is the partition key; its table does. So operations say each value that
//! may be one under a key of our own, and the directory, which knows the table, picks.

use crate::{
    expression::SortCondition,
    table::Table,
    value::{Value, value_of},
};
use api_dynamodb::AttributeValue;
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::Access;
use policy::Context;
use shape::Map;
use std::collections::BTreeMap;

const MARK: &str = "dynamodb:Key/";

/// AWS quota: "partition key length: 2048 bytes". What is longer is none.
const LONGEST_BYTES: usize = 2048;

/// The access, with what may be partition keys in `items`.
pub(crate) fn with_items<'a>(access: Access, items: impl IntoIterator<Item = &'a Map<AttributeValue>>) -> Access {
    let values = items.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), scalar(value)?)));
    with(access, values)
}

/// The access, with the partition that a query is about.
pub(crate) fn with_conditions(access: Access, conditions: &BTreeMap<String, SortCondition>) -> Access {
    let values = conditions.iter().filter_map(|(name, condition)| match condition {
        SortCondition::Equal(value) => Some((name.as_str(), shown(value)?)),
        _ => None,
    });
    with(access, values)
}

fn with<'a>(mut access: Access, values: impl Iterator<Item = (&'a str, String)>) -> Access {
    // Condition keys know no case: names that differ in it only are told together, which can but restrict.
    let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in values {
        said.entry(name.to_ascii_lowercase()).or_default().push(value);
    }
    for (name, values) in said {
        access = access.with_all(&format!("{MARK}{name}"), values);
    }
    access
}

fn scalar(value: &AttributeValue) -> Option<String> {
    match value {
        AttributeValue { s: Some(text), .. } => (text.len() <= LONGEST_BYTES).then(|| text.clone()),
        AttributeValue { n: None, b: None, .. } => None,
        other => shown(&value_of(other.clone()).ok()?),
    }
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::S(text) => Some(text.clone()),
        Value::N(number) => Some(number.to_string()),
        Value::B(bytes) => (bytes.len() <= LONGEST_BYTES).then(|| STANDARD.encode(bytes)),
        _ => None,
    }
}

/// Tells policies which partitions of the table, or of its index, the call is about.
pub(crate) fn pick(table: &Table, index: Option<&str>, context: &mut Context) {
    let index = index.and_then(|name| table.indexes().find(|index| index.name == name));
    let key = index.map_or(&table.key, |index| &index.key);
    let values = context.get(&format!("{MARK}{}", key.hash.name)).map(<[String]>::to_vec);
    if let Some(values) = values {
        context.set_all("dynamodb:LeadingKeys", values);
    }
}

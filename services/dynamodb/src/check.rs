//! Whether items and keys fit their table, in AWS's words.

use crate::{
    key::Place,
    table::{KeyAttribute, Table},
    value::{Item, Value},
};
use kernel::Outcome;
use shape::ApiError;

/// AWS quota: "item size: 400 KB".
pub(crate) const LARGEST_ITEM_BYTES: usize = 400 * 1024;
/// AWS quota: "partition key length: 2048 bytes".
const LONGEST_HASH_BYTES: usize = 2048;
/// AWS quota: "sort key length: 1024 bytes".
const LONGEST_RANGE_BYTES: usize = 1024;

fn invalid(why: impl std::fmt::Display) -> ApiError {
    ApiError::validation(format!("One or more parameter values were invalid: {why}"))
}

/// The place of the item that `key` names.
pub(crate) fn key_place(table: &Table, key: &Item) -> Outcome<Place> {
    let mismatch = || ApiError::validation("The provided key element does not match the schema");
    let wanted = table.key.attributes().count();
    if key.len() != wanted {
        return Err(mismatch());
    }
    for attribute in table.key.attributes() {
        key.get(&attribute.name).filter(|value| attribute.kind.fits(value)).ok_or_else(mismatch)?;
    }
    check_not_empty(table, key)?;
    place(table, key)
}

/// The place of a whole item that is to be put.
pub(crate) fn item_place(table: &Table, item: &Item) -> Outcome<Place> {
    for attribute in table.key.attributes() {
        let name = &attribute.name;
        let value = item.get(name).ok_or_else(|| invalid(format_args!("Missing the key {name} in the item")))?;
        if !attribute.kind.fits(value) {
            let (expected, actual) = (attribute.kind.letter(), value.type_name());
            return Err(invalid(format_args!("Type mismatch for key {name} expected: {expected} actual: {actual}")));
        }
    }
    check_not_empty(table, item)?;
    check_index_keys(table, item)?;
    if item.size_bytes() > LARGEST_ITEM_BYTES {
        return Err(ApiError::validation("Item size has exceeded the maximum allowed size"));
    }
    place(table, item)
}

/// That an item which was updated still fits.
pub(crate) fn check_updated(table: &Table, item: &Item) -> Outcome<()> {
    check_index_keys(table, item)?;
    if item.size_bytes() > LARGEST_ITEM_BYTES {
        return Err(ApiError::validation("Item size to update has exceeded the maximum allowed size"));
    }
    Ok(())
}

fn place(table: &Table, item: &Item) -> Outcome<Place> {
    let length = |attribute: &KeyAttribute| match item.get(&attribute.name) {
        Some(Value::S(text)) => text.len(),
        Some(Value::B(bytes)) => bytes.len(),
        _ => 0,
    };
    if length(&table.key.hash) > LONGEST_HASH_BYTES {
        // AWS: the blank is missing there, too.
        return Err(invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes"));
    }
    if table.key.range.as_ref().is_some_and(|range| length(range) > LONGEST_RANGE_BYTES) {
        return Err(invalid("Aggregated size of all range keys has exceeded the size limit of 1024 bytes"));
    }
    Ok(Place::in_table(&table.key, item).expect("its key attributes were checked"))
}

/// That the key attributes of `item` are not empty.
pub(crate) fn check_not_empty(table: &Table, item: &Item) -> Outcome<()> {
    for name in table.key.names() {
        if let Some(kind) = item.get(name).and_then(emptiness) {
            return Err(ApiError::validation(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
                 empty {kind} value. Key: {name}"
            )));
        }
    }
    Ok(())
}

fn emptiness(value: &Value) -> Option<&'static str> {
    match value {
        Value::S(text) if text.is_empty() => Some("string"),
        Value::B(bytes) if bytes.is_empty() => Some("binary"),
        _ => None,
    }
}

/// Indexes are sparse, but what they index must have the declared type.
fn check_index_keys(table: &Table, item: &Item) -> Outcome<()> {
    for index in table.indexes() {
        for attribute in index.key.attributes() {
            let Some(value) = item.get(&attribute.name) else { continue };
            let (name, index) = (&attribute.name, &index.name);
            if !attribute.kind.fits(value) {
                let (expected, actual) = (attribute.kind.letter(), value.type_name());
                return Err(invalid(format_args!(
                    "Type mismatch for Index Key {name} Expected: {expected} Actual: {actual} IndexName: {index}"
                )));
            }
            if let Some(kind) = emptiness(value) {
                return Err(ApiError::validation(format!(
                    "One or more parameter values are not valid. A value specified for a secondary index key is not \
                     supported. The AttributeValue for a key attribute cannot contain an empty {kind} value. \
                     IndexName: {index}, IndexKey: {name}"
                )));
            }
        }
    }
    Ok(())
}

//! From what a caller declares to a table: the rules of schemas, in AWS's words.

use crate::table::{Index, Key, KeyAttribute, KeyKind, OnDemand, Projection, Throughput};
use api_dynamodb::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, OnDemandThroughput, Projection as AskedProjection,
    ProjectionType, ProvisionedThroughput, ScalarAttributeType,
};
use kernel::Outcome;
use shape::ApiError;
use std::collections::BTreeSet;

/// AWS quota: local secondary indexes per table.
pub(crate) const MOST_LOCALS: usize = 5;
/// AWS quota: global secondary indexes per table.
pub(crate) const MOST_GLOBALS: usize = 20;

pub(crate) fn invalid(why: impl std::fmt::Display) -> ApiError {
    ApiError::validation(format!("One or more parameter values were invalid: {why}"))
}

/// AWS: names of tables and indexes.
pub(crate) fn check_name(what: &str, name: &str) -> Outcome<()> {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if (3..=255).contains(&name.len()) && name.bytes().all(is_good) {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Invalid {what} name: {name}. Table and index names must be between 3 and 255 characters long, and may contain \
         only the characters a-z, A-Z, 0-9, '_', '-', and '.'"
    )))
}

pub(crate) fn definitions(asked: Option<Vec<AttributeDefinition>>) -> Outcome<Vec<KeyAttribute>> {
    let list = asked.unwrap_or_default().into_iter().map(|definition| KeyAttribute {
        name: definition.attribute_name,
        kind: match definition.attribute_type {
            ScalarAttributeType::S => KeyKind::S,
            ScalarAttributeType::N => KeyKind::N,
            ScalarAttributeType::B => KeyKind::B,
        },
    });
    let list: Vec<_> = list.collect();
    let mut seen = BTreeSet::new();
    match list.iter().find(|attribute| !seen.insert(attribute.name.as_str())) {
        None => Ok(list),
        Some(twice) => Err(invalid(format_args!("Cannot define two attributes with the same name: {}", twice.name))),
    }
}

/// The key of a table or an index, of attributes that were defined.
pub(crate) fn key(schema: &[KeySchemaElement], definitions: &[KeyAttribute]) -> Outcome<Key> {
    let names: Vec<_> = schema.iter().map(|element| element.attribute_name.as_str()).collect();
    let find = |name: &str| definitions.iter().find(|attribute| attribute.name == name).cloned();
    if names.iter().any(|name| find(name).is_none()) {
        let defined: Vec<_> = definitions.iter().map(|attribute| attribute.name.as_str()).collect();
        return Err(invalid(format_args!(
            "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], AttributeDefinitions: [{}]",
            names.join(", "),
            defined.join(", ")
        )));
    }
    match schema {
        [first, ..] if first.key_type != KeyType::Hash => {
            Err(ApiError::validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type"))
        }
        [_, second, ..] if second.key_type != KeyType::Range => {
            Err(ApiError::validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"))
        }
        [first, second, ..] if first.attribute_name == second.attribute_name => {
            Err(ApiError::validation("Both the Hash Key and the Range Key element in the KeySchema have the same name"))
        }
        [_] | [_, _] => {
            let mut attributes = names.iter().filter_map(|name| find(name));
            let hash = attributes.next().expect("every attribute is defined");
            Ok(Key { hash, range: attributes.next() })
        }
        [] => Err(invalid("KeySchema is empty")),
        _ => Err(ApiError::not_implemented("a key of more than one partition or sort attribute")),
    }
}

/// That every definition is a key attribute somewhere, and the other way round.
pub(crate) fn check_definitions<'a>(
    definitions: &[KeyAttribute],
    keys: impl IntoIterator<Item = &'a Key>,
) -> Outcome<()> {
    let used: BTreeSet<_> = keys.into_iter().flat_map(Key::names).collect();
    if definitions.iter().all(|attribute| used.contains(attribute.name.as_str())) {
        return Ok(());
    }
    Err(invalid(
        "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions",
    ))
}

pub(crate) fn projection(asked: AskedProjection) -> Outcome<Projection> {
    let AskedProjection { projection_type, non_key_attributes } = asked;
    let kind = projection_type.ok_or_else(|| invalid("Unknown ProjectionType: null"))?;
    match (kind, non_key_attributes) {
        (ProjectionType::Include, Some(more)) => Ok(Projection::Include(more)),
        (ProjectionType::Include, None) => {
            Err(invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified"))
        }
        (kind, Some(_)) => Err(invalid(format_args!("ProjectionType is {kind}, but NonKeyAttributes is specified"))),
        (ProjectionType::All, None) => Ok(Projection::All),
        (ProjectionType::KeysOnly, None) => Ok(Projection::KeysOnly),
    }
}

/// What a table or index is provisioned with, which must go with its billing.
pub(crate) fn throughput(
    mode: BillingMode,
    asked: Option<&ProvisionedThroughput>,
    index: Option<&str>,
) -> Outcome<Throughput> {
    match (mode, asked, index) {
        (BillingMode::PayPerRequest, None, _) => Ok(Throughput::default()),
        (BillingMode::PayPerRequest, Some(_), None) => Err(invalid(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (BillingMode::PayPerRequest, Some(_), Some(index)) => Err(invalid(format_args!(
            "ProvisionedThroughput should not be specified for index: {index} when BillingMode is PAY_PER_REQUEST"
        ))),
        (BillingMode::Provisioned, None, None) => Err(invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        (BillingMode::Provisioned, None, Some(index)) => {
            Err(invalid(format_args!("ProvisionedThroughput must be specified for index: {index}")))
        }
        (BillingMode::Provisioned, Some(asked), _) => Ok(Throughput {
            read: asked.read_capacity_units,
            write: asked.write_capacity_units,
            increased: None,
            decreased: None,
        }),
    }
}

pub(crate) fn on_demand(asked: Option<&OnDemandThroughput>) -> Option<OnDemand> {
    asked.map(|asked| OnDemand { read: asked.max_read_request_units, write: asked.max_write_request_units })
}

/// The rules of local indexes, which share the table's partitions.
pub(crate) fn check_local(table: &Key, index: &Index) -> Outcome<()> {
    let name = &index.name;
    if index.key.range.is_none() {
        return Err(invalid(format_args!("Index KeySchema does not have a range key for index: {name}")));
    }
    if index.key.hash.name != table.hash.name {
        return Err(invalid(format_args!(
            "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index hash \
             key: {}, table hash key: {}",
            index.key.hash.name, table.hash.name
        )));
    }
    Ok(())
}

pub(crate) fn check_index_names<'a>(indexes: impl IntoIterator<Item = &'a Index>) -> Outcome<()> {
    let mut seen = BTreeSet::new();
    match indexes.into_iter().find(|index| !seen.insert(index.name.as_str())) {
        None => Ok(()),
        Some(twice) => Err(invalid(format_args!("Duplicate index name: {}", twice.name))),
    }
}

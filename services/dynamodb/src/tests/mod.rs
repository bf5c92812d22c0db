mod expiry;
mod items;
mod naive;
mod pages;
mod tables;
mod templates;
mod transactions;

use api_dynamodb::*;
use serde_json::Value as Json;
use shape::Map;
use testkit::Model;
use wire::properties;

/// A map of attributes as the wire writes them.
fn attributes(json: &Json) -> Map<AttributeValue> {
    let decoded = properties::decode(&shapes::AttributeMap, json).unwrap_or_else(|problem| panic!("{problem:?}"));
    shape::Shape::from_value(decoded).unwrap()
}
fn s(text: &str) -> AttributeValue {
    AttributeValue { s: Some(text.into()), ..Default::default() }
}
fn n(number: &str) -> AttributeValue {
    AttributeValue { n: Some(number.into()), ..Default::default() }
}
fn element(name: &str, key_type: KeyType) -> KeySchemaElement {
    KeySchemaElement { attribute_name: name.into(), key_type }
}
fn definition(name: &str, attribute_type: ScalarAttributeType) -> AttributeDefinition {
    AttributeDefinition { attribute_name: name.into(), attribute_type }
}

fn things() -> CreateTableInput {
    CreateTableInput {
        table_name: "things".into(),
        attribute_definitions: Some(vec![definition("id", ScalarAttributeType::S)]),
        key_schema: Some(vec![element("id", KeyType::Hash)]),
        billing_mode: Some(BillingMode::PayPerRequest),
        ..Default::default()
    }
}

/// A model with a table `things`, whose key is the text `id`.
async fn table() -> Model {
    let model = Model::new(vec![crate::service()]);
    model.ask::<CreateTable>(things()).await.unwrap();
    model
}

/// A table `orders` by (customer, number), with a sparse global index by status and a local one by price.
fn orders() -> CreateTableInput {
    let projection = |kind| Projection { projection_type: Some(kind), non_key_attributes: None };
    CreateTableInput {
        table_name: "orders".into(),
        attribute_definitions: Some(vec![
            definition("customer", ScalarAttributeType::S),
            definition("number", ScalarAttributeType::N),
            definition("state", ScalarAttributeType::S),
            definition("price", ScalarAttributeType::N),
        ]),
        key_schema: Some(vec![element("customer", KeyType::Hash), element("number", KeyType::Range)]),
        billing_mode: Some(BillingMode::PayPerRequest),
        global_secondary_indexes: Some(vec![GlobalSecondaryIndex {
            index_name: "by-state".into(),
            key_schema: vec![element("state", KeyType::Hash), element("number", KeyType::Range)],
            projection: projection(ProjectionType::KeysOnly),
            ..Default::default()
        }]),
        local_secondary_indexes: Some(vec![LocalSecondaryIndex {
            index_name: "by-price".into(),
            key_schema: vec![element("customer", KeyType::Hash), element("price", KeyType::Range)],
            projection: projection(ProjectionType::KeysOnly),
        }]),
        ..Default::default()
    }
}

//! A table as DescribeTable tells it.

use crate::{
    state,
    table::{Billing, Index, Key, KeyAttribute, KeyKind, OnDemand, Projection, Table, Throughput},
};
use api_dynamodb::{
    AttributeDefinition, BillingMode, BillingModeSummary, GlobalSecondaryIndexDescription, IndexStatus,
    KeySchemaElement, KeyType, LocalSecondaryIndexDescription, OnDemandThroughput, Projection as ShownProjection,
    ProjectionType, ProvisionedThroughputDescription, SSEDescription, SSEStatus, SSEType, ScalarAttributeType,
    TableClass, TableClassSummary, TableDescription, TableStatus,
};
use kernel::{Call, Outcome, Tx};

pub(crate) fn table(tx: &Tx<'_>, call: &Call, table: &Table, status: TableStatus) -> Outcome<TableDescription> {
    let count = state::count(tx, table.space)?;
    let mut locals = Vec::new();
    for index in &table.locals {
        locals.push(local(tx, call, table, index)?);
    }
    let mut globals = Vec::new();
    for index in &table.globals {
        globals.push(global(tx, call, table, index)?);
    }
    Ok(TableDescription {
        attribute_definitions: Some(table.definitions.iter().map(definition).collect()),
        table_name: Some(table.name.clone()),
        key_schema: Some(schema(&table.key)),
        table_status: Some(status),
        creation_date_time: Some(table.created),
        provisioned_throughput: Some(throughput(table.throughput)),
        table_size_bytes: Some(count.bytes),
        item_count: Some(count.items),
        table_arn: Some(state::arn(call, &table.name).to_string()),
        table_id: Some(table.id.clone()),
        billing_mode_summary: billing(table.billing),
        local_secondary_indexes: (!locals.is_empty()).then_some(locals),
        global_secondary_indexes: (!globals.is_empty()).then_some(globals),
        sse_description: table
            .is_encrypted
            .then_some(SSEDescription { status: Some(SSEStatus::Enabled), sse_type: Some(SSEType::Kms) }),
        table_class_summary: table.class.as_ref().map(|class| TableClassSummary {
            table_class: TableClass::parse(&class.name),
            last_update_date_time: class.changed,
        }),
        deletion_protection_enabled: Some(table.is_protected),
        on_demand_throughput: on_demand(table.on_demand),
    })
}

fn billing(billing: Billing) -> Option<BillingModeSummary> {
    let (mode, since) = match billing {
        Billing::Provisioned => return None,
        Billing::ProvisionedAgain { since } => (BillingMode::Provisioned, since),
        Billing::PayPerRequest { since } => (BillingMode::PayPerRequest, since),
    };
    Some(BillingModeSummary { billing_mode: Some(mode), last_update_to_pay_per_request_date_time: Some(since) })
}

fn local(tx: &Tx<'_>, call: &Call, table: &Table, index: &Index) -> Outcome<LocalSecondaryIndexDescription> {
    let count = state::count(tx, index.space)?;
    Ok(LocalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(schema(&index.key)),
        projection: Some(projection(&index.projection)),
        index_size_bytes: Some(count.bytes),
        item_count: Some(count.items),
        index_arn: Some(state::index_arn(call, &table.name, &index.name).to_string()),
    })
}

fn global(tx: &Tx<'_>, call: &Call, table: &Table, index: &Index) -> Outcome<GlobalSecondaryIndexDescription> {
    let count = state::count(tx, index.space)?;
    Ok(GlobalSecondaryIndexDescription {
        index_name: Some(index.name.clone()),
        key_schema: Some(schema(&index.key)),
        projection: Some(projection(&index.projection)),
        index_status: Some(IndexStatus::Active),
        provisioned_throughput: Some(throughput(index.throughput)),
        index_size_bytes: Some(count.bytes),
        item_count: Some(count.items),
        index_arn: Some(state::index_arn(call, &table.name, &index.name).to_string()),
        on_demand_throughput: on_demand(index.on_demand),
    })
}

fn definition(attribute: &KeyAttribute) -> AttributeDefinition {
    let attribute_type = match attribute.kind {
        KeyKind::S => ScalarAttributeType::S,
        KeyKind::N => ScalarAttributeType::N,
        KeyKind::B => ScalarAttributeType::B,
    };
    AttributeDefinition { attribute_name: attribute.name.clone(), attribute_type }
}

fn schema(key: &Key) -> Vec<KeySchemaElement> {
    let kinds = [KeyType::Hash, KeyType::Range];
    let elements = key.names().zip(kinds);
    elements.map(|(name, key_type)| KeySchemaElement { attribute_name: name.to_owned(), key_type }).collect()
}

fn projection(projection: &Projection) -> ShownProjection {
    let (kind, more) = match projection {
        Projection::All => (ProjectionType::All, None),
        Projection::KeysOnly => (ProjectionType::KeysOnly, None),
        Projection::Include(more) => (ProjectionType::Include, Some(more.clone())),
    };
    ShownProjection { projection_type: Some(kind), non_key_attributes: more }
}

fn throughput(throughput: Throughput) -> ProvisionedThroughputDescription {
    ProvisionedThroughputDescription {
        last_increase_date_time: throughput.increased,
        last_decrease_date_time: throughput.decreased,
        number_of_decreases_today: Some(0),
        read_capacity_units: Some(throughput.read),
        write_capacity_units: Some(throughput.write),
    }
}

fn on_demand(limits: Option<OnDemand>) -> Option<OnDemandThroughput> {
    limits
        .map(|limits| OnDemandThroughput { max_read_request_units: limits.read, max_write_request_units: limits.write })
}

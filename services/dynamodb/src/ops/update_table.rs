use super::create_table::global_index;
use crate::{
    DynamoDb, declare, describe,
    key::Place,
    state::{self, ITEMS},
    table::{Billing, Class, Index, Table, Throughput},
};
use api_dynamodb::{
    BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex, GlobalSecondaryIndexUpdate, TableStatus,
    UpdateGlobalSecondaryIndexAction, UpdateTable, UpdateTableInput, UpdateTableOutput, errors,
};
use kernel::{Access, Call, Order, Outcome, Tx, Write};
use shape::ApiError;
use std::{collections::BTreeSet, ops::Bound};

/// So many items are read at a time to fill a new index.
const FILLED_AT_ONCE: usize = 1000;

impl Write<UpdateTable> for DynamoDb {
    fn access(call: &Call, input: &UpdateTableInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateTableInput) -> Outcome<UpdateTableOutput> {
        let mut table = state::get_named_table(tx, call, &input.table_name)?;
        check_says_something(&input)?;
        if input.stream_specification.is_some_and(|streams| streams.stream_enabled) {
            return Err(ApiError::not_implemented("member StreamSpecification of dynamodb UpdateTable"));
        }
        let updates = input.global_secondary_index_updates.unwrap_or_default();
        change_billing(call, &mut table, input.billing_mode, input.provisioned_throughput.as_ref(), &updates)?;
        if let Some(limits) = &input.on_demand_throughput {
            table.on_demand = declare::on_demand(Some(limits));
        }
        if let Some(sse) = input.sse_specification {
            table.is_encrypted = sse.enabled.unwrap_or(false);
        }
        if let Some(class) = input.table_class {
            table.class = Some(Class { name: class.to_string(), changed: Some(call.now) });
        }
        table.is_protected = input.deletion_protection_enabled.unwrap_or(table.is_protected);
        for attribute in declare::definitions(input.attribute_definitions)? {
            match table.definitions.iter().find(|known| known.name == attribute.name) {
                None => table.definitions.push(attribute),
                Some(known) if *known == attribute => {}
                Some(known) => {
                    return Err(declare::invalid(format_args!("Cannot redefine the attribute {}", known.name)));
                }
            }
        }
        change_indexes(tx, call, &mut table, updates)?;
        let used: BTreeSet<String> = [&table.key]
            .into_iter()
            .chain(table.indexes().map(|index| &index.key))
            .flat_map(|key| key.names().map(str::to_owned))
            .collect();
        table.definitions.retain(|attribute| used.contains(&attribute.name));
        state::put_table(tx, &table)?;
        let description = describe::table(tx, call, &table, TableStatus::Updating)?;
        Ok(UpdateTableOutput { table_description: Some(description) })
    }
}

fn check_says_something(input: &UpdateTableInput) -> Outcome<()> {
    let is_said = input.provisioned_throughput.is_some()
        || input.billing_mode.is_some()
        || input.stream_specification.is_some()
        || input.global_secondary_index_updates.as_ref().is_some_and(|updates| !updates.is_empty())
        || input.sse_specification.is_some()
        || input.table_class.is_some()
        || input.deletion_protection_enabled.is_some()
        || input.on_demand_throughput.is_some();
    if is_said {
        return Ok(());
    }
    Err(ApiError::validation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or \
         SSESpecification or ReplicaUpdates is required",
    ))
}

fn change_billing(
    call: &Call,
    table: &mut Table,
    mode: Option<BillingMode>,
    asked: Option<&api_dynamodb::ProvisionedThroughput>,
    updates: &[GlobalSecondaryIndexUpdate],
) -> Outcome<()> {
    let was_on_demand = table.billing.is_on_demand();
    let mode = mode.unwrap_or(if was_on_demand { BillingMode::PayPerRequest } else { BillingMode::Provisioned });
    match (mode, was_on_demand) {
        (BillingMode::PayPerRequest, true) | (BillingMode::Provisioned, false) if asked.is_none() => return Ok(()),
        (BillingMode::Provisioned, true) => {
            if asked.is_none() {
                let why = "ProvisionedThroughput must be specified when BillingMode is PROVISIONED";
                return Err(declare::invalid(why));
            }
            let said = |index: &Index| {
                updates
                    .iter()
                    .filter_map(|update| update.update.as_ref())
                    .any(|update| update.index_name == index.name && update.provisioned_throughput.is_some())
            };
            if let Some(index) = table.globals.iter().find(|index| !said(index)) {
                let name = &index.name;
                return Err(declare::invalid(format_args!(
                    "ProvisionedThroughput must be specified for index: {name}"
                )));
            }
            table.billing = Billing::ProvisionedAgain { since: call.now };
        }
        (BillingMode::PayPerRequest, false) => {
            table.billing = Billing::PayPerRequest { since: call.now };
            table.globals.iter_mut().for_each(|index| index.throughput = Throughput::default());
        }
        _ => {}
    }
    let new = declare::throughput(mode, asked, None)?;
    if mode == BillingMode::Provisioned && !was_on_demand && is_same(table.throughput, new) {
        let (read, write) = (new.read, new.write);
        return Err(ApiError::validation(format!(
            "The provisioned throughput for the table will not change. The requested value equals the current value. \
             Current ReadCapacityUnits provisioned for the table: {read}. Requested ReadCapacityUnits: {read}. Current \
             WriteCapacityUnits provisioned for the table: {write}. Requested WriteCapacityUnits: {write}. Refer to the \
             Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
        )));
    }
    table.throughput = dated(call, table.throughput, new);
    Ok(())
}

fn is_same(one: Throughput, two: Throughput) -> bool {
    (one.read, one.write) == (two.read, two.write)
}

fn dated(call: &Call, old: Throughput, new: Throughput) -> Throughput {
    let is_more = new.read > old.read || new.write > old.write;
    let is_less = new.read < old.read || new.write < old.write;
    Throughput {
        increased: if is_more { Some(call.now) } else { old.increased },
        decreased: if is_less { Some(call.now) } else { old.decreased },
        ..new
    }
}

fn change_indexes(
    tx: &mut Tx<'_>,
    call: &Call,
    table: &mut Table,
    updates: Vec<GlobalSecondaryIndexUpdate>,
) -> Outcome<()> {
    if updates.iter().filter(|update| update.create.is_some() || update.delete.is_some()).count() > 1 {
        return Err(errors::limit_exceeded_exception(
            "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table",
        ));
    }
    for update in updates {
        match (update.create, update.update, update.delete) {
            (Some(create), None, None) => create_index(tx, call, table, create)?,
            (None, Some(update), None) => update_index(call, table, update)?,
            (None, None, Some(delete)) => {
                let index = position(table, &delete.index_name)?;
                let index = table.globals.remove(index);
                state::clear_space(tx, index.space);
            }
            _ => {
                return Err(declare::invalid(
                    "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
                     GlobalSecondaryIndexUpdate.Delete must not be null",
                ));
            }
        }
    }
    Ok(())
}

fn position(table: &Table, name: &str) -> Outcome<usize> {
    table.globals.iter().position(|index| index.name == name).ok_or_else(|| {
        errors::resource_not_found_exception(format!(
            "Requested resource not found: Table: {} has no global secondary index {name}",
            table.name
        ))
    })
}

fn update_index(call: &Call, table: &mut Table, update: UpdateGlobalSecondaryIndexAction) -> Outcome<()> {
    let mode = if table.billing.is_on_demand() { BillingMode::PayPerRequest } else { BillingMode::Provisioned };
    let position = position(table, &update.index_name)?;
    let index = &mut table.globals[position];
    if update.provisioned_throughput.is_some() {
        let new = declare::throughput(mode, update.provisioned_throughput.as_ref(), Some(&index.name))?;
        index.throughput = dated(call, index.throughput, new);
    }
    if update.on_demand_throughput.is_some() {
        index.on_demand = declare::on_demand(update.on_demand_throughput.as_ref());
    }
    Ok(())
}

fn create_index(
    tx: &mut Tx<'_>,
    call: &Call,
    table: &mut Table,
    create: CreateGlobalSecondaryIndexAction,
) -> Outcome<()> {
    let mode = if table.billing.is_on_demand() { BillingMode::PayPerRequest } else { BillingMode::Provisioned };
    if table.globals.len() >= declare::MOST_GLOBALS {
        return Err(declare::invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
    }
    let asked = GlobalSecondaryIndex {
        index_name: create.index_name,
        key_schema: create.key_schema,
        projection: create.projection,
        provisioned_throughput: create.provisioned_throughput,
        on_demand_throughput: create.on_demand_throughput,
    };
    let index = global_index(call, table, mode, asked)?;
    if table.indexes().any(|known| known.name == index.name) {
        let name = &index.name;
        return Err(ApiError::validation(format!("Attempting to create an index which already exists: {name}")));
    }
    fill(tx, table, &index)?;
    table.globals.push(index);
    Ok(())
}

/// Puts the items that the table has into a new index. AWS: those whose attributes have another type stay out.
fn fill(tx: &mut Tx<'_>, table: &Table, index: &Index) -> Outcome<()> {
    let mut from: Option<Place> = None;
    loop {
        let bound = match from {
            None => Bound::Unbounded,
            Some(place) => Bound::Excluded((table.space, place.hash, place.partition, place.rest)),
        };
        let rows = tx.scan_from(&ITEMS, (table.space,), bound, Order::Forward).take(FILLED_AT_ONCE);
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let Some(((_, hash, partition, rest), _)) = rows.last() else { return Ok(()) };
        from = Some(Place { hash: *hash, partition: partition.clone(), rest: rest.clone() });
        for (_, item) in &rows {
            state::replace_entry(tx, table, index, None, Some(item))?;
        }
    }
}

use crate::{
    DynamoDb, declare, describe, state,
    table::{Billing, Class, Index, Policy, Table},
};
use api_dynamodb::{
    BillingMode, CreateTable, CreateTableInput, CreateTableOutput, GlobalSecondaryIndex, LocalSecondaryIndex,
    TableStatus, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<CreateTable> for DynamoDb {
    fn access(call: &Call, input: &CreateTableInput) -> Access {
        let arn = state::arn(call, &input.table_name);
        let tags = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
        let access = Access::to(&arn).with_tags(tags);
        // The tags that CloudFormation adds need no permission of the caller's.
        let is_tagged = input.tags.iter().flatten().any(|tag| !tag.key.starts_with("aws:"));
        let access = if is_tagged { access.and("dynamodb:TagResource", &arn) } else { access };
        if input.resource_policy.is_some() { access.and("dynamodb:PutResourcePolicy", &arn) } else { access }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateTableInput) -> Outcome<CreateTableOutput> {
        let name = state::name_of(call, &input.table_name)?;
        declare::check_name("table", &name)?;
        if state::find_table(tx, &name)?.is_some() {
            return Err(errors::resource_in_use_exception(format!("Table already exists: {name}")));
        }
        let table = declared(call, name, input)?;
        state::put_table(tx, &table)?;
        // AWS answers while the table is made; here it is ready when the answer arrives.
        let description = describe::table(tx, call, &table, TableStatus::Creating)?;
        Ok(CreateTableOutput { table_description: Some(description) })
    }
}

fn declared(call: &Call, name: String, input: CreateTableInput) -> Outcome<Table> {
    if input.stream_specification.is_some_and(|streams| streams.stream_enabled) {
        return Err(ApiError::not_implemented("member StreamSpecification of dynamodb CreateTable"));
    }
    let mode = input.billing_mode.unwrap_or(BillingMode::Provisioned);
    let definitions = declare::definitions(input.attribute_definitions)?;
    let schema = input.key_schema.unwrap_or_default();
    let key = declare::key(&schema, &definitions)?;
    let throughput = declare::throughput(mode, input.provisioned_throughput.as_ref(), None)?;
    let mut table = Table {
        name,
        id: call.entropy.uuid(),
        space: space(call),
        created: call.now,
        key,
        definitions,
        locals: Vec::new(),
        globals: Vec::new(),
        billing: match mode {
            BillingMode::PayPerRequest => Billing::PayPerRequest { since: call.now },
            BillingMode::Provisioned => Billing::Provisioned,
        },
        throughput,
        on_demand: declare::on_demand(input.on_demand_throughput.as_ref()),
        is_protected: input.deletion_protection_enabled.unwrap_or(false),
        class: input.table_class.map(|class| Class { name: class.to_string(), changed: None }),
        expires_by: None,
        recovery: None,
        is_encrypted: input.sse_specification.and_then(|sse| sse.enabled).unwrap_or(false),
        tags: input.tags.unwrap_or_default().into_iter().map(|tag| (tag.key, tag.value)).collect(),
        policy: input.resource_policy.map(|text| Policy { text, revision: call.entropy.digits(19) }),
    };
    if let Some(locals) = input.local_secondary_indexes {
        table.locals = local_indexes(call, &table, locals)?;
    }
    if let Some(globals) = input.global_secondary_indexes {
        if globals.is_empty() {
            return Err(declare::invalid("List of GlobalSecondaryIndexes is empty"));
        }
        if globals.len() > declare::MOST_GLOBALS {
            return Err(declare::invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
        }
        table.globals =
            globals.into_iter().map(|asked| global_index(call, &table, mode, asked)).collect::<Outcome<_>>()?;
    }
    declare::check_index_names(table.indexes())?;
    declare::check_definitions(
        &table.definitions,
        [&table.key].into_iter().chain(table.indexes().map(|one| &one.key)),
    )?;
    Ok(table)
}

/// A number for rows. Drawn, not counted: nobody has to keep the next one.
pub(super) fn space(call: &Call) -> u64 {
    u64::from_be_bytes(call.entropy.bytes())
}

fn local_indexes(call: &Call, table: &Table, asked: Vec<LocalSecondaryIndex>) -> Outcome<Vec<Index>> {
    if asked.is_empty() {
        return Err(declare::invalid("List of LocalSecondaryIndexes is empty"));
    }
    if table.key.range.is_none() {
        return Err(declare::invalid(
            "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
        ));
    }
    if asked.len() > declare::MOST_LOCALS {
        return Err(declare::invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5"));
    }
    let indexes = asked.into_iter().map(|asked| {
        let index = Index {
            space: space(call),
            key: declare::key(&asked.key_schema, &table.definitions)?,
            name: asked.index_name,
            projection: declare::projection(asked.projection)?,
            throughput: Default::default(),
            on_demand: None,
        };
        declare::check_local(&table.key, &index)?;
        Ok(index)
    });
    indexes.collect()
}

pub(super) fn global_index(
    call: &Call,
    table: &Table,
    mode: BillingMode,
    asked: GlobalSecondaryIndex,
) -> Outcome<Index> {
    Ok(Index {
        space: space(call),
        key: declare::key(&asked.key_schema, &table.definitions)?,
        throughput: declare::throughput(mode, asked.provisioned_throughput.as_ref(), Some(&asked.index_name))?,
        name: asked.index_name,
        projection: declare::projection(asked.projection)?,
        on_demand: declare::on_demand(asked.on_demand_throughput.as_ref()),
    })
}

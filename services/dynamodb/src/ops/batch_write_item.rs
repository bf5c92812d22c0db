use crate::{DynamoDb, capacity::Spent, leading, state, table::Table, value::item_of, write::Plan};
use api_dynamodb::{BatchWriteItem, BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::{ApiError, Map};
use std::collections::BTreeSet;

/// AWS: "up to 25 item put or delete operations".
const MOST_REQUESTS: usize = 25;

impl Write<BatchWriteItem> for DynamoDb {
    fn access(call: &Call, input: &BatchWriteItemInput) -> Access {
        input.request_items.iter().fold(Access::open(), |access, (table, requests)| {
            let puts = requests.iter().filter_map(|request| request.put_request.as_ref()).map(|put| &put.item);
            let deletes = requests.iter().filter_map(|request| request.delete_request.as_ref()).map(|one| &one.key);
            leading::with_items(access.and("dynamodb:BatchWriteItem", state::arn(call, table)), puts.chain(deletes))
        })
    }

    /// AWS promises no more than that each item is written whole; here all are.
    fn write(tx: &mut Tx<'_>, call: &Call, input: BatchWriteItemInput) -> Outcome<BatchWriteItemOutput> {
        if input.request_items.values().map(Vec::len).sum::<usize>() > MOST_REQUESTS {
            return Err(ApiError::validation("Too many items requested for the BatchWriteItem call"));
        }
        let mut capacities = Vec::new();
        for (name, requests) in input.request_items {
            let table = state::get_table(tx, call, &name)?;
            let plans = requests.into_iter().map(|request| plan(&table, request)).collect::<Outcome<Vec<_>>>()?;
            let mut seen = BTreeSet::new();
            if plans.iter().any(|plan| !seen.insert(&plan.place)) {
                return Err(ApiError::validation("Provided list of item keys contains duplicates"));
            }
            let mut spent = Spent::default();
            for plan in plans {
                spent.add(plan.run(tx, &table).map_err(|failed| failed.into_error(false))?.spent);
            }
            capacities.extend(spent.answer(input.return_consumed_capacity, &table.name));
        }
        Ok(BatchWriteItemOutput {
            unprocessed_items: Some(Map::new()),
            consumed_capacity: (!capacities.is_empty()).then_some(capacities),
        })
    }
}

fn plan(table: &Table, request: WriteRequest) -> Outcome<Plan> {
    match (request.put_request, request.delete_request) {
        (Some(put), None) => Plan::put(table, item_of(put.item)?, None),
        (None, Some(delete)) => Plan::delete(table, item_of(delete.key)?, None),
        (Some(_), Some(_)) => Err(ApiError::validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
             datatypes",
        )),
        (None, None) => Err(ApiError::validation(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )),
    }
}

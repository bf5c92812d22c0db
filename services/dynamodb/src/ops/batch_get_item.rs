use crate::{
    DynamoDb,
    capacity::{Consistency, Spent},
    check, leading, read, state,
    value::{Item, item_of, to_attributes},
};
use api_dynamodb::{BatchGetItem, BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};
use kernel::{Access, Call, Outcome, Read, Tx};
use shape::{ApiError, Map};
use std::collections::BTreeSet;

/// AWS: "up to 100 items".
const MOST_KEYS: usize = 100;
/// AWS: "up to 16 MB of data".
const MOST_BYTES: usize = 16 * 1024 * 1024;

impl Read<BatchGetItem> for DynamoDb {
    fn access(call: &Call, input: &BatchGetItemInput) -> Access {
        input.request_items.iter().fold(Access::open(), |access, (table, asked)| {
            let is_projected = asked.projection_expression.is_some() || asked.attributes_to_get.is_some();
            let access = access
                .and("dynamodb:BatchGetItem", state::arn(call, table))
                .with("dynamodb:Select", read::select_key(None, is_projected));
            leading::with_items(access, &asked.keys)
        })
    }

    fn read(tx: &Tx<'_>, call: &Call, input: BatchGetItemInput) -> Outcome<BatchGetItemOutput> {
        if input.request_items.values().map(|asked| asked.keys.len()).sum::<usize>() > MOST_KEYS {
            return Err(ApiError::validation("Too many items requested for the BatchGetItem call"));
        }
        let mut responses = Map::new();
        let mut unprocessed = Map::new();
        let mut capacities = Vec::new();
        let mut room = MOST_BYTES;
        for (name, asked) in input.request_items {
            let found = read_table(tx, call, &name, asked, &mut room)?;
            capacities.extend(found.spent.answer(input.return_consumed_capacity, &found.table));
            responses.insert(name.clone(), found.items.into_iter().map(to_attributes).collect());
            if let Some(rest) = found.rest {
                unprocessed.insert(name, rest);
            }
        }
        Ok(BatchGetItemOutput {
            responses: Some(responses),
            unprocessed_keys: Some(unprocessed),
            consumed_capacity: (!capacities.is_empty()).then_some(capacities),
        })
    }
}

struct Found {
    table: String,
    items: Vec<Item>,
    /// What did not fit into the answer.
    rest: Option<KeysAndAttributes>,
    spent: Spent,
}

fn read_table(tx: &Tx<'_>, call: &Call, name: &str, asked: KeysAndAttributes, room: &mut usize) -> Outcome<Found> {
    let again = KeysAndAttributes { keys: Vec::new(), ..asked.clone() };
    let projected = read::projected(
        asked.projection_expression.as_ref(),
        asked.expression_attribute_names,
        asked.attributes_to_get,
    )?;
    let table = state::get_table(tx, call, name)?;
    let mut spent = Spent::default();
    let mut items = Vec::new();
    let mut rest = Vec::new();
    let mut seen = BTreeSet::new();
    for key in asked.keys {
        let place = check::key_place(&table, &item_of(key.clone())?)?;
        let found = state::find_item(tx, &table, &place)?;
        if !seen.insert(place) {
            return Err(ApiError::validation("Provided list of item keys contains duplicates"));
        }
        let size = found.as_ref().map_or(0, Item::size_bytes);
        if size > *room || !rest.is_empty() {
            rest.push(key);
            continue;
        }
        *room -= size;
        spent.add(Spent::read(size, Consistency::of(asked.consistent_read)));
        items.extend(found.map(|item| read::kept(item, projected.as_ref())));
    }
    let rest = (!rest.is_empty()).then_some(KeysAndAttributes { keys: rest, ..again });
    Ok(Found { table: table.name, items, rest, spent })
}

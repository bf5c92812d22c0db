//! What the service keeps: tables, items, counts, expiries, tokens of transactions.

use crate::{
    key::Place,
    table::{Index, Table},
    value::{Item, Value},
};
use api_dynamodb::errors;
use base::{Arn, Fault, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Tx};
use serde::{Deserialize, Serialize};
use shape::ApiError;

/// One row per table, by name.
pub(crate) const TABLES: Rows<String, Table> = Rows::new("table");

/// One row per item and one per entry of an index, by (space, hash of the partition key, partition key, rest): see
/// [`Place`]. Query is one range, a segment of Scan is one range, and a table's rows are deleted as one range.
pub(crate) const ITEMS: Rows<ItemKey, Item> = Rows::new("item");

/// Space, hash, partition, rest.
pub(crate) type ItemKey = (u64, u64, Vec<u8>, Vec<u8>);

/// One row per table and index, by space: how many items, and how large.
pub(crate) const COUNTS: Rows<u64, Count> = Rows::new("count");

/// One row per item that expires, by (space, second, place), so that the next to expire is the first of its table.
pub(crate) const EXPIRIES: Rows<(u64, i64, Vec<u8>), Expiry> = Rows::new("expiry");

/// One row per transaction of the last ten minutes, by the client's token.
pub(crate) const TOKENS: Rows<String, Token> = Rows::new("token");
/// The same tokens by time, so that the oldest can be forgotten.
pub(crate) const TOKEN_TIMES: Rows<(Timestamp, String), TokenTime> = Rows::new("token_time");

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Count {
    pub(crate) items: i64,
    pub(crate) bytes: i64,
}
impl Record for Count {}

/// The key attributes of an item that expires.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Expiry {
    pub(crate) key: Item,
}
impl Record for Expiry {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Token {
    /// Of the transaction's items, to tell a repetition from another transaction.
    pub(crate) digest: Vec<u8>,
    pub(crate) used: Timestamp,
}
impl Record for Token {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TokenTime {}
impl Record for TokenTime {}

/// AWS: the name of a table, or its ARN.
pub(crate) fn arn(call: &Call, table: &str) -> Arn {
    match table.parse() {
        Ok(arn) => arn,
        Err(_) => call.arn("dynamodb", format_args!("table/{table}")),
    }
}

pub(crate) fn index_arn(call: &Call, table: &str, index: &str) -> Arn {
    let Arn { service, region, account, resource, .. } = arn(call, table);
    Arn::new(&service, &region, &account, format!("{resource}/index/{index}"))
}

/// What an operation that names an index touches.
pub(crate) fn source_arn(call: &Call, table: &str, index: Option<&String>) -> Arn {
    index.map_or_else(|| arn(call, table), |index| index_arn(call, table, index))
}

/// The name in a name or an ARN.
pub(crate) fn name_of(call: &Call, table: &str) -> Outcome<String> {
    let Ok(arn) = table.parse::<Arn>() else { return Ok(table.to_owned()) };
    if *arn.account != *call.account.as_str() || *arn.region != *call.region.as_str() {
        return Err(ApiError::not_implemented("a table of another account or region"));
    }
    let name = arn.resource_after("table").filter(|_| *arn.service == *"dynamodb");
    name.map(str::to_owned).ok_or_else(|| ApiError::validation(format!("Invalid table ARN: {table}")))
}

pub(crate) fn find_table(tx: &Tx<'_>, name: &str) -> Result<Option<Table>, Fault> {
    tx.get(&TABLES, name)
}

/// The table whose items are asked for.
pub(crate) fn get_table(tx: &Tx<'_>, call: &Call, table: &str) -> Outcome<Table> {
    let name = name_of(call, table)?;
    find_table(tx, &name)?.ok_or_else(|| errors::resource_not_found_exception("Requested resource not found"))
}

/// The table that is itself asked for.
pub(crate) fn get_named_table(tx: &Tx<'_>, call: &Call, table: &str) -> Outcome<Table> {
    let name = name_of(call, table)?;
    find_table(tx, &name)?.ok_or_else(|| {
        errors::resource_not_found_exception(format!("Requested resource not found: Table: {name} not found"))
    })
}

/// The table of an ARN, for tags.
pub(crate) fn get_tagged(tx: &Tx<'_>, call: &Call, arn: &str) -> Outcome<Table> {
    check_arn(arn)?;
    find_table(tx, &name_of(call, arn)?)?.ok_or_else(|| {
        errors::resource_not_found_exception(format!("Requested resource not found: ResourcArn: {arn} not found"))
    })
}

/// The table of an ARN, for its policy.
pub(crate) fn get_policy_holder(tx: &Tx<'_>, call: &Call, arn: &str) -> Outcome<Table> {
    check_arn(arn)?;
    get_named_table(tx, call, arn)
}

fn check_arn(arn: &str) -> Outcome<()> {
    match arn.parse::<Arn>() {
        Ok(_) => Ok(()),
        Err(_) => Err(ApiError::validation(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}"))),
    }
}

pub(crate) fn put_table(tx: &mut Tx<'_>, table: &Table) -> Result<(), Fault> {
    tx.put(&TABLES, table.name.as_str(), table)
}

pub(crate) fn count(tx: &Tx<'_>, space: u64) -> Result<Count, Fault> {
    Ok(tx.get(&COUNTS, space)?.unwrap_or_default())
}

pub(crate) fn find_item(tx: &Tx<'_>, table: &Table, place: &Place) -> Result<Option<Item>, Fault> {
    tx.get(&ITEMS, (table.space, place.hash, place.partition.as_slice(), place.rest.as_slice()))
}

/// One row of a table or an index that appears, changes or goes.
fn replace_row(
    tx: &mut Tx<'_>,
    space: u64,
    place: &Place,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<(), Fault> {
    let key = (space, place.hash, place.partition.as_slice(), place.rest.as_slice());
    match new {
        Some(item) => tx.put(&ITEMS, key, item)?,
        None => tx.delete(&ITEMS, key),
    }
    let items = i64::from(new.is_some()) - i64::from(old.is_some());
    let size = |item: Option<&Item>| item.map_or(0, |item| i64::try_from(item.size_bytes()).unwrap_or(i64::MAX));
    let bytes = size(new) - size(old);
    if items != 0 || bytes != 0 {
        let known = count(tx, space)?;
        tx.put(&COUNTS, space, &Count { items: known.items + items, bytes: known.bytes + bytes })?;
    }
    Ok(())
}

/// An index whose rows changed, and how much was written.
pub(crate) struct IndexWrite {
    pub(crate) index: String,
    pub(crate) is_global: bool,
    /// The size of each row that was written or deleted.
    pub(crate) sizes: Vec<usize>,
}

/// Puts `new` in the place of `old`, in the table and in its indexes.
pub(crate) fn replace_item(
    tx: &mut Tx<'_>,
    table: &Table,
    place: &Place,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<Vec<IndexWrite>, Fault> {
    if old == new {
        return Ok(Vec::new());
    }
    replace_row(tx, table.space, place, old, new)?;
    let mut written = Vec::new();
    for index in table.indexes() {
        let sizes = replace_entry(tx, table, index, old, new)?;
        if !sizes.is_empty() {
            written.push(IndexWrite { index: index.name.clone(), is_global: table.is_global(index), sizes });
        }
    }
    if let Some(attribute) = &table.expires_by {
        move_expiry(tx, table, attribute, place, old, new)?;
    }
    Ok(written)
}

/// An item's entry in an index. Answers with the sizes of what was written.
pub(crate) fn replace_entry(
    tx: &mut Tx<'_>,
    table: &Table,
    index: &Index,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<Vec<usize>, Fault> {
    let entry = |item: Option<&Item>| {
        let item = item?;
        Some((Place::in_index(index, &table.key, item)?, index.projected(&table.key, item)))
    };
    let sizes = match (entry(old), entry(new)) {
        (Some(old), Some(new)) if old == new => Vec::new(),
        (Some((old_place, old)), Some((new_place, new))) if old_place == new_place => {
            replace_row(tx, index.space, &new_place, Some(&old), Some(&new))?;
            vec![old.size_bytes().max(new.size_bytes())]
        }
        (old, new) => {
            let mut sizes = Vec::new();
            if let Some((place, old)) = old {
                replace_row(tx, index.space, &place, Some(&old), None)?;
                sizes.push(old.size_bytes());
            }
            if let Some((place, new)) = new {
                replace_row(tx, index.space, &place, None, Some(&new))?;
                sizes.push(new.size_bytes());
            }
            sizes
        }
    };
    Ok(sizes)
}

/// When an item expires, if it does.
pub(crate) fn expiry(item: &Item, attribute: &str) -> Option<i64> {
    match item.get(attribute)? {
        Value::N(number) => number.whole(),
        _ => None,
    }
}

fn move_expiry(
    tx: &mut Tx<'_>,
    table: &Table,
    attribute: &str,
    place: &Place,
    old: Option<&Item>,
    new: Option<&Item>,
) -> Result<(), Fault> {
    let at = |item: Option<&Item>| item.and_then(|item| expiry(item, attribute));
    let (was, is) = (at(old), at(new));
    if was == is {
        return Ok(());
    }
    if let Some(second) = was {
        tx.delete(&EXPIRIES, (table.space, second, place_bytes(place)));
    }
    if let (Some(second), Some(item)) = (is, new) {
        put_expiry(tx, table, place, item, second)?;
    }
    Ok(())
}

pub(crate) fn put_expiry(tx: &mut Tx<'_>, table: &Table, place: &Place, item: &Item, second: i64) -> Result<(), Fault> {
    let expiry = Expiry { key: item.only(table.key.names()) };
    tx.put(&EXPIRIES, (table.space, second, place_bytes(place)), &expiry)
}

fn place_bytes(place: &Place) -> Vec<u8> {
    // Apart within one second is enough: the order does not matter.
    let length = u32::try_from(place.partition.len()).unwrap_or(u32::MAX).to_be_bytes();
    [&length, place.partition.as_slice(), &place.rest].concat()
}

/// Deletes the rows of an index.
pub(crate) fn clear_space(tx: &mut Tx<'_>, space: u64) {
    tx.delete_prefix(&ITEMS, (space,));
    tx.delete(&COUNTS, space);
}

/// Deletes a table and all its rows.
pub(crate) fn delete_table(tx: &mut Tx<'_>, table: &Table) {
    tx.delete(&TABLES, table.name.as_str());
    clear_space(tx, table.space);
    for index in table.indexes() {
        clear_space(tx, index.space);
    }
    tx.delete_prefix(&EXPIRIES, (table.space,));
}

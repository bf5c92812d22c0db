use crate::{DynamoDb, state::TABLES};
use api_dynamodb::{ListTables, ListTablesInput, ListTablesOutput};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use std::ops::Bound;

/// AWS: names in one answer.
const MOST: i32 = 100;

impl Read<ListTables> for DynamoDb {
    fn access(_: &Call, _: &ListTablesInput) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListTablesInput) -> Outcome<ListTablesOutput> {
        let most = usize::try_from(input.limit.unwrap_or(MOST)).unwrap_or(1);
        let from = input.exclusive_start_table_name.map_or(Bound::Unbounded, Bound::Excluded);
        let mut names = Vec::new();
        for row in tx.scan_from(&TABLES, (), from, Order::Forward).take(most + 1) {
            names.push(row?.0);
        }
        let is_more = names.len() > most;
        names.truncate(most);
        let last = names.last().filter(|_| is_more).cloned();
        Ok(ListTablesOutput { table_names: Some(names), last_evaluated_table_name: last })
    }
}

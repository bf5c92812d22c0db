use crate::{
    DynamoDb,
    key::Place,
    state::{self, EXPIRIES, ITEMS},
    table::Table,
};
use api_dynamodb::{UpdateTimeToLive, UpdateTimeToLiveInput, UpdateTimeToLiveOutput};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<UpdateTimeToLive> for DynamoDb {
    fn access(call: &Call, input: &UpdateTimeToLiveInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateTimeToLiveInput) -> Outcome<UpdateTimeToLiveOutput> {
        let mut table = state::get_named_table(tx, call, &input.table_name)?;
        let asked = input.time_to_live_specification;
        let attribute = &asked.attribute_name;
        match (asked.enabled, &table.expires_by) {
            (true, Some(known)) if known == attribute => {
                return Err(ApiError::validation("TimeToLive is already enabled"));
            }
            (_, Some(known)) if known != attribute => {
                return Err(ApiError::validation(format!(
                    "TimeToLive is active on a different AttributeName: current AttributeName is {known}"
                )));
            }
            (false, None) => return Err(ApiError::validation("TimeToLive is already disabled")),
            (true, _) => {
                fill(tx, &table, attribute)?;
                table.expires_by = Some(attribute.clone());
            }
            (false, _) => {
                tx.delete_prefix(&EXPIRIES, (table.space,));
                table.expires_by = None;
            }
        }
        state::put_table(tx, &table)?;
        Ok(UpdateTimeToLiveOutput { time_to_live_specification: Some(asked) })
    }
}

/// Notes when the items that the table has expire.
fn fill(tx: &mut Tx<'_>, table: &Table, attribute: &str) -> Outcome<()> {
    let mut found = Vec::new();
    for row in tx.scan(&ITEMS, (table.space,)) {
        let ((_, hash, partition, rest), item) = row?;
        if let Some(second) = state::expiry(&item, attribute) {
            found.push((Place { hash, partition, rest }, item.only(table.key.names()), second));
        }
    }
    for (place, key, second) in found {
        state::put_expiry(tx, table, &place, &key, second)?;
    }
    Ok(())
}

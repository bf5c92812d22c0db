use super::describe_continuous_backups::{description, find};
use crate::{DynamoDb, state, table::Recovery};
use api_dynamodb::{UpdateContinuousBackups, UpdateContinuousBackupsInput, UpdateContinuousBackupsOutput};
use kernel::{Access, Call, Outcome, Tx, Write};

/// AWS: how far back one may restore where nothing else is said.
const DEFAULT_DAYS: i32 = 35;

impl Write<UpdateContinuousBackups> for DynamoDb {
    fn access(call: &Call, input: &UpdateContinuousBackupsInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateContinuousBackupsInput,
    ) -> Outcome<UpdateContinuousBackupsOutput> {
        let mut table = find(tx, call, &input.table_name)?;
        let asked = input.point_in_time_recovery_specification;
        let since = table.recovery.map_or(call.now, |recovery| recovery.since);
        let days = asked.recovery_period_in_days.unwrap_or(DEFAULT_DAYS);
        table.recovery = asked.point_in_time_recovery_enabled.then_some(Recovery { since, days });
        state::put_table(tx, &table)?;
        Ok(UpdateContinuousBackupsOutput { continuous_backups_description: Some(description(&table)) })
    }
}

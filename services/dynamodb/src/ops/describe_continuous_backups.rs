use crate::{
    DynamoDb, state,
    table::{Recovery, Table},
};
use api_dynamodb::{
    ContinuousBackupsDescription, ContinuousBackupsStatus, DescribeContinuousBackups, DescribeContinuousBackupsInput,
    DescribeContinuousBackupsOutput, PointInTimeRecoveryDescription, PointInTimeRecoveryStatus,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<DescribeContinuousBackups> for DynamoDb {
    fn access(call: &Call, input: &DescribeContinuousBackupsInput) -> Access {
        Access::to(state::arn(call, &input.table_name))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: DescribeContinuousBackupsInput,
    ) -> Outcome<DescribeContinuousBackupsOutput> {
        let table = find(tx, call, &input.table_name)?;
        Ok(DescribeContinuousBackupsOutput { continuous_backups_description: Some(description(&table)) })
    }
}

/// AWS: these operations have an error of their own for a table that is not there.
pub(super) fn find(tx: &Tx<'_>, call: &Call, table: &str) -> Outcome<Table> {
    let name = state::name_of(call, table)?;
    state::find_table(tx, &name)?
        .ok_or_else(|| api_dynamodb::errors::table_not_found_exception(format!("Table not found: {name}")))
}

/// The setting. No restorable times are told, for nothing can be restored here.
pub(super) fn description(table: &Table) -> ContinuousBackupsDescription {
    let recovery = match table.recovery {
        Some(Recovery { days, .. }) => PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some(PointInTimeRecoveryStatus::Enabled),
            recovery_period_in_days: Some(days),
        },
        None => PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some(PointInTimeRecoveryStatus::Disabled),
            recovery_period_in_days: None,
        },
    };
    ContinuousBackupsDescription {
        continuous_backups_status: ContinuousBackupsStatus::Enabled,
        point_in_time_recovery_description: Some(recovery),
    }
}

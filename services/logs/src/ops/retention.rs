//! PutRetentionPolicy and DeleteRetentionPolicy.

use crate::{
    Logs,
    state::{self, GROUPS},
};
use api_logs::{
    DeleteRetentionPolicy, DeleteRetentionPolicyOutputNothing, DeleteRetentionPolicyRequest, PutRetentionPolicy,
    PutRetentionPolicyOutputNothing, PutRetentionPolicyRequest, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

/// The days that AWS lets one choose from.
const DAYS: [i32; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

impl Write<PutRetentionPolicy> for Logs {
    fn access(call: &Call, input: &PutRetentionPolicyRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: PutRetentionPolicyRequest) -> Outcome<PutRetentionPolicyOutputNothing> {
        let days = input.retention_in_days;
        if !DAYS.contains(&days) {
            let choice: Vec<String> = DAYS.iter().map(i32::to_string).collect();
            return Err(errors::invalid_parameter_exception(format!(
                "1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: \
                 Member must satisfy enum value set: [{}]",
                choice.join(", ")
            )));
        }
        let mut group = state::group(tx, &input.log_group_name)?;
        group.retention_days = Some(days);
        tx.put(&GROUPS, input.log_group_name, &group)?;
        Ok(PutRetentionPolicyOutputNothing {})
    }
}

impl Write<DeleteRetentionPolicy> for Logs {
    fn access(call: &Call, input: &DeleteRetentionPolicyRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteRetentionPolicyRequest,
    ) -> Outcome<DeleteRetentionPolicyOutputNothing> {
        let mut group = state::group(tx, &input.log_group_name)?;
        group.retention_days = None;
        tx.put(&GROUPS, input.log_group_name, &group)?;
        Ok(DeleteRetentionPolicyOutputNothing {})
    }
}

use super::put_resource_policy::check_revision;
use crate::{DynamoDb, state};
use api_dynamodb::{DeleteResourcePolicy, DeleteResourcePolicyInput, DeleteResourcePolicyOutput};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteResourcePolicy> for DynamoDb {
    fn access(call: &Call, input: &DeleteResourcePolicyInput) -> Access {
        Access::to(state::arn(call, &input.resource_arn))
    }

    /// Idempotent, as on AWS: without a policy there is nothing to delete.
    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteResourcePolicyInput) -> Outcome<DeleteResourcePolicyOutput> {
        let mut table = state::get_policy_holder(tx, call, &input.resource_arn)?;
        if let Some(expected) = &input.expected_revision_id {
            check_revision(&table, expected)?;
        }
        let revision_id = table.policy.take().map(|policy| policy.revision);
        state::put_table(tx, &table)?;
        Ok(DeleteResourcePolicyOutput { revision_id })
    }
}

use crate::{DynamoDb, state, table::Policy};
use api_dynamodb::{GetResourcePolicy, GetResourcePolicyInput, GetResourcePolicyOutput, errors};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetResourcePolicy> for DynamoDb {
    fn access(call: &Call, input: &GetResourcePolicyInput) -> Access {
        Access::to(state::arn(call, &input.resource_arn))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetResourcePolicyInput) -> Outcome<GetResourcePolicyOutput> {
        let table = state::get_policy_holder(tx, call, &input.resource_arn)?;
        let Some(Policy { text, revision }) = table.policy else {
            let arn = input.resource_arn;
            let why = format!("Resource-based policy not found for the provided ResourceArn: {arn}");
            return Err(errors::policy_not_found_exception(why));
        };
        Ok(GetResourcePolicyOutput { policy: Some(text), revision_id: Some(revision) })
    }
}

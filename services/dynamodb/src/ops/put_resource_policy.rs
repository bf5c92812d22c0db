use crate::{DynamoDb, state, table::Policy};
use api_dynamodb::{PutResourcePolicy, PutResourcePolicyInput, PutResourcePolicyOutput, errors};
use kernel::{Access, Call, Outcome, Tx, Write};
use policy::{Document, Kind};
use shape::ApiError;

/// AWS: the revision that a policy has which is not there.
const NO_POLICY: &str = "NO_POLICY";

impl Write<PutResourcePolicy> for DynamoDb {
    fn access(call: &Call, input: &PutResourcePolicyInput) -> Access {
        Access::to(state::arn(call, &input.resource_arn))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutResourcePolicyInput) -> Outcome<PutResourcePolicyOutput> {
        let mut table = state::get_resource(tx, call, &input.resource_arn)?;
        let text = input.policy;
        check_policy(&text)?;
        if let Some(expected) = &input.expected_revision_id {
            check_revision(table.policy.as_ref(), expected)?;
        }
        // AWS: the same policy again changes nothing, not even the revision.
        let revision = match table.policy {
            Some(known) if known.text == text => known.revision,
            _ => call.entropy.digits(19),
        };
        table.policy = Some(Policy { text, revision: revision.clone() });
        state::put_table(tx, &table)?;
        Ok(PutResourcePolicyOutput { revision_id: Some(revision) })
    }
}

pub(super) fn check_policy(text: &str) -> Outcome<()> {
    match Document::parse(text, Kind::Resource) {
        Ok(_) => Ok(()),
        Err(why) => Err(ApiError::validation(format!("Invalid policy document: {why}"))),
    }
}

pub(super) fn check_revision(policy: Option<&Policy>, expected: &str) -> Outcome<()> {
    if policy.map_or(NO_POLICY, |policy| policy.revision.as_str()) == expected {
        return Ok(());
    }
    Err(errors::policy_not_found_exception(
        "Resource-based policy not found for the provided ResourceArn: The revision does not match",
    ))
}

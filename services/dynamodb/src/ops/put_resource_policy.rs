use crate::{
    DynamoDb, state,
    table::{Policy, Table},
};
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
        let mut table = state::get_policy_holder(tx, call, &input.resource_arn)?;
        let text = input.policy;
        check_policy(&text)?;
        if let Some(expected) = &input.expected_revision_id {
            check_revision(&table, expected)?;
        }
        // AWS: the same policy again changes nothing, not even the revision.
        let revision = match table.policy {
            Some(known) if known.text == text => known.revision,
            // AWS: revisions are numbers that grow.
            _ => format!("{}{}", call.now.millis(), call.entropy.digits(6)),
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

pub(super) fn check_revision(table: &Table, expected: &str) -> Outcome<()> {
    let name = &table.name;
    let why = match table.policy.as_ref().map(|policy| policy.revision.as_str()) {
        Some(actual) if actual == expected => return Ok(()),
        None if expected == NO_POLICY => return Ok(()),
        Some(actual) if expected == NO_POLICY => format!(
            "Requested policy update expecting none to be present for table {name}, but a policy exists with revision \
             id {actual}."
        ),
        Some(actual) => format!(
            "Requested update for policy with revision id {expected}, but the policy associated to target table \
             {name} has revision id {actual}."
        ),
        None => format!(
            "Requested update for policy with revision id {expected}, but no policy is associated to target table \
             {name}."
        ),
    };
    Err(errors::policy_not_found_exception(format!(
        "Resource-based policy not found for the provided ResourceArn: {why}"
    )))
}

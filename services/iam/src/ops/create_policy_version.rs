use crate::{
    Iam, describe, document, lookup,
    state::{self, POLICIES, VERSIONS, Version},
};
use api_iam::{CreatePolicyVersion, CreatePolicyVersionRequest, CreatePolicyVersionResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreatePolicyVersion> for Iam {
    fn access(_: &Call, input: &CreatePolicyVersionRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreatePolicyVersionRequest) -> Outcome<CreatePolicyVersionResponse> {
        let mut policy = lookup::own_policy(tx, &input.policy_arn)?;
        document::check_managed(&input.policy_document)?;
        if tx.scan(&VERSIONS, (policy.id.as_str(),)).count() >= MOST_VERSIONS {
            return Err(errors::limit_exceeded_exception(format!(
                "A managed policy can have up to {MOST_VERSIONS} versions. Before you create a new version, you must delete an \
         existing version."
            )));
        }
        policy.last_version += 1;
        policy.updated = call.now;
        if input.set_as_default == Some(true) {
            policy.default_version = policy.last_version;
        }
        let version = Version { text: input.policy_document, created: call.now };
        tx.put(&VERSIONS, (policy.id.clone(), policy.last_version), &version)?;
        tx.put(&POLICIES, state::fold(&policy.name), &policy)?;
        let shown = describe::version(policy.last_version, &version, policy.default_version, false);
        Ok(CreatePolicyVersionResponse { policy_version: Some(shown) })
    }
}

/// AWS quota.
const MOST_VERSIONS: usize = 5;

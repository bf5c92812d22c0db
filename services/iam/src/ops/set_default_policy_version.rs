use crate::{
    Iam, lookup,
    state::{self, POLICIES, VERSIONS},
};
use api_iam::{SetDefaultPolicyVersion, SetDefaultPolicyVersionOutputNothing, SetDefaultPolicyVersionRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<SetDefaultPolicyVersion> for Iam {
    fn access(_: &Call, input: &SetDefaultPolicyVersionRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: SetDefaultPolicyVersionRequest,
    ) -> Outcome<SetDefaultPolicyVersionOutputNothing> {
        let mut policy = lookup::own_policy(tx, &input.policy_arn)?;
        let number = lookup::version_number(&input.version_id).unwrap_or_default();
        if !tx.has(&VERSIONS, (policy.id.clone(), number))? {
            return Err(lookup::no_version(&input.policy_arn, &input.version_id));
        }
        policy.default_version = number;
        policy.updated = call.now;
        tx.put(&POLICIES, state::fold(&policy.name), &policy)?;
        Ok(SetDefaultPolicyVersionOutputNothing {})
    }
}

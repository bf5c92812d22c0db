use crate::{Iam, lookup, state::VERSIONS};
use api_iam::{DeletePolicyVersion, DeletePolicyVersionOutputNothing, DeletePolicyVersionRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeletePolicyVersion> for Iam {
    fn access(_: &Call, input: &DeletePolicyVersionRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeletePolicyVersionRequest,
    ) -> Outcome<DeletePolicyVersionOutputNothing> {
        let policy = lookup::own_policy(tx, &input.policy_arn)?;
        let number = lookup::version_number(&input.version_id).unwrap_or_default();
        if !tx.has(&VERSIONS, (policy.id.clone(), number))? {
            return Err(lookup::no_version(&input.policy_arn, &input.version_id));
        }
        if number == policy.default_version {
            return Err(errors::delete_conflict_exception("Cannot delete the default version of a policy."));
        }
        tx.delete(&VERSIONS, (policy.id, number));
        Ok(DeletePolicyVersionOutputNothing {})
    }
}

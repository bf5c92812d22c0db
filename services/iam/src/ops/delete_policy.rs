use crate::{
    Iam, document, lookup,
    state::{self, POLICIES, VERSIONS},
};
use api_iam::{DeletePolicy, DeletePolicyOutputNothing, DeletePolicyRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeletePolicy> for Iam {
    fn access(_: &Call, input: &DeletePolicyRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeletePolicyRequest) -> Outcome<DeletePolicyOutputNothing> {
        let policy = lookup::own_policy(tx, &input.policy_arn)?;
        if document::count_uses(tx, &input.policy_arn)? != (0, 0) {
            return Err(errors::delete_conflict_exception("Cannot delete a policy attached to entities."));
        }
        if tx.scan(&VERSIONS, (policy.id.as_str(),)).count() > 1 {
            return Err(errors::delete_conflict_exception(
                "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. \
         The default version is deleted with the policy.",
            ));
        }
        tx.delete_prefix(&VERSIONS, (policy.id.as_str(),));
        tx.delete(&POLICIES, state::fold(&policy.name));
        Ok(DeletePolicyOutputNothing {})
    }
}

use crate::{
    Iam, document,
    family::Owner,
    state::{self, ROLES},
};
use api_iam::{UpdateAssumeRolePolicy, UpdateAssumeRolePolicyOutputNothing, UpdateAssumeRolePolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateAssumeRolePolicy> for Iam {
    fn access(call: &Call, input: &UpdateAssumeRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UpdateAssumeRolePolicyRequest,
    ) -> Outcome<UpdateAssumeRolePolicyOutputNothing> {
        let mut role = state::own_role(tx, &input.role_name)?;
        document::check_trust(tx, &input.policy_document)?;
        role.trust = input.policy_document;
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(UpdateAssumeRolePolicyOutputNothing {})
    }
}

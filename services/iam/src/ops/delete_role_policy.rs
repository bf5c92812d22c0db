use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DeleteRolePolicy, DeleteRolePolicyOutputNothing, DeleteRolePolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteRolePolicy> for Iam {
    fn access(call: &Call, input: &DeleteRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteRolePolicyRequest) -> Outcome<DeleteRolePolicyOutputNothing> {
        family::delete_inline(tx, Owner::Role, &input.role_name, &input.policy_name)?;
        Ok(DeleteRolePolicyOutputNothing {})
    }
}

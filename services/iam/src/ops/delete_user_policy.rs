use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DeleteUserPolicy, DeleteUserPolicyOutputNothing, DeleteUserPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteUserPolicy> for Iam {
    fn access(call: &Call, input: &DeleteUserPolicyRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteUserPolicyRequest) -> Outcome<DeleteUserPolicyOutputNothing> {
        family::delete_inline(tx, Owner::User, &input.user_name, &input.policy_name)?;
        Ok(DeleteUserPolicyOutputNothing {})
    }
}

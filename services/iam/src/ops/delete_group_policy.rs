use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DeleteGroupPolicy, DeleteGroupPolicyOutputNothing, DeleteGroupPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteGroupPolicy> for Iam {
    fn access(call: &Call, input: &DeleteGroupPolicyRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteGroupPolicyRequest) -> Outcome<DeleteGroupPolicyOutputNothing> {
        family::delete_inline(tx, Owner::Group, &input.group_name, &input.policy_name)?;
        Ok(DeleteGroupPolicyOutputNothing {})
    }
}

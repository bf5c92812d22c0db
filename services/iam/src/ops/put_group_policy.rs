use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{PutGroupPolicy, PutGroupPolicyOutputNothing, PutGroupPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<PutGroupPolicy> for Iam {
    fn access(call: &Call, input: &PutGroupPolicyRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: PutGroupPolicyRequest) -> Outcome<PutGroupPolicyOutputNothing> {
        family::put_inline(tx, Owner::Group, &input.group_name, input.policy_name, input.policy_document)?;
        Ok(PutGroupPolicyOutputNothing {})
    }
}

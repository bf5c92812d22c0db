use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{AttachGroupPolicy, AttachGroupPolicyOutputNothing, AttachGroupPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AttachGroupPolicy> for Iam {
    fn access(call: &Call, input: &AttachGroupPolicyRequest) -> Access {
        Owner::Group.access(call, &input.group_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: AttachGroupPolicyRequest) -> Outcome<AttachGroupPolicyOutputNothing> {
        family::attach(tx, Owner::Group, &input.group_name, input.policy_arn)?;
        Ok(AttachGroupPolicyOutputNothing {})
    }
}

use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DetachGroupPolicy, DetachGroupPolicyOutputNothing, DetachGroupPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DetachGroupPolicy> for Iam {
    fn access(call: &Call, input: &DetachGroupPolicyRequest) -> Access {
        Owner::Group.access(call, &input.group_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DetachGroupPolicyRequest) -> Outcome<DetachGroupPolicyOutputNothing> {
        family::detach(tx, Owner::Group, &input.group_name, &input.policy_arn)?;
        Ok(DetachGroupPolicyOutputNothing {})
    }
}

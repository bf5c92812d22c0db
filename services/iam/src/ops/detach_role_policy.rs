use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DetachRolePolicy, DetachRolePolicyOutputNothing, DetachRolePolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DetachRolePolicy> for Iam {
    fn access(call: &Call, input: &DetachRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DetachRolePolicyRequest) -> Outcome<DetachRolePolicyOutputNothing> {
        family::detach(tx, Owner::Role, &input.role_name, &input.policy_arn)?;
        Ok(DetachRolePolicyOutputNothing {})
    }
}

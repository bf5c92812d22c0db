use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{AttachRolePolicy, AttachRolePolicyOutputNothing, AttachRolePolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AttachRolePolicy> for Iam {
    fn access(call: &Call, input: &AttachRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: AttachRolePolicyRequest) -> Outcome<AttachRolePolicyOutputNothing> {
        family::attach(tx, Owner::Role, &input.role_name, input.policy_arn)?;
        Ok(AttachRolePolicyOutputNothing {})
    }
}

use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{AttachUserPolicy, AttachUserPolicyOutputNothing, AttachUserPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AttachUserPolicy> for Iam {
    fn access(call: &Call, input: &AttachUserPolicyRequest) -> Access {
        Owner::User.access(call, &input.user_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: AttachUserPolicyRequest) -> Outcome<AttachUserPolicyOutputNothing> {
        family::attach(tx, Owner::User, &input.user_name, input.policy_arn)?;
        Ok(AttachUserPolicyOutputNothing {})
    }
}

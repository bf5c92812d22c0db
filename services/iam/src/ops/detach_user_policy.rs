use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{DetachUserPolicy, DetachUserPolicyOutputNothing, DetachUserPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DetachUserPolicy> for Iam {
    fn access(call: &Call, input: &DetachUserPolicyRequest) -> Access {
        Owner::User.access(call, &input.user_name).with("iam:PolicyARN", input.policy_arn.as_str())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DetachUserPolicyRequest) -> Outcome<DetachUserPolicyOutputNothing> {
        family::detach(tx, Owner::User, &input.user_name, &input.policy_arn)?;
        Ok(DetachUserPolicyOutputNothing {})
    }
}

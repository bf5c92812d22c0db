use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{PutUserPolicy, PutUserPolicyOutputNothing, PutUserPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<PutUserPolicy> for Iam {
    fn access(call: &Call, input: &PutUserPolicyRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: PutUserPolicyRequest) -> Outcome<PutUserPolicyOutputNothing> {
        family::put_inline(tx, Owner::User, &input.user_name, input.policy_name, input.policy_document)?;
        Ok(PutUserPolicyOutputNothing {})
    }
}

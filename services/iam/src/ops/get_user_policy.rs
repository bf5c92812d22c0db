use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{GetUserPolicy, GetUserPolicyRequest, GetUserPolicyResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetUserPolicy> for Iam {
    fn access(call: &Call, input: &GetUserPolicyRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetUserPolicyRequest) -> Outcome<GetUserPolicyResponse> {
        let policy_document = family::inline(tx, Owner::User, &input.user_name, &input.policy_name)?;
        Ok(GetUserPolicyResponse { user_name: input.user_name, policy_name: input.policy_name, policy_document })
    }
}

use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{GetGroupPolicy, GetGroupPolicyRequest, GetGroupPolicyResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetGroupPolicy> for Iam {
    fn access(call: &Call, input: &GetGroupPolicyRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetGroupPolicyRequest) -> Outcome<GetGroupPolicyResponse> {
        let policy_document = family::inline(tx, Owner::Group, &input.group_name, &input.policy_name)?;
        Ok(GetGroupPolicyResponse { group_name: input.group_name, policy_name: input.policy_name, policy_document })
    }
}

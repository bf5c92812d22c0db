use crate::{
    Iam,
    family::{self, Owner},
};
use api_iam::{GetRolePolicy, GetRolePolicyRequest, GetRolePolicyResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetRolePolicy> for Iam {
    fn access(call: &Call, input: &GetRolePolicyRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetRolePolicyRequest) -> Outcome<GetRolePolicyResponse> {
        let policy_document = family::inline(tx, Owner::Role, &input.role_name, &input.policy_name)?;
        Ok(GetRolePolicyResponse { role_name: input.role_name, policy_name: input.policy_name, policy_document })
    }
}

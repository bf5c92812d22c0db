use crate::{
    Iam,
    describe::{self, Detail},
    lookup::{self, Found},
};
use api_iam::{GetPolicy, GetPolicyRequest, GetPolicyResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetPolicy> for Iam {
    fn access(_: &Call, input: &GetPolicyRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetPolicyRequest) -> Outcome<GetPolicyResponse> {
        let policy = match lookup::policy(tx, &input.policy_arn)? {
            Found::Own(policy) => describe::policy(tx, &policy, Detail::Full)?,
            Found::Aws(policy) => describe::aws_policy(tx, policy)?,
        };
        Ok(GetPolicyResponse { policy: Some(policy) })
    }
}

use crate::{
    Iam, describe,
    lookup::{self, Found},
    state::VERSIONS,
};
use api_iam::{GetPolicyVersion, GetPolicyVersionRequest, GetPolicyVersionResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetPolicyVersion> for Iam {
    fn access(_: &Call, input: &GetPolicyVersionRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetPolicyVersionRequest) -> Outcome<GetPolicyVersionResponse> {
        let number = lookup::version_number(&input.version_id).unwrap_or_default();
        let found = match lookup::policy(tx, &input.policy_arn)? {
            Found::Aws(policy) => (number == 1).then(|| describe::aws_version(policy, true)),
            Found::Own(policy) => {
                let version = tx.get(&VERSIONS, (policy.id, number))?;
                version.map(|version| describe::version(number, &version, policy.default_version, true))
            }
        };
        let found = found.ok_or_else(|| lookup::no_version(&input.policy_arn, &input.version_id))?;
        Ok(GetPolicyVersionResponse { policy_version: Some(found) })
    }
}

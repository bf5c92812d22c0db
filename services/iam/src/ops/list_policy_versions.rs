use crate::{
    Iam, describe,
    lookup::{self, Found},
    page::{self, Page},
    state::VERSIONS,
};
use api_iam::{ListPolicyVersions, ListPolicyVersionsRequest, ListPolicyVersionsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListPolicyVersions> for Iam {
    fn access(_: &Call, input: &ListPolicyVersionsRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListPolicyVersionsRequest) -> Outcome<ListPolicyVersionsResponse> {
        let found = match lookup::policy(tx, &input.policy_arn)? {
            Found::Aws(policy) => vec![("1".to_owned(), describe::aws_version(policy, false))],
            Found::Own(policy) => {
                let mut versions = tx.list(&VERSIONS, (policy.id.as_str(),))?;
                // AWS: the newest first.
                versions.reverse();
                let show = |((_, number), version)| {
                    // Markers ascend, so the newest has the smallest.
                    (
                        format!("{:020}", u64::MAX - number),
                        describe::version(number, &version, policy.default_version, false),
                    )
                };
                versions.into_iter().map(show).collect()
            }
        };
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListPolicyVersionsResponse { versions: Some(items), is_truncated, marker })
    }
}

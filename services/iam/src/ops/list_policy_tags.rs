use crate::{
    Iam,
    lookup::{self, Found},
    page::{self, Page},
    tag,
};
use api_iam::{ListPolicyTags, ListPolicyTagsRequest, ListPolicyTagsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListPolicyTags> for Iam {
    fn access(_: &Call, input: &ListPolicyTagsRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListPolicyTagsRequest) -> Outcome<ListPolicyTagsResponse> {
        let all = match lookup::policy(tx, &input.policy_arn)? {
            Found::Own(found) => tag::named(&found.tags),
            Found::Aws(_) => Vec::new(),
        };
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListPolicyTagsResponse { tags: items, is_truncated, marker })
    }
}

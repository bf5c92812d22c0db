use crate::{
    Iam,
    page::{self, Page},
    state::{self},
    tag,
};
use api_iam::{ListInstanceProfileTags, ListInstanceProfileTagsRequest, ListInstanceProfileTagsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListInstanceProfileTags> for Iam {
    fn access(call: &Call, input: &ListInstanceProfileTagsRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListInstanceProfileTagsRequest) -> Outcome<ListInstanceProfileTagsResponse> {
        let found = state::profile(tx, &input.instance_profile_name)?;
        let all = tag::named(&found.tags);
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListInstanceProfileTagsResponse { tags: items, is_truncated, marker })
    }
}

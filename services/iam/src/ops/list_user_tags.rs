use crate::{
    Iam,
    family::Owner,
    page::{self, Page},
    state::{self},
    tag,
};
use api_iam::{ListUserTags, ListUserTagsRequest, ListUserTagsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListUserTags> for Iam {
    fn access(call: &Call, input: &ListUserTagsRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUserTagsRequest) -> Outcome<ListUserTagsResponse> {
        let found = state::user(tx, &input.user_name)?;
        let all = tag::named(&found.tags);
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListUserTagsResponse { tags: items, is_truncated, marker })
    }
}

use crate::{
    Iam,
    family::Owner,
    page::{self, Page},
    state::{self},
    tag,
};
use api_iam::{ListRoleTags, ListRoleTagsRequest, ListRoleTagsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListRoleTags> for Iam {
    fn access(call: &Call, input: &ListRoleTagsRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListRoleTagsRequest) -> Outcome<ListRoleTagsResponse> {
        let found = state::role(tx, &input.role_name)?;
        let all = tag::named(&found.tags);
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        Ok(ListRoleTagsResponse { tags: items, is_truncated, marker })
    }
}

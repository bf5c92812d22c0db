use crate::{
    Iam, describe,
    page::{self, Page},
    state::GROUPS,
};
use api_iam::{ListGroups, ListGroupsRequest, ListGroupsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListGroups> for Iam {
    fn access(call: &Call, _: &ListGroupsRequest) -> Access {
        Access::to(call.global_arn("iam", "group/"))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListGroupsRequest) -> Outcome<ListGroupsResponse> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let mut found = Vec::new();
        for row in tx.scan(&GROUPS, ()) {
            let (key, group) = row?;
            if group.path.starts_with(prefix) {
                found.push((key, describe::group(tx, &group)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListGroupsResponse { groups: items, is_truncated, marker })
    }
}

use crate::{
    Iam, describe,
    family::Owner,
    page::{self, Page},
    state::{self, GROUPS, MEMBERS},
};
use api_iam::{ListGroupsForUser, ListGroupsForUserRequest, ListGroupsForUserResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListGroupsForUser> for Iam {
    fn access(call: &Call, input: &ListGroupsForUserRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListGroupsForUserRequest) -> Outcome<ListGroupsForUserResponse> {
        let user = state::user(tx, &input.user_name)?;
        let mut found = Vec::new();
        for row in tx.scan(&MEMBERS, (user.id.as_str(),)) {
            let ((_, name), _) = row?;
            if let Some(group) = tx.get(&GROUPS, name.clone())? {
                found.push((name, describe::group(tx, &group)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListGroupsForUserResponse { groups: items, is_truncated, marker })
    }
}

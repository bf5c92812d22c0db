use crate::{
    Iam,
    describe::{self, Detail},
    page::{self, Page},
    state::USERS,
};
use api_iam::{ListUsers, ListUsersRequest, ListUsersResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListUsers> for Iam {
    fn access(call: &Call, _: &ListUsersRequest) -> Access {
        Access::to(call.global_arn("iam", "user/"))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUsersRequest) -> Outcome<ListUsersResponse> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let mut found = Vec::new();
        for row in tx.scan(&USERS, ()) {
            let (key, user) = row?;
            if user.path.starts_with(prefix) {
                found.push((key, describe::user(tx, &user, Detail::Listed)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListUsersResponse { users: items, is_truncated, marker })
    }
}

use crate::{
    Iam,
    describe::{self, Detail},
    page::{self, Page},
    state::ROLES,
};
use api_iam::{ListRoles, ListRolesRequest, ListRolesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListRoles> for Iam {
    fn access(call: &Call, _: &ListRolesRequest) -> Access {
        Access::to(call.global_arn("iam", "role/"))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListRolesRequest) -> Outcome<ListRolesResponse> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let mut found = Vec::new();
        for row in tx.scan(&ROLES, ()) {
            let (key, role) = row?;
            if role.path.starts_with(prefix) {
                found.push((key, describe::role(tx, &role, Detail::Listed)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListRolesResponse { roles: items, is_truncated, marker })
    }
}

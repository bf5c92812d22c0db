use crate::{
    Iam,
    describe::{self, Detail},
    family::Owner,
    page::{self, Page},
    state::{self, MEMBERS, USERS},
};
use api_iam::{GetGroup, GetGroupRequest, GetGroupResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetGroup> for Iam {
    fn access(call: &Call, input: &GetGroupRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetGroupRequest) -> Outcome<GetGroupResponse> {
        let group = state::group(tx, &input.group_name)?;
        let name = state::fold(&group.name);
        let mut users = Vec::new();
        for row in tx.scan(&USERS, ()) {
            let (key, user) = row?;
            if tx.has(&MEMBERS, (user.id.clone(), name.clone()))? {
                users.push((key, describe::user(tx, &user, Detail::Listed)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(users, input.marker.as_deref(), input.max_items)?;
        Ok(GetGroupResponse { group: describe::group(tx, &group), users: items, is_truncated, marker })
    }
}

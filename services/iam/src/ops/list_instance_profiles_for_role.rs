use crate::{
    Iam,
    describe::{self, Detail},
    family::Owner,
    page::{self, Page},
    state::{self, PROFILES},
};
use api_iam::{ListInstanceProfilesForRole, ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListInstanceProfilesForRole> for Iam {
    fn access(call: &Call, input: &ListInstanceProfilesForRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListInstanceProfilesForRoleRequest,
    ) -> Outcome<ListInstanceProfilesForRoleResponse> {
        let name = state::fold(&state::role(tx, &input.role_name)?.name);
        let mut found = Vec::new();
        for row in tx.scan(&PROFILES, ()) {
            let (key, profile) = row?;
            if profile.role.as_ref() == Some(&name) {
                found.push((key, describe::profile(tx, &profile, Detail::Listed)?));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListInstanceProfilesForRoleResponse { instance_profiles: items, is_truncated, marker })
    }
}

use crate::{
    Iam,
    describe::{self, Detail},
    page::{self, Page},
    state::PROFILES,
};
use api_iam::{ListInstanceProfiles, ListInstanceProfilesRequest, ListInstanceProfilesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListInstanceProfiles> for Iam {
    fn access(call: &Call, _: &ListInstanceProfilesRequest) -> Access {
        Access::to(call.global_arn("iam", "instance-profile/"))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListInstanceProfilesRequest) -> Outcome<ListInstanceProfilesResponse> {
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let mut found = Vec::new();
        for row in tx.scan(&PROFILES, ()) {
            let (key, profile) = row?;
            if profile.path.starts_with(prefix) {
                found.push((key, describe::profile(tx, &profile, Detail::Listed)?));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        Ok(ListInstanceProfilesResponse { instance_profiles: items, is_truncated, marker })
    }
}

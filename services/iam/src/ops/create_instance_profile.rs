use crate::{
    Iam,
    describe::{self, Detail},
    id,
    state::{self, PROFILES, Profile},
    tag,
};
use api_iam::{CreateInstanceProfile, CreateInstanceProfileRequest, CreateInstanceProfileResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateInstanceProfile> for Iam {
    fn access(call: &Call, input: &CreateInstanceProfileRequest) -> Access {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = state::arn(&call.account, "instance-profile", path, &input.instance_profile_name);
        Access::to(arn).with_tags(tag::pairs(input.tags.iter().flatten()))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateInstanceProfileRequest,
    ) -> Outcome<CreateInstanceProfileResponse> {
        let key = state::fold(&input.instance_profile_name);
        if tx.has(&PROFILES, key.clone())? {
            let message = format!("Instance Profile {} already exists.", input.instance_profile_name);
            return Err(errors::entity_already_exists_exception(message));
        }
        if tx.scan(&PROFILES, ()).count() >= MOST_PROFILES {
            let message = format!("Cannot exceed quota for InstanceProfilesPerAccount: {MOST_PROFILES}");
            return Err(errors::limit_exceeded_exception(message));
        }
        let profile = Profile {
            name: input.instance_profile_name,
            path: input.path.unwrap_or_else(|| "/".into()),
            id: id::unique(&call.entropy, id::PROFILE),
            created: call.now,
            role: None,
            tags: tag::first(input.tags)?,
        };
        tx.put(&PROFILES, key, &profile)?;
        Ok(CreateInstanceProfileResponse { instance_profile: describe::profile(tx, &profile, Detail::Full)? })
    }
}

/// AWS quota.
const MOST_PROFILES: usize = 1000;

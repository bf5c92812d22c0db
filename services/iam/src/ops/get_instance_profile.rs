use crate::{
    Iam,
    describe::{self, Detail},
    state::{self},
};
use api_iam::{GetInstanceProfile, GetInstanceProfileRequest, GetInstanceProfileResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetInstanceProfile> for Iam {
    fn access(call: &Call, input: &GetInstanceProfileRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetInstanceProfileRequest) -> Outcome<GetInstanceProfileResponse> {
        let profile = state::profile(tx, &input.instance_profile_name)?;
        Ok(GetInstanceProfileResponse { instance_profile: describe::profile(tx, &profile, Detail::Full)? })
    }
}

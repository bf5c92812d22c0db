use crate::{
    Iam,
    state::{self, PROFILES},
};
use api_iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileOutputNothing, AddRoleToInstanceProfileRequest, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AddRoleToInstanceProfile> for Iam {
    fn access(call: &Call, input: &AddRoleToInstanceProfileRequest) -> Access {
        let role = call.global_arn("iam", format_args!("role/{}", input.role_name));
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
            .and_pass_role(&role, "ec2.amazonaws.com")
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: AddRoleToInstanceProfileRequest,
    ) -> Outcome<AddRoleToInstanceProfileOutputNothing> {
        let mut profile = state::profile(tx, &input.instance_profile_name)?;
        let role = state::role(tx, &input.role_name)?;
        if profile.role.is_some() {
            return Err(errors::limit_exceeded_exception(
                "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1",
            ));
        }
        profile.role = Some(state::fold(&role.name));
        tx.put(&PROFILES, state::fold(&profile.name), &profile)?;
        Ok(AddRoleToInstanceProfileOutputNothing {})
    }
}

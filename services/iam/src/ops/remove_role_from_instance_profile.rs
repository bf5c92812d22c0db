use crate::{
    Iam,
    state::{self, PROFILES},
};
use api_iam::{
    RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileOutputNothing, RemoveRoleFromInstanceProfileRequest,
    errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<RemoveRoleFromInstanceProfile> for Iam {
    fn access(call: &Call, input: &RemoveRoleFromInstanceProfileRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: RemoveRoleFromInstanceProfileRequest,
    ) -> Outcome<RemoveRoleFromInstanceProfileOutputNothing> {
        let mut profile = state::profile(tx, &input.instance_profile_name)?;
        let role = state::role(tx, &input.role_name)?;
        if profile.role != Some(state::fold(&role.name)) {
            let message = format!("The role with name {} cannot be found.", input.role_name);
            return Err(errors::no_such_entity_exception(message));
        }
        profile.role = None;
        tx.put(&PROFILES, state::fold(&profile.name), &profile)?;
        Ok(RemoveRoleFromInstanceProfileOutputNothing {})
    }
}

use crate::{
    Iam,
    state::{self, PROFILES},
};
use api_iam::{DeleteInstanceProfile, DeleteInstanceProfileOutputNothing, DeleteInstanceProfileRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteInstanceProfile> for Iam {
    fn access(call: &Call, input: &DeleteInstanceProfileRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteInstanceProfileRequest,
    ) -> Outcome<DeleteInstanceProfileOutputNothing> {
        let profile = state::profile(tx, &input.instance_profile_name)?;
        if profile.role.is_some() {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(errors::delete_conflict_exception(message));
        }
        tx.delete(&PROFILES, state::fold(&profile.name));
        Ok(DeleteInstanceProfileOutputNothing {})
    }
}

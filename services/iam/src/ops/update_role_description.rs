use crate::{
    Iam,
    describe::{self, Detail},
    family::Owner,
    state::{self, ROLES},
};
use api_iam::{UpdateRoleDescription, UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateRoleDescription> for Iam {
    fn access(call: &Call, input: &UpdateRoleDescriptionRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateRoleDescriptionRequest) -> Outcome<UpdateRoleDescriptionResponse> {
        // AWS: the description of a service's role is its owner's to change.
        let mut role = state::role(tx, &input.role_name)?;
        role.description = Some(input.description);
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(UpdateRoleDescriptionResponse { role: Some(describe::role(tx, &role, Detail::Full)) })
    }
}

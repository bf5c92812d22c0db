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
        let mut role = state::own_role(tx, &input.role_name)?;
        role.description = Some(input.description);
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(UpdateRoleDescriptionResponse { role: Some(describe::role(tx, &role, Detail::Full)) })
    }
}

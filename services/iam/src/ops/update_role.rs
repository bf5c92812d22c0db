use crate::{
    Iam,
    family::Owner,
    state::{self, ROLES},
};
use api_iam::{UpdateRole, UpdateRoleRequest, UpdateRoleResponse};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateRole> for Iam {
    fn access(call: &Call, input: &UpdateRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateRoleRequest) -> Outcome<UpdateRoleResponse> {
        let mut role = state::own_role(tx, &input.role_name)?;
        role.description = input.description.or(role.description);
        role.max_session_seconds = input.max_session_duration.unwrap_or(role.max_session_seconds);
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(UpdateRoleResponse {})
    }
}

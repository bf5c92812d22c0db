use crate::{
    Iam,
    family::Owner,
    state::{self, ROLES},
};
use api_iam::{
    DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryOutputNothing, DeleteRolePermissionsBoundaryRequest,
    errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteRolePermissionsBoundary> for Iam {
    fn access(call: &Call, input: &DeleteRolePermissionsBoundaryRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteRolePermissionsBoundaryRequest,
    ) -> Outcome<DeleteRolePermissionsBoundaryOutputNothing> {
        let mut role = state::own_role(tx, &input.role_name)?;
        if role.boundary.take().is_none() {
            let message = format!("The role with name {} has no permissions boundary.", role.name);
            return Err(errors::no_such_entity_exception(message));
        }
        tx.put(&ROLES, state::fold(&role.name), &role)?;
        Ok(DeleteRolePermissionsBoundaryOutputNothing {})
    }
}

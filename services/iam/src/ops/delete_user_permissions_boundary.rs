use crate::{
    Iam,
    family::Owner,
    state::{self, USERS},
};
use api_iam::{
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryOutputNothing, DeleteUserPermissionsBoundaryRequest,
    errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteUserPermissionsBoundary> for Iam {
    fn access(call: &Call, input: &DeleteUserPermissionsBoundaryRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteUserPermissionsBoundaryRequest,
    ) -> Outcome<DeleteUserPermissionsBoundaryOutputNothing> {
        let mut user = state::user(tx, &input.user_name)?;
        if user.boundary.take().is_none() {
            let message = format!("The user with name {} has no permissions boundary.", user.name);
            return Err(errors::no_such_entity_exception(message));
        }
        tx.put(&USERS, state::fold(&user.name), &user)?;
        Ok(DeleteUserPermissionsBoundaryOutputNothing {})
    }
}

use crate::{
    Iam,
    family::Owner,
    lookup,
    state::{self, PROFILES, ROLES},
};
use api_iam::{DeleteRole, DeleteRoleOutputNothing, DeleteRoleRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteRole> for Iam {
    fn access(call: &Call, input: &DeleteRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteRoleRequest) -> Outcome<DeleteRoleOutputNothing> {
        let role = state::own_role(tx, &input.role_name)?;
        let key = state::fold(&role.name);
        for row in tx.scan(&PROFILES, ()) {
            if row?.1.role.as_ref() == Some(&key) {
                let message = "Cannot delete entity, must remove roles from instance profile first.";
                return Err(errors::delete_conflict_exception(message));
            }
        }
        lookup::check_bare(tx, &role.id)?;
        tx.delete(&ROLES, key);
        Ok(DeleteRoleOutputNothing {})
    }
}

use crate::{
    Iam,
    family::Owner,
    state::{self, ATTACHED, INLINE, ROLES},
};
use api_iam::{DeleteServiceLinkedRole, DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteServiceLinkedRole> for Iam {
    fn access(call: &Call, input: &DeleteServiceLinkedRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name)
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteServiceLinkedRoleRequest,
    ) -> Outcome<DeleteServiceLinkedRoleResponse> {
        let role = state::role(tx, &input.role_name)?;
        let Some(service) = role.path.strip_prefix(state::SERVICE_ROLE_PATH) else {
            let message = format!("{} is not a service-linked role.", role.name);
            return Err(errors::no_such_entity_exception(message));
        };
        let task = format!("task{}{service}{}/{}", state::SERVICE_ROLE_PATH, role.name, call.entropy.uuid());
        tx.delete_prefix(&INLINE, (role.id.as_str(),));
        tx.delete_prefix(&ATTACHED, (role.id.as_str(),));
        tx.delete(&ROLES, state::fold(&role.name));
        Ok(DeleteServiceLinkedRoleResponse { deletion_task_id: task })
    }
}

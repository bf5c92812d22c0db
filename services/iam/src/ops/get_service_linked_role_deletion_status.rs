use crate::{
    Iam,
    state::{self, ROLES},
};
use api_iam::{
    DeletionTaskStatusType, GetServiceLinkedRoleDeletionStatus, GetServiceLinkedRoleDeletionStatusRequest,
    GetServiceLinkedRoleDeletionStatusResponse, errors,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetServiceLinkedRoleDeletionStatus> for Iam {
    fn access(_: &Call, _: &GetServiceLinkedRoleDeletionStatusRequest) -> Access {
        Access::any()
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetServiceLinkedRoleDeletionStatusRequest,
    ) -> Outcome<GetServiceLinkedRoleDeletionStatusResponse> {
        // Deletion is done when it is answered, so a task that names no living role has succeeded.
        let name = input.deletion_task_id.rsplit('/').nth(1).filter(|_| input.deletion_task_id.starts_with("task/"));
        let missing = || format!("The deletion task {} cannot be found.", input.deletion_task_id);
        let name = name.ok_or_else(|| errors::no_such_entity_exception(missing()))?;
        let is_there = tx.has(&ROLES, state::fold(name))?;
        let status = if is_there { DeletionTaskStatusType::Failed } else { DeletionTaskStatusType::Succeeded };
        Ok(GetServiceLinkedRoleDeletionStatusResponse { status })
    }
}

use super::change_set::{arn, find_change_set};
use crate::{
    CloudFormation,
    api::{DeleteChangeSet, DeleteChangeSetInput, DeleteChangeSetOutput, ExecutionStatus, errors},
    state::CHANGE_SETS,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteChangeSet> for CloudFormation {
    fn access(call: &Call, input: &DeleteChangeSetInput) -> Access {
        Access::to(arn(call, &input.change_set_name, input.stack_name.as_deref()))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteChangeSetInput) -> Outcome<DeleteChangeSetOutput> {
        let found = find_change_set(tx, &input.change_set_name, input.stack_name.as_deref());
        let (stack, set) = match found {
            Ok(found) => found,
            // AWS: a change set that is not there is deleted already.
            Err(error) if error.is(&errors::ChangeSetNotFoundException) => return Ok(DeleteChangeSetOutput {}),
            Err(error) => return Err(error),
        };
        if set.execution() == ExecutionStatus::ExecuteInProgress {
            let (name, status) = (&set.name, set.execution());
            return Err(errors::invalid_change_set_status_exception(format!(
                "ChangeSet [{name}] cannot be deleted in its current status of {status}"
            )));
        }
        tx.delete(&CHANGE_SETS, (stack.uuid.as_str(), set.uuid.as_str()));
        Ok(DeleteChangeSetOutput {})
    }
}

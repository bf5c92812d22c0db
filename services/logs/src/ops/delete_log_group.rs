use crate::{
    Logs,
    state::{self, EVENTS, GROUPS, STREAMS},
};
use api_logs::{DeleteLogGroup, DeleteLogGroupOutputNothing, DeleteLogGroupRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteLogGroup> for Logs {
    fn access(call: &Call, input: &DeleteLogGroupRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteLogGroupRequest) -> Outcome<DeleteLogGroupOutputNothing> {
        let name = input.log_group_name;
        if state::group(tx, &name)?.is_protected {
            return Err(errors::validation_exception(
                "Log group cannot be deleted because deletion protection is enabled for it.",
            ));
        }
        tx.delete_prefix(&EVENTS, (name.clone(),));
        tx.delete_prefix(&STREAMS, (name.clone(),));
        tx.delete(&GROUPS, name);
        Ok(DeleteLogGroupOutputNothing {})
    }
}

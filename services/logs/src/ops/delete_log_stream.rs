use crate::{
    Logs,
    state::{self, EVENTS, GROUPS, STREAMS},
};
use api_logs::{DeleteLogStream, DeleteLogStreamOutputNothing, DeleteLogStreamRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteLogStream> for Logs {
    fn access(call: &Call, input: &DeleteLogStreamRequest) -> Access {
        Access::to(state::stream_arn(call, &input.log_group_name, &input.log_stream_name))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteLogStreamRequest) -> Outcome<DeleteLogStreamOutputNothing> {
        let key = (input.log_group_name, input.log_stream_name);
        let mut group = state::group(tx, &key.0)?;
        state::stream(tx, &key.0, &key.1)?;
        let mut bytes = 0;
        for row in tx.scan(&EVENTS, (key.0.clone(), key.1.clone())) {
            bytes += (row?.1.message.len() + state::EVENT_OVERHEAD_BYTES) as u64;
        }
        group.stored_bytes = group.stored_bytes.saturating_sub(bytes);
        tx.put(&GROUPS, key.0.clone(), &group)?;
        tx.delete_prefix(&EVENTS, (key.0.clone(), key.1.clone()));
        tx.delete(&STREAMS, key);
        Ok(DeleteLogStreamOutputNothing {})
    }
}

use crate::{
    Logs,
    state::{self, STREAMS, Stream},
};
use api_logs::{CreateLogStream, CreateLogStreamOutputNothing, CreateLogStreamRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateLogStream> for Logs {
    fn access(call: &Call, input: &CreateLogStreamRequest) -> Access {
        Access::to(state::stream_arn(call, &input.log_group_name, &input.log_stream_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateLogStreamRequest) -> Outcome<CreateLogStreamOutputNothing> {
        state::group(tx, &input.log_group_name)?;
        let key = (input.log_group_name, input.log_stream_name);
        if tx.has(&STREAMS, key.clone())? {
            return Err(errors::resource_already_exists_exception("The specified log stream already exists"));
        }
        let stream = Stream { created: call.now, first_event: None, last_event: None, last_ingestion: None };
        tx.put(&STREAMS, key, &stream)?;
        Ok(CreateLogStreamOutputNothing {})
    }
}

//! Brings an environment's lines to CloudWatch Logs, as the function's role.
//!
//! AWS: a role that may not write logs gets none, and nobody is told.

use crate::engine::output::{Line, Sink};
use api_logs::{
    CreateLogGroup, CreateLogGroupRequest, CreateLogStream, CreateLogStreamRequest, InputLogEvent, PutLogEvents,
    PutLogEventsRequest, errors,
};
use kernel::{Call, Cloud, Outcome};
use std::{sync::Arc, time::Duration};

/// One batch; far below AWS's quota, so that other writers of the store do not wait for a chatty function.
const BATCH_LINES: usize = 5_000;
const BATCH_BYTES: usize = 512 * 1024;
/// Lines that belong together should travel together. It also keeps a function that writes without end from filling the
/// disk at the disk's speed.
const LINGER: Duration = Duration::from_millis(20);
/// A batch that cannot be written is given up after this many tries.
const MOST_TRIES: u32 = 5;

pub(super) struct Shipper {
    pub(super) cloud: Cloud,
    /// `None`: there is no role, so nothing may be written.
    pub(super) call: Option<Call>,
    pub(super) sink: Arc<Sink>,
    pub(super) group: String,
    pub(super) stream: String,
}

impl Shipper {
    /// Ships until the sink is closed and empty. When the model stops, what was written until then is shipped.
    pub(super) async fn run(self) {
        let mut is_made = false;
        let mut is_refused = self.call.is_none();
        let mut last = i64::MIN;
        let mut is_stopping = false;
        loop {
            let has_lines = tokio::select! {
                biased;
                () = self.cloud.stopping(), if !is_stopping => {
                    is_stopping = true;
                    self.sink.close();
                    continue;
                }
                has_lines = self.sink.has_lines() => has_lines,
            };
            if !has_lines {
                break;
            }
            if !is_stopping {
                linger().await;
            }
            let lines = self.sink.take(BATCH_LINES, BATCH_BYTES);
            if is_refused {
                continue;
            }
            if !is_made {
                is_made = self.make_stream().await.is_ok();
                is_refused = !is_made;
                if is_refused {
                    continue;
                }
            }
            let events = lines.into_iter().map(|line| in_order(line, &mut last)).collect();
            is_refused = !self.put(events).await;
        }
    }

    async fn make_stream(&self) -> Outcome<()> {
        let call = self.call.as_ref().expect("without a caller nothing is made");
        let stream =
            || CreateLogStreamRequest { log_group_name: self.group.clone(), log_stream_name: self.stream.clone() };
        match self.cloud.call::<CreateLogStream>(call, stream()).await {
            Err(error) if error.is(&errors::ResourceNotFoundException) => {}
            done => return done.map(drop),
        }
        let group = CreateLogGroupRequest { log_group_name: self.group.clone(), ..Default::default() };
        match self.cloud.call::<CreateLogGroup>(call, group).await {
            Err(error) if !error.is(&errors::ResourceAlreadyExistsException) => return Err(error),
            _ => {}
        }
        self.cloud.call::<CreateLogStream>(call, stream()).await.map(drop)
    }

    /// `false`: no more is to be tried.
    async fn put(&self, log_events: Vec<InputLogEvent>) -> bool {
        let Some(call) = &self.call else { return false };
        let input = PutLogEventsRequest {
            log_group_name: self.group.clone(),
            log_stream_name: self.stream.clone(),
            log_events,
        };
        for _ in 0..MOST_TRIES {
            match self.cloud.call::<PutLogEvents>(call, input.clone()).await {
                Ok(_) => return true,
                // The group was deleted meanwhile; AWS makes it again.
                Err(error) if error.is(&errors::ResourceNotFoundException) => {
                    if self.make_stream().await.is_err() {
                        return false;
                    }
                }
                Err(error) if error.status >= 500 => linger().await,
                Err(_) => return false,
            }
        }
        true
    }
}

/// AWS wants a batch in order; the model's clock may have been moved back between two lines.
fn in_order(line: Line, last: &mut i64) -> InputLogEvent {
    *last = line.time.millis().max(*last);
    InputLogEvent { timestamp: *last, message: line.text }
}

#[expect(clippy::disallowed_methods, reason = "lines of a real process come in the machine's time")]
async fn linger() {
    tokio::time::sleep(LINGER).await;
}

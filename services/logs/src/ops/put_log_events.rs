use crate::{
    Logs,
    state::{self, EVENT_OVERHEAD_BYTES, EVENTS, Event, GROUPS, STREAMS},
};
use api_logs::{InputLogEvent, PutLogEvents, PutLogEventsRequest, PutLogEventsResponse, RejectedLogEventsInfo, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

/// AWS quotas of one batch and of one event in it.
const BATCH_BYTES: usize = 1_048_576;
const EVENT_BYTES: usize = 1_048_576;
const BATCH_SPAN_MS: i64 = 24 * 3_600_000;
/// AWS: events from further back or ahead are rejected, the rest of the batch is taken.
const OLDEST_MS: i64 = 14 * 24 * 3_600_000;
const NEWEST_MS: i64 = 2 * 3_600_000;

impl Write<PutLogEvents> for Logs {
    fn access(call: &Call, input: &PutLogEventsRequest) -> Access {
        Access::to(state::stream_arn(call, &input.log_group_name, &input.log_stream_name))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutLogEventsRequest) -> Outcome<PutLogEventsResponse> {
        let mut group = state::group(tx, &input.log_group_name)?;
        let mut stream = state::stream(tx, &input.log_group_name, &input.log_stream_name)?;
        check(&input.log_events)?;
        let now = call.now.millis();
        let (taken, rejected) = sift(&input.log_events, now, group.expiry(call.now));
        for event in &input.log_events[taken] {
            let key = (input.log_group_name.clone(), input.log_stream_name.clone(), event.timestamp, group.events);
            tx.put(&EVENTS, key, &Event { message: event.message.clone(), ingested: call.now })?;
            group.events += 1;
            group.stored_bytes += (event.message.len() + EVENT_OVERHEAD_BYTES) as u64;
            stream.first_event = Some(stream.first_event.map_or(event.timestamp, |at| at.min(event.timestamp)));
            stream.last_event = Some(stream.last_event.map_or(event.timestamp, |at| at.max(event.timestamp)));
            stream.last_ingestion = Some(call.now);
        }
        let token = format!("{:056}", group.events);
        tx.put(&GROUPS, input.log_group_name.clone(), &group)?;
        tx.put(&STREAMS, (input.log_group_name, input.log_stream_name), &stream)?;
        Ok(PutLogEventsResponse { next_sequence_token: Some(token), rejected_log_events_info: rejected })
    }
}

/// The rules that refuse a whole batch.
fn check(events: &[InputLogEvent]) -> Outcome<()> {
    let wrong = |why: String| Err(errors::invalid_parameter_exception(why));
    if events.windows(2).any(|pair| pair[0].timestamp > pair[1].timestamp) {
        return wrong("Log events in a single PutLogEvents request must be in chronological order.".into());
    }
    if let (Some(first), Some(last)) = (events.first(), events.last())
        && last.timestamp - first.timestamp > BATCH_SPAN_MS
    {
        return wrong(
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.".into(),
        );
    }
    if let Some(event) = events.iter().find(|event| event.message.len() + EVENT_OVERHEAD_BYTES > EVENT_BYTES) {
        let size = event.message.len() + EVENT_OVERHEAD_BYTES;
        return wrong(format!("Log event too large: {size} bytes exceeds limit of {EVENT_BYTES}"));
    }
    let size: usize = events.iter().map(|event| event.message.len() + EVENT_OVERHEAD_BYTES).sum();
    if size > BATCH_BYTES {
        return wrong(format!("Upload too large: {size} bytes exceeds limit of {BATCH_BYTES}"));
    }
    Ok(())
}

/// Which events are taken, and what is said of the others. They are in order, so those taken are in one piece.
fn sift(events: &[InputLogEvent], now: i64, expiry: i64) -> (std::ops::Range<usize>, Option<RejectedLogEventsInfo>) {
    let before = |time: i64| events.partition_point(|event| event.timestamp < time);
    let (expired, too_old) = (before(expiry), before(now - OLDEST_MS));
    let too_new = before((now + NEWEST_MS).saturating_add(1));
    let index = |at: usize| i32::try_from(at).ok();
    let begin = expired.max(too_old);
    let info = RejectedLogEventsInfo {
        too_new_log_event_start_index: (too_new < events.len()).then(|| index(too_new)).flatten(),
        too_old_log_event_end_index: (too_old > 0).then(|| index(too_old)).flatten(),
        expired_log_event_end_index: (expired > 0).then(|| index(expired)).flatten(),
    };
    let is_whole = begin == 0 && too_new == events.len();
    (begin..too_new.max(begin), (!is_whole).then_some(info))
}

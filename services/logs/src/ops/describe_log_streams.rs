use crate::{
    Logs,
    state::{self, GroupName, STREAMS, Stream},
};
use api_logs::{DescribeLogStreams, DescribeLogStreamsRequest, DescribeLogStreamsResponse, LogStream, OrderBy, errors};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS's default and largest page.
const PAGE: usize = 50;

fn named(call: &Call, input: &DescribeLogStreamsRequest) -> Outcome<GroupName> {
    GroupName::of(call, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())
}

impl Read<DescribeLogStreams> for Logs {
    fn access(call: &Call, input: &DescribeLogStreamsRequest) -> Access {
        named(call, input).map_or_else(|_| Access::any(), |group| Access::to(group.resource("")))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: DescribeLogStreamsRequest) -> Outcome<DescribeLogStreamsResponse> {
        let group = named(call, &input)?;
        let tx = tx.peek(&group.scope);
        state::group(&tx, &group.name)?;
        let is_by_time = input.order_by == Some(OrderBy::LastEventTime);
        if is_by_time && input.log_stream_name_prefix.is_some() {
            return Err(errors::invalid_parameter_exception(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        let prefix = input.log_stream_name_prefix.unwrap_or_default();
        let mut streams = Vec::new();
        for row in tx.scan(&STREAMS, (group.name.clone(),)) {
            let ((_, name), stream) = row?;
            if name.starts_with(&prefix) {
                streams.push((name, stream));
            }
        }
        if is_by_time {
            streams.sort_by(|one, two| (one.1.last_event, &one.0).cmp(&(two.1.last_event, &two.0)));
        }
        if input.descending == Some(true) {
            streams.reverse();
        }
        // The token names the last stream that was told.
        let begin = match &input.next_token {
            None => 0,
            Some(token) => streams.iter().position(|(name, _)| name == token).map_or(streams.len(), |at| at + 1),
        };
        let limit = input.limit.map_or(PAGE, |limit| limit.unsigned_abs() as usize);
        let end = (begin + limit).min(streams.len());
        let next_token = (end < streams.len()).then(|| streams[end - 1].0.clone());
        let page = streams.drain(begin..end);
        let told = page.map(|(name, stream)| describe(&group, name, &stream)).collect();
        Ok(DescribeLogStreamsResponse { log_streams: Some(told), next_token })
    }
}

fn describe(group: &GroupName, name: String, stream: &Stream) -> LogStream {
    LogStream {
        creation_time: Some(stream.created.millis()),
        first_event_timestamp: stream.first_event,
        last_event_timestamp: stream.last_event,
        last_ingestion_time: stream.last_ingestion.map(base::Timestamp::millis),
        // AWS still gives a token, which nobody has to send any more.
        upload_sequence_token: stream.last_ingestion.map(|at| format!("{:056}", at.millis())),
        arn: Some(group.resource(&name).to_string()),
        // AWS: always zero since 2019.
        stored_bytes: Some(0),
        log_stream_name: Some(name),
    }
}

//! `AWS::Logs::LogStream`. Its physical id is its name alone, so the group is read from the properties.

use api_logs::{
    CreateLogStream, CreateLogStreamRequest, DeleteLogStream, DeleteLogStreamRequest, DescribeLogStreams,
    DescribeLogStreamsRequest,
    cfn::{LOG_STREAM, LogStream},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct LogStreamResource;

/// AWS quota: the length of a stream's name.
const NAME_CHARS: usize = 512;

fn name_of(stack: &StackCall, properties: &LogStream) -> String {
    properties.log_stream_name.clone().unwrap_or_else(|| stack.physical_name(NAME_CHARS))
}

impl Resource for LogStreamResource {
    type Properties = LogStream;

    fn schema(&self) -> &'static shape::Resource {
        &LOG_STREAM
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: LogStream) -> Outcome<String> {
        let name = name_of(stack, &properties);
        let input = CreateLogStreamRequest { log_group_name: properties.log_group_name, log_stream_name: name.clone() };
        cloud.call::<CreateLogStream>(&stack.call, input).await?;
        Ok(name)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: LogStream) -> Outcome<Option<String>> {
        if properties.log_stream_name.is_some() {
            return Ok(None);
        }
        let name = name_of(stack, &properties);
        let input = DescribeLogStreamsRequest {
            log_group_name: Some(properties.log_group_name),
            log_stream_name_prefix: Some(name.clone()),
            ..Default::default()
        };
        let found = cloud.call::<DescribeLogStreams>(&stack.call, input).await?.log_streams.unwrap_or_default();
        Ok(found.iter().any(|stream| stream.log_stream_name.as_ref() == Some(&name)).then_some(name))
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: LogStream) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: LogStream, _: LogStream) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: LogStream) -> Outcome<()> {
        let input = DeleteLogStreamRequest { log_group_name: properties.log_group_name, log_stream_name: id.into() };
        match cloud.call::<DeleteLogStream>(&stack.call, input).await {
            Err(error) if !error.is(&errors::ResourceNotFoundException) => Err(error),
            _ => Ok(()),
        }
    }
}

//! `AWS::Lambda::EventInvokeConfig`. Its physical id is made of the function and the qualifier.

use super::gone_is_deleted;
use api_lambda::{
    DeleteFunctionEventInvokeConfig, DeleteFunctionEventInvokeConfigRequest, DestinationConfig,
    PutFunctionEventInvokeConfig, PutFunctionEventInvokeConfigRequest,
    cfn::{EVENT_INVOKE_CONFIG, EventInvokeConfig},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct EventInvokeConfigResource;

/// Putting it again changes nothing, so a retry needs no adoption.
async fn put(cloud: &Cloud, stack: &StackCall, properties: EventInvokeConfig) -> Outcome<()> {
    let number = |given: Option<i64>| given.map(|value| i32::try_from(value).unwrap_or(i32::MAX));
    let input = PutFunctionEventInvokeConfigRequest {
        function_name: properties.function_name,
        qualifier: Some(properties.qualifier),
        maximum_retry_attempts: number(properties.maximum_retry_attempts),
        maximum_event_age_in_seconds: number(properties.maximum_event_age_in_seconds),
        destination_config: Some(DestinationConfig::default()),
    };
    cloud.call::<PutFunctionEventInvokeConfig>(&stack.call, input).await.map(drop)
}

impl Resource for EventInvokeConfigResource {
    type Properties = EventInvokeConfig;

    fn schema(&self) -> &'static shape::Resource {
        &EVENT_INVOKE_CONFIG
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: EventInvokeConfig) -> Outcome<String> {
        let id = format!("{}|{}", properties.function_name, properties.qualifier);
        put(cloud, stack, properties).await?;
        Ok(id)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: EventInvokeConfig) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        _: &str,
        _: EventInvokeConfig,
        new: EventInvokeConfig,
    ) -> Outcome<Updated> {
        put(cloud, stack, new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: EventInvokeConfig) -> Outcome<()> {
        let input = DeleteFunctionEventInvokeConfigRequest {
            function_name: properties.function_name,
            qualifier: Some(properties.qualifier),
        };
        gone_is_deleted(cloud.call::<DeleteFunctionEventInvokeConfig>(&stack.call, input).await)
    }
}

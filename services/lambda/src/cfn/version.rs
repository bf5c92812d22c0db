//! `AWS::Lambda::Version`. Its physical id is the version's ARN.

use super::gone_is_deleted;
use api_lambda::{
    DeleteFunction, DeleteFunctionRequest, PublishVersion, PublishVersionRequest,
    cfn::{VERSION, Version},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct VersionResource;

impl Resource for VersionResource {
    type Properties = Version;

    fn schema(&self) -> &'static shape::Resource {
        &VERSION
    }

    /// Publishing again what did not change answers the same version, so a retry needs no adoption.
    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Version) -> Outcome<String> {
        let input = PublishVersionRequest {
            function_name: properties.function_name,
            code_sha256: properties.code_sha256,
            description: properties.description,
            ..Default::default()
        };
        let made = cloud.call::<PublishVersion>(&stack.call, input).await?;
        Ok(made.function_arn.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Version) -> Outcome<Map<Json>> {
        let number = id.rsplit(':').next().unwrap_or_default();
        Ok([("FunctionArn".into(), Json::from(id)), ("Version".into(), Json::from(number))].into())
    }

    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: Version, _: Version) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Version) -> Outcome<()> {
        let input = DeleteFunctionRequest { function_name: id.into(), ..Default::default() };
        gone_is_deleted(cloud.call::<DeleteFunction>(&stack.call, input).await)
    }
}

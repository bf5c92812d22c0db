//! `AWS::Lambda::LayerVersion`. Its physical id is the version's ARN.

use super::gone_is_deleted;
use api_lambda::{
    Architecture, DeleteLayerVersion, DeleteLayerVersionRequest, LayerVersionContentInput, PublishLayerVersion,
    PublishLayerVersionRequest, Runtime,
    cfn::{LAYER_VERSION, LayerVersion},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct LayerVersionResource;

/// AWS quota: the length of a layer's name.
const NAME_CHARS: usize = 140;

impl Resource for LayerVersionResource {
    type Properties = LayerVersion;

    fn schema(&self) -> &'static shape::Resource {
        &LAYER_VERSION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: LayerVersion) -> Outcome<String> {
        let runtimes = properties.compatible_runtimes.iter().flatten().filter_map(|name| Runtime::parse(name));
        let architectures =
            properties.compatible_architectures.iter().flatten().filter_map(|name| Architecture::parse(name));
        let input = PublishLayerVersionRequest {
            compatible_runtimes: Some(runtimes.collect()),
            compatible_architectures: Some(architectures.collect()),
            layer_name: properties.layer_name.unwrap_or_else(|| stack.physical_name(NAME_CHARS)),
            description: properties.description,
            content: LayerVersionContentInput {
                s3_bucket: Some(properties.content.s3_bucket),
                s3_key: Some(properties.content.s3_key),
                s3_object_version: properties.content.s3_object_version,
                ..Default::default()
            },
            license_info: properties.license_info,
        };
        Ok(cloud.call::<PublishLayerVersion>(&stack.call, input).await?.layer_version_arn.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: LayerVersion) -> Outcome<Map<Json>> {
        Ok([("LayerVersionArn".into(), Json::from(id))].into())
    }

    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: LayerVersion, _: LayerVersion) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: LayerVersion) -> Outcome<()> {
        let Some((layer, number)) = id.rsplit_once(':') else { return Ok(()) };
        let Ok(version_number) = number.parse() else { return Ok(()) };
        let input = DeleteLayerVersionRequest { layer_name: layer.into(), version_number };
        gone_is_deleted(cloud.call::<DeleteLayerVersion>(&stack.call, input).await)
    }
}

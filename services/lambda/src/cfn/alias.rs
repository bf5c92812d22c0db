//! `AWS::Lambda::Alias`. Its physical id is the alias' ARN.

use super::gone_is_deleted;
use api_lambda::{
    AliasRoutingConfiguration, CreateAlias, CreateAliasRequest, DeleteAlias, DeleteAliasRequest, UpdateAlias,
    UpdateAliasRequest,
    cfn::{ALIAS, Alias},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct AliasResource;

fn routing(properties: &Alias) -> AliasRoutingConfiguration {
    let weights = properties.routing_config.as_ref().and_then(|routing| routing.additional_version_weights.as_ref());
    let weights = weights.into_iter().flatten().map(|one| (one.function_version.clone(), one.function_weight));
    AliasRoutingConfiguration { additional_version_weights: Some(weights.collect()) }
}

impl Resource for AliasResource {
    type Properties = Alias;

    fn schema(&self) -> &'static shape::Resource {
        &ALIAS
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Alias) -> Outcome<String> {
        let input = CreateAliasRequest {
            routing_config: Some(routing(&properties)),
            function_name: properties.function_name,
            name: properties.name,
            function_version: properties.function_version,
            description: properties.description,
        };
        Ok(cloud.call::<CreateAlias>(&stack.call, input).await?.alias_arn.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Alias) -> Outcome<Map<Json>> {
        Ok([("AliasArn".into(), Json::from(id))].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, _: &str, _: Alias, new: Alias) -> Outcome<Updated> {
        let input = UpdateAliasRequest {
            routing_config: Some(routing(&new)),
            function_name: new.function_name,
            name: new.name,
            function_version: Some(new.function_version),
            description: Some(new.description.unwrap_or_default()),
            ..Default::default()
        };
        cloud.call::<UpdateAlias>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: Alias) -> Outcome<()> {
        let input = DeleteAliasRequest { function_name: properties.function_name, name: properties.name };
        gone_is_deleted(cloud.call::<DeleteAlias>(&stack.call, input).await)
    }
}

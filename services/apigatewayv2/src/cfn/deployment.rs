//! `AWS::ApiGatewayV2::Deployment`.

use super::gone_is_deleted;
use api_apigatewayv2::{
    CreateDeployment, CreateDeploymentRequest, DeleteDeployment, DeleteDeploymentRequest, UpdateDeployment,
    UpdateDeploymentRequest,
    cfn::{DEPLOYMENT, Deployment},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct DeploymentResource;

impl Resource for DeploymentResource {
    type Properties = Deployment;

    fn schema(&self) -> &'static shape::Resource {
        &DEPLOYMENT
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Deployment) -> Outcome<String> {
        let made = cloud.call::<CreateDeployment>(&stack.call, wanted(properties)?).await?;
        Ok(made.deployment_id.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Deployment) -> Outcome<Map<Json>> {
        Ok([("DeploymentId".into(), id.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _old: Deployment,
        new: Deployment,
    ) -> Outcome<Updated> {
        // AWS: a deployment stays what it was; only its description changes.
        let description = Some(new.description.unwrap_or_default());
        let input = UpdateDeploymentRequest { api_id: new.api_id, deployment_id: id.into(), description };
        cloud.call::<UpdateDeployment>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Deployment) -> Outcome<()> {
        let input = DeleteDeploymentRequest { api_id: properties.api_id, deployment_id: id.into() };
        gone_is_deleted(cloud.call::<DeleteDeployment>(&stack.call, input).await)
    }
}

fn wanted(properties: Deployment) -> Outcome<CreateDeploymentRequest> {
    Ok(CreateDeploymentRequest {
        api_id: properties.api_id,
        description: properties.description,
        stage_name: properties.stage_name,
    })
}

//! `AWS::Cognito::UserPoolResourceServer`.

use super::{convert, forgiving};
use api_cognito_idp::{
    CreateResourceServer, CreateResourceServerRequest, DeleteResourceServer, DeleteResourceServerRequest,
    UpdateResourceServer, UpdateResourceServerRequest,
    cfn::{self, USER_POOL_RESOURCE_SERVER, UserPoolResourceServer},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct UserPoolResourceServerResource;

impl Resource for UserPoolResourceServerResource {
    type Properties = UserPoolResourceServer;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_RESOURCE_SERVER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolResourceServer) -> Outcome<String> {
        let identifier = properties.identifier.clone();
        let input: CreateResourceServerRequest =
            convert(&shapes::CreateResourceServerRequest, (&cfn::UserPoolResourceServer, properties), &[])?;
        cloud.call::<CreateResourceServer>(&stack.call, input).await?;
        Ok(identifier)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: UserPoolResourceServer) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        _: &str,
        _: UserPoolResourceServer,
        new: UserPoolResourceServer,
    ) -> Outcome<Updated> {
        let input: UpdateResourceServerRequest =
            convert(&shapes::UpdateResourceServerRequest, (&cfn::UserPoolResourceServer, new), &[])?;
        cloud.call::<UpdateResourceServer>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        properties: UserPoolResourceServer,
    ) -> Outcome<()> {
        let input = DeleteResourceServerRequest { user_pool_id: properties.user_pool_id, identifier: id.into() };
        forgiving(cloud.call::<DeleteResourceServer>(&stack.call, input).await)
    }
}

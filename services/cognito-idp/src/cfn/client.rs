//! `AWS::Cognito::UserPoolClient`.

use super::{convert, forgiving};
use api_cognito_idp::{
    CreateUserPoolClient, CreateUserPoolClientRequest, DeleteUserPoolClient, DeleteUserPoolClientRequest,
    DescribeUserPoolClient, DescribeUserPoolClientRequest, UpdateUserPoolClient, UpdateUserPoolClientRequest,
    cfn::{self, USER_POOL_CLIENT, UserPoolClient},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::{Value as Json, json};
use shape::Map;

/// AWS: a client's name has at most so many characters.
const MOST_NAME: usize = 128;

pub(crate) struct UserPoolClientResource;

impl Resource for UserPoolClientResource {
    type Properties = UserPoolClient;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_CLIENT
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolClient) -> Outcome<String> {
        let name = properties.client_name.clone().unwrap_or_else(|| stack.physical_name(MOST_NAME));
        let more = [("ClientName", &*name)];
        let input: CreateUserPoolClientRequest =
            convert(&shapes::CreateUserPoolClientRequest, (&cfn::UserPoolClient, properties), &more)?;
        let made = cloud.call::<CreateUserPoolClient>(&stack.call, input).await?;
        Ok(made.user_pool_client.unwrap_or_default().client_id.unwrap_or_default())
    }

    async fn attributes(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        properties: UserPoolClient,
    ) -> Outcome<Map<Json>> {
        let input = DescribeUserPoolClientRequest { user_pool_id: properties.user_pool_id, client_id: id.into() };
        let found =
            cloud.call::<DescribeUserPoolClient>(&stack.call, input).await?.user_pool_client.unwrap_or_default();
        let mut attributes: Map<Json> = [("ClientId".to_owned(), json!(id))].into();
        attributes.extend(found.client_name.map(|name| ("Name".to_owned(), json!(name))));
        attributes.extend(found.client_secret.map(|secret| ("ClientSecret".to_owned(), json!(secret))));
        Ok(attributes)
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: UserPoolClient,
        new: UserPoolClient,
    ) -> Outcome<Updated> {
        let input: UpdateUserPoolClientRequest =
            convert(&shapes::UpdateUserPoolClientRequest, (&cfn::UserPoolClient, new), &[("ClientId", id)])?;
        cloud.call::<UpdateUserPoolClient>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: UserPoolClient) -> Outcome<()> {
        let input = DeleteUserPoolClientRequest { user_pool_id: properties.user_pool_id, client_id: id.into() };
        forgiving(cloud.call::<DeleteUserPoolClient>(&stack.call, input).await)
    }
}

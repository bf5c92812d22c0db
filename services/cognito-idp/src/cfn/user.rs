//! `AWS::Cognito::UserPoolUser`.

use super::{convert, forgiving};
use api_cognito_idp::{
    AdminCreateUser, AdminCreateUserRequest, AdminDeleteUser, AdminDeleteUserRequest,
    cfn::{self, USER_POOL_USER, UserPoolUser},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: a user name has at most so many characters.
const MOST_NAME: usize = 128;

pub(crate) struct UserPoolUserResource;

impl Resource for UserPoolUserResource {
    type Properties = UserPoolUser;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_USER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolUser) -> Outcome<String> {
        let name = properties.username.clone().unwrap_or_else(|| stack.physical_name(MOST_NAME));
        let input: AdminCreateUserRequest =
            convert(&shapes::AdminCreateUserRequest, (&cfn::UserPoolUser, properties), &[("Username", &name)])?;
        let made = cloud.call::<AdminCreateUser>(&stack.call, input).await?.user.unwrap_or_default();
        // AWS: the id is the user name that the pool knows, which is made up where people sign in with an address.
        Ok(made.username.unwrap_or(name))
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: UserPoolUser) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: UserPoolUser, _: UserPoolUser) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: UserPoolUser) -> Outcome<()> {
        let input = AdminDeleteUserRequest { user_pool_id: properties.user_pool_id, username: id.into() };
        forgiving(cloud.call::<AdminDeleteUser>(&stack.call, input).await)
    }
}

//! `AWS::Cognito::UserPoolGroup`, and who is put into one.

use super::{convert, forgiving, parts};
use api_cognito_idp::{
    AdminAddUserToGroup, AdminAddUserToGroupRequest, AdminRemoveUserFromGroup, AdminRemoveUserFromGroupRequest,
    CreateGroup, CreateGroupRequest, DeleteGroup, DeleteGroupRequest, UpdateGroup, UpdateGroupRequest,
    cfn::{self, USER_POOL_GROUP, USER_POOL_USER_TO_GROUP_ATTACHMENT, UserPoolGroup, UserPoolUserToGroupAttachment},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: a group's name has at most so many characters.
const MOST_NAME: usize = 128;

pub(crate) struct UserPoolGroupResource;

impl Resource for UserPoolGroupResource {
    type Properties = UserPoolGroup;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_GROUP
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolGroup) -> Outcome<String> {
        let name = properties.group_name.clone().unwrap_or_else(|| stack.physical_name(MOST_NAME));
        let input: CreateGroupRequest =
            convert(&shapes::CreateGroupRequest, (&cfn::UserPoolGroup, properties), &[("GroupName", &name)])?;
        cloud.call::<CreateGroup>(&stack.call, input).await?;
        Ok(name)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: UserPoolGroup) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: UserPoolGroup,
        new: UserPoolGroup,
    ) -> Outcome<Updated> {
        let input: UpdateGroupRequest =
            convert(&shapes::UpdateGroupRequest, (&cfn::UserPoolGroup, new), &[("GroupName", id)])?;
        cloud.call::<UpdateGroup>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: UserPoolGroup) -> Outcome<()> {
        let input = DeleteGroupRequest { group_name: id.into(), user_pool_id: properties.user_pool_id };
        forgiving(cloud.call::<DeleteGroup>(&stack.call, input).await)
    }
}

pub(crate) struct UserPoolUserToGroupAttachmentResource;

impl Resource for UserPoolUserToGroupAttachmentResource {
    type Properties = UserPoolUserToGroupAttachment;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_USER_TO_GROUP_ATTACHMENT
    }

    async fn create(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: UserPoolUserToGroupAttachment,
    ) -> Outcome<String> {
        let UserPoolUserToGroupAttachment { group_name, user_pool_id, username } = properties;
        let id = format!("{group_name}|{username}");
        let input = AdminAddUserToGroupRequest { user_pool_id, username, group_name };
        cloud.call::<AdminAddUserToGroup>(&stack.call, input).await?;
        Ok(id)
    }

    async fn attributes(
        &self,
        _: &Cloud,
        _: &StackCall,
        _: &str,
        _: UserPoolUserToGroupAttachment,
    ) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(
        &self,
        _: &Cloud,
        _: &StackCall,
        _: &str,
        _: UserPoolUserToGroupAttachment,
        _: UserPoolUserToGroupAttachment,
    ) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        properties: UserPoolUserToGroupAttachment,
    ) -> Outcome<()> {
        let (group, username) = parts(id);
        let input = AdminRemoveUserFromGroupRequest {
            user_pool_id: properties.user_pool_id,
            username: username.into(),
            group_name: group.into(),
        };
        forgiving(cloud.call::<AdminRemoveUserFromGroup>(&stack.call, input).await)
    }
}

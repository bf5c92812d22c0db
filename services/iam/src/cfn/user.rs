//! `AWS::IAM::User` and `AWS::IAM::UserToGroupAddition`.

use super::{Policies, attribute, dropped, gone, tags, undone};
use crate::family::Owner;
use api_iam::{
    AddUserToGroup, AddUserToGroupRequest, CreateUser, CreateUserRequest, DeleteUser, DeleteUserPermissionsBoundary,
    DeleteUserPermissionsBoundaryRequest, DeleteUserRequest, GetUser, GetUserRequest, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryRequest, RemoveUserFromGroup, RemoveUserFromGroupRequest, Tag, TagUser, TagUserRequest,
    UntagUser, UntagUserRequest, UpdateUser, UpdateUserRequest,
    cfn::{USER, USER_TO_GROUP_ADDITION, User, UserToGroupAddition},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: the longest name of a user, and of an addition, which is only an id.
const LONGEST_NAME: usize = 64;

pub(crate) struct UserResource;

impl Resource for UserResource {
    type Properties = User;

    fn schema(&self) -> &'static shape::Resource {
        &USER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: User) -> Outcome<String> {
        let name = properties.user_name.clone().unwrap_or_else(|| stack.physical_name(LONGEST_NAME));
        let input = CreateUserRequest {
            path: properties.path.clone(),
            user_name: name.clone(),
            permissions_boundary: properties.permissions_boundary.clone(),
            tags: Some(all_tags(stack, &properties)),
        };
        cloud.call::<CreateUser>(&stack.call, input).await?;
        match equip(cloud, stack, &name, &properties, &User::default()).await {
            Ok(()) => Ok(name),
            Err(reason) => undone(reason, self.delete(cloud, stack, &name, properties)).await,
        }
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: User) -> Outcome<Option<String>> {
        if properties.user_name.is_some() {
            return Ok(None);
        }
        let name = stack.physical_name(LONGEST_NAME);
        let input = GetUserRequest { user_name: Some(name.clone()) };
        if cloud.call::<GetUser>(&stack.call, input).await.is_err() {
            return Ok(None);
        }
        equip(cloud, stack, &name, &properties, &User::default()).await?;
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: User) -> Outcome<Map<Json>> {
        let input = GetUserRequest { user_name: Some(id.into()) };
        let found = cloud.call::<GetUser>(&stack.call, input).await?.user;
        Ok([attribute("Arn", found.arn)].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: User, new: User) -> Outcome<Updated> {
        let user_name = id.to_owned();
        if old.path != new.path {
            let new_path = Some(new.path.clone().unwrap_or_else(|| "/".into()));
            let input = UpdateUserRequest { user_name: user_name.clone(), new_path, new_user_name: None };
            cloud.call::<UpdateUser>(&stack.call, input).await?;
        }
        if old.permissions_boundary != new.permissions_boundary {
            set_boundary(cloud, stack, id, new.permissions_boundary.clone()).await?;
        }
        let (before, after) = (own_tags(&old), all_tags(stack, &new));
        let gone_keys = dropped(&before, &after);
        if !gone_keys.is_empty() {
            let input = UntagUserRequest { user_name: user_name.clone(), tag_keys: gone_keys };
            cloud.call::<UntagUser>(&stack.call, input).await?;
        }
        if !after.is_empty() && before != after {
            cloud.call::<TagUser>(&stack.call, TagUserRequest { user_name, tags: after }).await?;
        }
        equip(cloud, stack, id, &new, &old).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: User) -> Outcome<()> {
        equip(cloud, stack, id, &User::default(), &properties).await?;
        gone(cloud.call::<DeleteUser>(&stack.call, DeleteUserRequest { user_name: id.into() }).await)
    }
}

/// Gives the user its groups and policies, and takes those that only `old` has.
async fn equip(cloud: &Cloud, stack: &StackCall, name: &str, new: &User, old: &User) -> Outcome<()> {
    let (now, before) = (new.groups.clone().unwrap_or_default(), old.groups.clone().unwrap_or_default());
    for group in before.iter().filter(|group| !now.contains(group)) {
        gone(remove(cloud, stack, group, name).await)?;
    }
    for group in now.iter().filter(|group| !before.contains(group)) {
        add(cloud, stack, group, name).await?;
    }
    policies(new).replace(cloud, stack, Owner::User, name, &policies(old)).await
}

async fn add(cloud: &Cloud, stack: &StackCall, group: &str, user: &str) -> Outcome<()> {
    let input = AddUserToGroupRequest { group_name: group.into(), user_name: user.into() };
    cloud.call::<AddUserToGroup>(&stack.call, input).await.map(drop)
}

async fn remove(cloud: &Cloud, stack: &StackCall, group: &str, user: &str) -> Outcome<()> {
    let input = RemoveUserFromGroupRequest { group_name: group.into(), user_name: user.into() };
    cloud.call::<RemoveUserFromGroup>(&stack.call, input).await.map(drop)
}

async fn set_boundary(cloud: &Cloud, stack: &StackCall, id: &str, boundary: Option<String>) -> Outcome<()> {
    match boundary {
        Some(permissions_boundary) => {
            let input = PutUserPermissionsBoundaryRequest { user_name: id.into(), permissions_boundary };
            cloud.call::<PutUserPermissionsBoundary>(&stack.call, input).await.map(drop)
        }
        None => {
            let input = DeleteUserPermissionsBoundaryRequest { user_name: id.into() };
            gone(cloud.call::<DeleteUserPermissionsBoundary>(&stack.call, input).await)
        }
    }
}

fn policies(properties: &User) -> Policies {
    let inline = properties.policies.iter().flatten();
    let inline = inline.map(|policy| (policy.policy_name.clone(), policy.policy_document.clone()));
    Policies::new(inline, properties.managed_policy_arns.clone())
}

fn own_tags(properties: &User) -> Vec<Tag> {
    let own = properties.tags.iter().flatten();
    own.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

fn all_tags(stack: &StackCall, properties: &User) -> Vec<Tag> {
    tags(stack, own_tags(properties).into_iter().map(|tag| (tag.key, tag.value)))
}

pub(crate) struct UserToGroupAdditionResource;

impl Resource for UserToGroupAdditionResource {
    type Properties = UserToGroupAddition;

    fn schema(&self) -> &'static shape::Resource {
        &USER_TO_GROUP_ADDITION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserToGroupAddition) -> Outcome<String> {
        for user in &properties.users {
            add(cloud, stack, &properties.group_name, user).await?;
        }
        Ok(stack.physical_name(LONGEST_NAME))
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: UserToGroupAddition) -> Outcome<Map<Json>> {
        Ok([attribute("Id", id)].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        _: &str,
        old: UserToGroupAddition,
        new: UserToGroupAddition,
    ) -> Outcome<Updated> {
        let is_same_group = old.group_name == new.group_name;
        for user in &new.users {
            add(cloud, stack, &new.group_name, user).await?;
        }
        for user in old.users.iter().filter(|user| !is_same_group || !new.users.contains(user)) {
            gone(remove(cloud, stack, &old.group_name, user).await)?;
        }
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: UserToGroupAddition) -> Outcome<()> {
        for user in &properties.users {
            gone(remove(cloud, stack, &properties.group_name, user).await)?;
        }
        Ok(())
    }
}

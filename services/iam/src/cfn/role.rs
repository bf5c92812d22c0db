//! `AWS::IAM::Role`.

use super::{Policies, attribute, dropped, gone, tags, text, undone};
use crate::family::Owner;
use api_iam::{
    CreateRole, CreateRoleRequest, DeleteRole, DeleteRolePermissionsBoundary, DeleteRolePermissionsBoundaryRequest,
    DeleteRoleRequest, GetRole, GetRoleRequest, PutRolePermissionsBoundary, PutRolePermissionsBoundaryRequest, Tag,
    TagRole, TagRoleRequest, UntagRole, UntagRoleRequest, UpdateAssumeRolePolicy, UpdateAssumeRolePolicyRequest,
    UpdateRole, UpdateRoleRequest,
    cfn::{ROLE, Role},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: the longest name of a role.
const LONGEST_NAME: usize = 64;
/// AWS: what a role has that says nothing.
const DEFAULT_SESSION_SECONDS: i64 = 3600;

pub(crate) struct RoleResource;

impl Resource for RoleResource {
    type Properties = Role;

    fn schema(&self) -> &'static shape::Resource {
        &ROLE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Role) -> Outcome<String> {
        let name = properties.role_name.clone().unwrap_or_else(|| stack.physical_name(LONGEST_NAME));
        let input = CreateRoleRequest {
            path: properties.path.clone(),
            role_name: name.clone(),
            assume_role_policy_document: text(&properties.assume_role_policy_document),
            description: properties.description.clone(),
            max_session_duration: seconds(&properties),
            permissions_boundary: properties.permissions_boundary.clone(),
            tags: Some(all_tags(stack, &properties)),
        };
        cloud.call::<CreateRole>(&stack.call, input).await?;
        let wanted = policies(&properties);
        match wanted.replace(cloud, stack, Owner::Role, &name, &Policies::default()).await {
            Ok(()) => Ok(name),
            Err(reason) => undone(reason, self.delete(cloud, stack, &name, properties)).await,
        }
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Role) -> Outcome<Option<String>> {
        if properties.role_name.is_some() {
            return Ok(None);
        }
        let name = stack.physical_name(LONGEST_NAME);
        let input = GetRoleRequest { role_name: name.clone() };
        if cloud.call::<GetRole>(&stack.call, input).await.is_err() {
            return Ok(None);
        }
        policies(&properties).replace(cloud, stack, Owner::Role, &name, &Policies::default()).await?;
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Role) -> Outcome<Map<Json>> {
        let found = cloud.call::<GetRole>(&stack.call, GetRoleRequest { role_name: id.into() }).await?.role;
        Ok([attribute("Arn", found.arn), attribute("RoleId", found.role_id)].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Role, new: Role) -> Outcome<Updated> {
        let role_name = id.to_owned();
        if old.assume_role_policy_document != new.assume_role_policy_document {
            let policy_document = text(&new.assume_role_policy_document);
            let input = UpdateAssumeRolePolicyRequest { role_name: role_name.clone(), policy_document };
            cloud.call::<UpdateAssumeRolePolicy>(&stack.call, input).await?;
        }
        if old.description != new.description || old.max_session_duration != new.max_session_duration {
            let input = UpdateRoleRequest {
                role_name: role_name.clone(),
                description: Some(new.description.clone().unwrap_or_default()),
                max_session_duration: seconds(&new),
            };
            cloud.call::<UpdateRole>(&stack.call, input).await?;
        }
        if old.permissions_boundary != new.permissions_boundary {
            set_boundary(cloud, stack, id, new.permissions_boundary.clone()).await?;
        }
        let (before, after) = (own_tags(&old), all_tags(stack, &new));
        let gone_keys = dropped(&before, &after);
        if !gone_keys.is_empty() {
            let input = UntagRoleRequest { role_name: role_name.clone(), tag_keys: gone_keys };
            cloud.call::<UntagRole>(&stack.call, input).await?;
        }
        if !after.is_empty() && before != after {
            cloud.call::<TagRole>(&stack.call, TagRoleRequest { role_name, tags: after }).await?;
        }
        policies(&new).replace(cloud, stack, Owner::Role, id, &policies(&old)).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Role) -> Outcome<()> {
        let nothing = Policies::default();
        nothing.replace(cloud, stack, Owner::Role, id, &policies(&properties)).await?;
        gone(cloud.call::<DeleteRole>(&stack.call, DeleteRoleRequest { role_name: id.into() }).await)
    }
}

async fn set_boundary(cloud: &Cloud, stack: &StackCall, id: &str, boundary: Option<String>) -> Outcome<()> {
    match boundary {
        Some(permissions_boundary) => {
            let input = PutRolePermissionsBoundaryRequest { role_name: id.into(), permissions_boundary };
            cloud.call::<PutRolePermissionsBoundary>(&stack.call, input).await.map(drop)
        }
        None => {
            let input = DeleteRolePermissionsBoundaryRequest { role_name: id.into() };
            gone(cloud.call::<DeleteRolePermissionsBoundary>(&stack.call, input).await)
        }
    }
}

fn policies(properties: &Role) -> Policies {
    let inline = properties.policies.iter().flatten();
    let inline = inline.map(|policy| (policy.policy_name.clone(), policy.policy_document.clone()));
    Policies::new(inline, properties.managed_policy_arns.clone())
}

fn seconds(properties: &Role) -> Option<i32> {
    i32::try_from(properties.max_session_duration.unwrap_or(DEFAULT_SESSION_SECONDS)).ok()
}

fn own_tags(properties: &Role) -> Vec<Tag> {
    let own = properties.tags.iter().flatten();
    own.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

fn all_tags(stack: &StackCall, properties: &Role) -> Vec<Tag> {
    tags(stack, own_tags(properties).into_iter().map(|tag| (tag.key, tag.value)))
}

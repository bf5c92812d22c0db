//! `AWS::IAM::Policy`, `RolePolicy`, `UserPolicy` and `GroupPolicy`: inline policies as resources of their own.

use super::{attribute, delete_inline, gone, put_inline, text, undone};
use crate::family::Owner;
use api_iam::cfn::{GROUP_POLICY, GroupPolicy, POLICY, Policy, ROLE_POLICY, RolePolicy, USER_POLICY, UserPolicy};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

/// AWS: the longest id that is made up for a policy.
const LONGEST_NAME: usize = 128;

pub(crate) struct PolicyResource;

impl Resource for PolicyResource {
    type Properties = Policy;

    fn schema(&self) -> &'static shape::Resource {
        &POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Policy) -> Outcome<String> {
        let id = stack.physical_name(LONGEST_NAME);
        match put_all(cloud, stack, &properties).await {
            Ok(()) => Ok(id),
            Err(reason) => undone(reason, self.delete(cloud, stack, &id, properties)).await,
        }
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Policy) -> Outcome<Map<Json>> {
        Ok([attribute("Id", id)].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, _: &str, old: Policy, new: Policy) -> Outcome<Updated> {
        put_all(cloud, stack, &new).await?;
        let kept = owners(&new);
        for (owner, name) in owners(&old) {
            if old.policy_name != new.policy_name || !kept.contains(&(owner, name)) {
                gone(delete_inline(cloud, stack, owner, name, &old.policy_name).await)?;
            }
        }
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: Policy) -> Outcome<()> {
        for (owner, name) in owners(&properties) {
            gone(delete_inline(cloud, stack, owner, name, &properties.policy_name).await)?;
        }
        Ok(())
    }
}

async fn put_all(cloud: &Cloud, stack: &StackCall, properties: &Policy) -> Outcome<()> {
    let owners = owners(properties);
    if owners.is_empty() {
        return Err(ApiError::validation("At least one of [Groups,Roles,Users] must be non-empty."));
    }
    for (owner, name) in owners {
        let document = text(&properties.policy_document);
        put_inline(cloud, stack, owner, name, &properties.policy_name, &document).await?;
    }
    Ok(())
}

fn owners(properties: &Policy) -> Vec<(Owner, &str)> {
    let users = properties.users.iter().flatten().map(|name| (Owner::User, name.as_str()));
    let groups = properties.groups.iter().flatten().map(|name| (Owner::Group, name.as_str()));
    let roles = properties.roles.iter().flatten().map(|name| (Owner::Role, name.as_str()));
    users.chain(groups).chain(roles).collect()
}

/// The three types with one owner are the same but for the owner. Their id is both names.
macro_rules! owned {
    ($($resource:ident $properties:ident $schema:ident $owner:ident $name:ident;)*) => { $(
        pub(crate) struct $resource;

        impl Resource for $resource {
            type Properties = $properties;

            fn schema(&self) -> &'static shape::Resource {
                &$schema
            }

            async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: $properties) -> Outcome<String> {
                put_one(cloud, stack, Owner::$owner, &properties.$name, &properties.policy_name, &properties.policy_document)
                    .await?;
                Ok(format!("{}|{}", properties.policy_name, properties.$name))
            }

            async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: $properties) -> Outcome<Map<Json>> {
                Ok(Map::new())
            }

            async fn update(
                &self,
                cloud: &Cloud,
                stack: &StackCall,
                _: &str,
                _: $properties,
                new: $properties,
            ) -> Outcome<Updated> {
                put_one(cloud, stack, Owner::$owner, &new.$name, &new.policy_name, &new.policy_document).await?;
                Ok(Updated::InPlace)
            }

            async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: $properties) -> Outcome<()> {
                gone(delete_inline(cloud, stack, Owner::$owner, &properties.$name, &properties.policy_name).await)
            }
        }
    )* };
}

owned! {
    RolePolicyResource RolePolicy ROLE_POLICY Role role_name;
    UserPolicyResource UserPolicy USER_POLICY User user_name;
    GroupPolicyResource GroupPolicy GROUP_POLICY Group group_name;
}

async fn put_one(
    cloud: &Cloud,
    stack: &StackCall,
    owner: Owner,
    name: &str,
    policy: &str,
    document: &Option<Json>,
) -> Outcome<()> {
    let Some(document) = document else {
        return Err(ApiError::validation("Resource handler returned message: PolicyDocument is required."));
    };
    put_inline(cloud, stack, owner, name, policy, &text(document)).await
}

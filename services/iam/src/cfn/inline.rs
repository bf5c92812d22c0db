//! `AWS::IAM::Policy`, `RolePolicy`, `UserPolicy` and `GroupPolicy`: inline policies as resources of their own.

use super::{attribute, delete_inline, gone, put_inline, text, undone};
use crate::family::Owner;
use api_iam::cfn::{GROUP_POLICY, GroupPolicy, POLICY, Policy, ROLE_POLICY, RolePolicy, USER_POLICY, UserPolicy};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map, Shape};
use std::marker::PhantomData;

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

/// What the three types with one owner differ in.
pub(crate) trait OneOwner: Shape + Send + 'static {
    const SCHEMA: &'static shape::Resource;
    const OWNER: Owner;
    fn owner(&self) -> &str;
    fn policy(&self) -> &str;
    fn document(&self) -> Option<&Json>;
}

impl OneOwner for RolePolicy {
    const SCHEMA: &'static shape::Resource = &ROLE_POLICY;
    const OWNER: Owner = Owner::Role;
    fn owner(&self) -> &str {
        &self.role_name
    }
    fn policy(&self) -> &str {
        &self.policy_name
    }
    fn document(&self) -> Option<&Json> {
        self.policy_document.as_ref()
    }
}

impl OneOwner for UserPolicy {
    const SCHEMA: &'static shape::Resource = &USER_POLICY;
    const OWNER: Owner = Owner::User;
    fn owner(&self) -> &str {
        &self.user_name
    }
    fn policy(&self) -> &str {
        &self.policy_name
    }
    fn document(&self) -> Option<&Json> {
        self.policy_document.as_ref()
    }
}

impl OneOwner for GroupPolicy {
    const SCHEMA: &'static shape::Resource = &GROUP_POLICY;
    const OWNER: Owner = Owner::Group;
    fn owner(&self) -> &str {
        &self.group_name
    }
    fn policy(&self) -> &str {
        &self.policy_name
    }
    fn document(&self) -> Option<&Json> {
        self.policy_document.as_ref()
    }
}

/// The type of such a policy. Its id is both names.
pub(crate) struct OwnedPolicy<P>(PhantomData<fn() -> P>);

pub(crate) const fn owned<P: OneOwner>() -> OwnedPolicy<P> {
    OwnedPolicy(PhantomData)
}

impl<P: OneOwner> Resource for OwnedPolicy<P> {
    type Properties = P;

    fn schema(&self) -> &'static shape::Resource {
        P::SCHEMA
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: P) -> Outcome<String> {
        let id = format!("{}|{}", properties.policy(), properties.owner());
        put_one(cloud, stack, properties).await?;
        Ok(id)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: P) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, _: &str, _: P, new: P) -> Outcome<Updated> {
        put_one(cloud, stack, new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: P) -> Outcome<()> {
        let (owner, policy) = (properties.owner().to_owned(), properties.policy().to_owned());
        drop(properties);
        gone(delete_inline(cloud, stack, P::OWNER, &owner, &policy).await)
    }
}

async fn put_one<P: OneOwner>(cloud: &Cloud, stack: &StackCall, properties: P) -> Outcome<()> {
    let Some(document) = properties.document().map(text) else {
        return Err(ApiError::validation("PolicyDocument is required."));
    };
    let (owner, policy) = (properties.owner().to_owned(), properties.policy().to_owned());
    drop(properties);
    put_inline(cloud, stack, P::OWNER, &owner, &policy, &document).await
}

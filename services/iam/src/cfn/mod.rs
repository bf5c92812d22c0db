//! CloudFormation types, by IAM's public operations; and what they share.
//!
//! CloudFormation's own tags (`aws:…`) are not put on what IAM keeps: IAM refuses that prefix.

pub(crate) mod access_key;
pub(crate) mod group;
pub(crate) mod inline;
pub(crate) mod instance_profile;
pub(crate) mod managed_policy;
pub(crate) mod oidc_provider;
pub(crate) mod role;
pub(crate) mod service_linked_role;
pub(crate) mod user;

use crate::family::Owner;
use api_iam::*;
use kernel::{Cloud, Outcome, StackCall};
use serde_json::Value as Json;
use shape::ApiError;
use std::{collections::BTreeMap, future::Future};

/// What hangs on a user, group or role.
#[derive(Default)]
struct Policies {
    /// Name and document.
    inline: BTreeMap<String, String>,
    attached: Vec<String>,
}

impl Policies {
    fn new(inline: impl Iterator<Item = (String, Json)>, attached: Option<Vec<String>>) -> Self {
        let inline = inline.map(|(name, document)| (name, text(&document))).collect();
        Self { inline, attached: attached.unwrap_or_default() }
    }

    /// Makes `owner` have these and no longer those of `old` that are not among them.
    async fn replace(&self, cloud: &Cloud, stack: &StackCall, owner: Owner, name: &str, old: &Self) -> Outcome<()> {
        for arn in old.attached.iter().filter(|arn| !self.attached.contains(arn)) {
            gone(detach(cloud, stack, owner, name, arn).await)?;
        }
        for policy in old.inline.keys().filter(|policy| !self.inline.contains_key(*policy)) {
            gone(delete_inline(cloud, stack, owner, name, policy).await)?;
        }
        for (policy, document) in self.inline.iter().filter(|(policy, text)| old.inline.get(*policy) != Some(text)) {
            put_inline(cloud, stack, owner, name, policy, document).await?;
        }
        for arn in self.attached.iter().filter(|arn| !old.attached.contains(arn)) {
            attach(cloud, stack, owner, name, arn).await?;
        }
        Ok(())
    }
}

/// A document as a template writes it: as JSON, or as a text that is JSON.
fn text(document: &Json) -> String {
    document.as_str().map_or_else(|| document.to_string(), str::to_owned)
}

/// What is not there is deleted already.
fn gone<T>(answer: Outcome<T>) -> Outcome<()> {
    match answer {
        Err(error) if !error.is(&errors::NoSuchEntityException) => Err(error),
        _ => Ok(()),
    }
}

/// Undoes what was half made, and answers with the reason.
async fn undone<T>(reason: ApiError, undo: impl Future<Output = Outcome<()>>) -> Outcome<T> {
    if let Err(second) = undo.await {
        tracing::warn!(%second, "what was half made could not be deleted");
    }
    Err(reason)
}

/// The stack's tags and those of the resource.
fn tags(stack: &StackCall, own: impl Iterator<Item = (String, String)>) -> Vec<Tag> {
    let mut all: BTreeMap<String, String> = stack.tags.iter().cloned().collect();
    all.extend(own);
    all.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

/// The keys of `old` that are not in `new`.
fn dropped(old: &[Tag], new: &[Tag]) -> Vec<String> {
    let stays = |key: &String| new.iter().any(|tag| tag.key == *key);
    old.iter().map(|tag| tag.key.clone()).filter(|key| !stays(key)).collect()
}

fn attribute(name: &str, value: impl Into<Json>) -> (String, Json) {
    (name.to_owned(), value.into())
}

async fn put_inline(
    cloud: &Cloud,
    stack: &StackCall,
    owner: Owner,
    name: &str,
    policy: &str,
    document: &str,
) -> Outcome<()> {
    let (name, policy_name, policy_document) = (name.to_owned(), policy.to_owned(), document.to_owned());
    match owner {
        Owner::User => {
            let input = PutUserPolicyRequest { user_name: name, policy_name, policy_document };
            cloud.call::<PutUserPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Group => {
            let input = PutGroupPolicyRequest { group_name: name, policy_name, policy_document };
            cloud.call::<PutGroupPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Role => {
            let input = PutRolePolicyRequest { role_name: name, policy_name, policy_document };
            cloud.call::<PutRolePolicy>(&stack.call, input).await.map(drop)
        }
    }
}

async fn delete_inline(cloud: &Cloud, stack: &StackCall, owner: Owner, name: &str, policy: &str) -> Outcome<()> {
    let (name, policy_name) = (name.to_owned(), policy.to_owned());
    match owner {
        Owner::User => {
            let input = DeleteUserPolicyRequest { user_name: name, policy_name };
            cloud.call::<DeleteUserPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Group => {
            let input = DeleteGroupPolicyRequest { group_name: name, policy_name };
            cloud.call::<DeleteGroupPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Role => {
            let input = DeleteRolePolicyRequest { role_name: name, policy_name };
            cloud.call::<DeleteRolePolicy>(&stack.call, input).await.map(drop)
        }
    }
}

async fn attach(cloud: &Cloud, stack: &StackCall, owner: Owner, name: &str, arn: &str) -> Outcome<()> {
    let (name, policy_arn) = (name.to_owned(), arn.to_owned());
    match owner {
        Owner::User => {
            let input = AttachUserPolicyRequest { user_name: name, policy_arn };
            cloud.call::<AttachUserPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Group => {
            let input = AttachGroupPolicyRequest { group_name: name, policy_arn };
            cloud.call::<AttachGroupPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Role => {
            let input = AttachRolePolicyRequest { role_name: name, policy_arn };
            cloud.call::<AttachRolePolicy>(&stack.call, input).await.map(drop)
        }
    }
}

async fn detach(cloud: &Cloud, stack: &StackCall, owner: Owner, name: &str, arn: &str) -> Outcome<()> {
    let (name, policy_arn) = (name.to_owned(), arn.to_owned());
    match owner {
        Owner::User => {
            let input = DetachUserPolicyRequest { user_name: name, policy_arn };
            cloud.call::<DetachUserPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Group => {
            let input = DetachGroupPolicyRequest { group_name: name, policy_arn };
            cloud.call::<DetachGroupPolicy>(&stack.call, input).await.map(drop)
        }
        Owner::Role => {
            let input = DetachRolePolicyRequest { role_name: name, policy_arn };
            cloud.call::<DetachRolePolicy>(&stack.call, input).await.map(drop)
        }
    }
}

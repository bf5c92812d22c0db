//! `AWS::IAM::ManagedPolicy`.

use super::{attach, attribute, detach, gone, text, undone};
use crate::family::Owner;
use api_iam::{
    CreatePolicy, CreatePolicyRequest, CreatePolicyVersion, CreatePolicyVersionRequest, DeletePolicy,
    DeletePolicyRequest, DeletePolicyVersion, DeletePolicyVersionRequest, GetPolicy, GetPolicyRequest,
    ListPolicyVersions, ListPolicyVersionsRequest, PolicyVersion,
    cfn::{MANAGED_POLICY, ManagedPolicy},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: the longest name of a managed policy, and the versions it may have.
const LONGEST_NAME: usize = 128;
const MOST_VERSIONS: usize = 5;

pub(crate) struct ManagedPolicyResource;

impl Resource for ManagedPolicyResource {
    type Properties = ManagedPolicy;

    fn schema(&self) -> &'static shape::Resource {
        &MANAGED_POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: ManagedPolicy) -> Outcome<String> {
        let name = properties.managed_policy_name.clone().unwrap_or_else(|| stack.physical_name(LONGEST_NAME));
        let input = CreatePolicyRequest {
            policy_name: name,
            path: properties.path.clone(),
            policy_document: text(&properties.policy_document),
            description: properties.description.clone(),
            tags: None,
        };
        let made = cloud.call::<CreatePolicy>(&stack.call, input).await?.policy.unwrap_or_default();
        let arn = made.arn.unwrap_or_default();
        match attach_all(cloud, stack, &arn, &properties).await {
            Ok(()) => Ok(arn),
            Err(reason) => undone(reason, self.delete(cloud, stack, &arn, properties)).await,
        }
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: ManagedPolicy) -> Outcome<Option<String>> {
        if properties.managed_policy_name.is_some() {
            return Ok(None);
        }
        let path = properties.path.as_deref().unwrap_or("/");
        let name = stack.physical_name(LONGEST_NAME);
        let arn = stack.call.global_arn("iam", format_args!("policy{path}{name}")).to_string();
        let input = GetPolicyRequest { policy_arn: arn.clone() };
        if cloud.call::<GetPolicy>(&stack.call, input).await.is_err() {
            return Ok(None);
        }
        attach_all(cloud, stack, &arn, &properties).await?;
        Ok(Some(arn))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: ManagedPolicy) -> Outcome<Map<Json>> {
        let input = GetPolicyRequest { policy_arn: id.into() };
        let found = cloud.call::<GetPolicy>(&stack.call, input).await?.policy.unwrap_or_default();
        let time = |at: Option<base::Timestamp>| at.map(base::Timestamp::iso);
        Ok([
            attribute("PolicyArn", id),
            attribute("PolicyId", found.policy_id),
            attribute("AttachmentCount", found.attachment_count),
            attribute("PermissionsBoundaryUsageCount", found.permissions_boundary_usage_count),
            attribute("DefaultVersionId", found.default_version_id),
            attribute("IsAttachable", found.is_attachable),
            attribute("CreateDate", time(found.create_date)),
            attribute("UpdateDate", time(found.update_date)),
        ]
        .into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: ManagedPolicy,
        new: ManagedPolicy,
    ) -> Outcome<Updated> {
        if old.policy_document != new.policy_document {
            make_room(cloud, stack, id).await?;
            let input = CreatePolicyVersionRequest {
                policy_arn: id.into(),
                policy_document: text(&new.policy_document),
                set_as_default: Some(true),
            };
            cloud.call::<CreatePolicyVersion>(&stack.call, input).await?;
        }
        attach_all(cloud, stack, id, &new).await?;
        let kept = owners(&new);
        for (owner, name) in owners(&old).into_iter().filter(|held| !kept.contains(held)) {
            gone(detach(cloud, stack, owner, name, id).await)?;
        }
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: ManagedPolicy) -> Outcome<()> {
        for (owner, name) in owners(&properties) {
            gone(detach(cloud, stack, owner, name, id).await)?;
        }
        let versions = match versions(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchEntityException) => return Ok(()),
            versions => versions?,
        };
        for version in versions.into_iter().filter(|version| version.is_default_version != Some(true)) {
            gone(delete_version(cloud, stack, id, version).await)?;
        }
        gone(cloud.call::<DeletePolicy>(&stack.call, DeletePolicyRequest { policy_arn: id.into() }).await)
    }
}

/// The oldest version goes where there are as many as AWS allows.
async fn make_room(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<()> {
    let versions = versions(cloud, stack, id).await?;
    if versions.len() < MOST_VERSIONS {
        return Ok(());
    }
    let oldest = versions.into_iter().rev().find(|version| version.is_default_version != Some(true));
    match oldest {
        Some(version) => delete_version(cloud, stack, id, version).await,
        None => Ok(()),
    }
}

/// The newest first.
async fn versions(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<Vec<PolicyVersion>> {
    let input = ListPolicyVersionsRequest { policy_arn: id.into(), ..Default::default() };
    Ok(cloud.call::<ListPolicyVersions>(&stack.call, input).await?.versions.unwrap_or_default())
}

async fn delete_version(cloud: &Cloud, stack: &StackCall, id: &str, version: PolicyVersion) -> Outcome<()> {
    let version_id = version.version_id.unwrap_or_default();
    let input = DeletePolicyVersionRequest { policy_arn: id.into(), version_id };
    cloud.call::<DeletePolicyVersion>(&stack.call, input).await.map(drop)
}

async fn attach_all(cloud: &Cloud, stack: &StackCall, id: &str, properties: &ManagedPolicy) -> Outcome<()> {
    for (owner, name) in owners(properties) {
        attach(cloud, stack, owner, name, id).await?;
    }
    Ok(())
}

fn owners(properties: &ManagedPolicy) -> Vec<(Owner, &str)> {
    let users = properties.users.iter().flatten().map(|name| (Owner::User, name.as_str()));
    let groups = properties.groups.iter().flatten().map(|name| (Owner::Group, name.as_str()));
    let roles = properties.roles.iter().flatten().map(|name| (Owner::Role, name.as_str()));
    users.chain(groups).chain(roles).collect()
}

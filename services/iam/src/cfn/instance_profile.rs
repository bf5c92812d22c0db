//! `AWS::IAM::InstanceProfile`.

use super::{attribute, gone, undone};
use api_iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileRequest, CreateInstanceProfile, CreateInstanceProfileRequest,
    DeleteInstanceProfile, DeleteInstanceProfileRequest, GetInstanceProfile, GetInstanceProfileRequest,
    RemoveRoleFromInstanceProfile, RemoveRoleFromInstanceProfileRequest,
    cfn::{INSTANCE_PROFILE, InstanceProfile},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: the longest name of an instance profile.
const LONGEST_NAME: usize = 128;

pub(crate) struct InstanceProfileResource;

impl Resource for InstanceProfileResource {
    type Properties = InstanceProfile;

    fn schema(&self) -> &'static shape::Resource {
        &INSTANCE_PROFILE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: InstanceProfile) -> Outcome<String> {
        let given = properties.instance_profile_name.clone().filter(|name| !name.is_empty());
        let name = given.unwrap_or_else(|| stack.physical_name(LONGEST_NAME));
        let input = CreateInstanceProfileRequest {
            instance_profile_name: name.clone(),
            path: properties.path.clone(),
            tags: None,
        };
        cloud.call::<CreateInstanceProfile>(&stack.call, input).await?;
        match add_all(cloud, stack, &name, &properties.roles).await {
            Ok(()) => Ok(name),
            Err(reason) => undone(reason, self.delete(cloud, stack, &name, properties)).await,
        }
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: InstanceProfile) -> Outcome<Option<String>> {
        if properties.instance_profile_name.is_some_and(|name| !name.is_empty()) {
            return Ok(None);
        }
        let name = stack.physical_name(LONGEST_NAME);
        let input = GetInstanceProfileRequest { instance_profile_name: name.clone() };
        let Ok(found) = cloud.call::<GetInstanceProfile>(&stack.call, input).await else { return Ok(None) };
        if found.instance_profile.roles.is_empty() {
            add_all(cloud, stack, &name, &properties.roles).await?;
        }
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: InstanceProfile) -> Outcome<Map<Json>> {
        let input = GetInstanceProfileRequest { instance_profile_name: id.into() };
        let found = cloud.call::<GetInstanceProfile>(&stack.call, input).await?.instance_profile;
        Ok([attribute("Arn", found.arn)].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: InstanceProfile,
        new: InstanceProfile,
    ) -> Outcome<Updated> {
        if old.roles != new.roles {
            remove_all(cloud, stack, id, &old.roles).await?;
            add_all(cloud, stack, id, &new.roles).await?;
        }
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: InstanceProfile) -> Outcome<()> {
        remove_all(cloud, stack, id, &properties.roles).await?;
        let input = DeleteInstanceProfileRequest { instance_profile_name: id.into() };
        gone(cloud.call::<DeleteInstanceProfile>(&stack.call, input).await)
    }
}

async fn add_all(cloud: &Cloud, stack: &StackCall, profile: &str, roles: &[String]) -> Outcome<()> {
    for role in roles {
        let input = AddRoleToInstanceProfileRequest { instance_profile_name: profile.into(), role_name: role.clone() };
        cloud.call::<AddRoleToInstanceProfile>(&stack.call, input).await?;
    }
    Ok(())
}

async fn remove_all(cloud: &Cloud, stack: &StackCall, profile: &str, roles: &[String]) -> Outcome<()> {
    for role in roles {
        let input =
            RemoveRoleFromInstanceProfileRequest { instance_profile_name: profile.into(), role_name: role.clone() };
        gone(cloud.call::<RemoveRoleFromInstanceProfile>(&stack.call, input).await)?;
    }
    Ok(())
}

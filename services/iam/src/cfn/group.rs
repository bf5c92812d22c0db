//! `AWS::IAM::Group`.

use super::{Policies, attribute, gone, undone};
use crate::family::Owner;
use api_iam::{
    CreateGroup, CreateGroupRequest, DeleteGroup, DeleteGroupRequest, GetGroup, GetGroupRequest, UpdateGroup,
    UpdateGroupRequest,
    cfn::{GROUP, Group},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

/// AWS: the longest name of a group.
const LONGEST_NAME: usize = 128;

pub(crate) struct GroupResource;

impl Resource for GroupResource {
    type Properties = Group;

    fn schema(&self) -> &'static shape::Resource {
        &GROUP
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Group) -> Outcome<String> {
        let name = properties.group_name.clone().unwrap_or_else(|| stack.physical_name(LONGEST_NAME));
        let input = CreateGroupRequest { path: properties.path.clone(), group_name: name.clone() };
        cloud.call::<CreateGroup>(&stack.call, input).await?;
        let wanted = policies(&properties);
        match wanted.replace(cloud, stack, Owner::Group, &name, &Policies::default()).await {
            Ok(()) => Ok(name),
            Err(reason) => undone(reason, self.delete(cloud, stack, &name, properties)).await,
        }
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Group) -> Outcome<Option<String>> {
        if properties.group_name.is_some() {
            return Ok(None);
        }
        let name = stack.physical_name(LONGEST_NAME);
        let input = GetGroupRequest { group_name: name.clone(), ..Default::default() };
        if cloud.call::<GetGroup>(&stack.call, input).await.is_err() {
            return Ok(None);
        }
        policies(&properties).replace(cloud, stack, Owner::Group, &name, &Policies::default()).await?;
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Group) -> Outcome<Map<Json>> {
        let input = GetGroupRequest { group_name: id.into(), ..Default::default() };
        let found = cloud.call::<GetGroup>(&stack.call, input).await?.group;
        Ok([attribute("Arn", found.arn)].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Group, new: Group) -> Outcome<Updated> {
        if old.path != new.path {
            let new_path = Some(new.path.clone().unwrap_or_else(|| "/".into()));
            let input = UpdateGroupRequest { group_name: id.into(), new_path, new_group_name: None };
            cloud.call::<UpdateGroup>(&stack.call, input).await?;
        }
        policies(&new).replace(cloud, stack, Owner::Group, id, &policies(&old)).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Group) -> Outcome<()> {
        let nothing = Policies::default();
        nothing.replace(cloud, stack, Owner::Group, id, &policies(&properties)).await?;
        gone(cloud.call::<DeleteGroup>(&stack.call, DeleteGroupRequest { group_name: id.into() }).await)
    }
}

fn policies(properties: &Group) -> Policies {
    let inline = properties.policies.iter().flatten();
    let inline = inline.map(|policy| (policy.policy_name.clone(), policy.policy_document.clone()));
    Policies::new(inline, properties.managed_policy_arns.clone())
}

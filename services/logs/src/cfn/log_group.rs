//! `AWS::Logs::LogGroup`.

use api_logs::{
    CreateLogGroup, CreateLogGroupRequest, DeleteLogGroup, DeleteLogGroupRequest, DeleteRetentionPolicy,
    DeleteRetentionPolicyRequest, DescribeLogGroups, DescribeLogGroupsRequest, LogGroupClass, PutRetentionPolicy,
    PutRetentionPolicyRequest, TagResource, TagResourceRequest, UntagResource, UntagResourceRequest,
    cfn::{LOG_GROUP, LogGroup},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct LogGroupResource;

/// AWS quota: the length of a group's name.
const NAME_CHARS: usize = 512;

impl Resource for LogGroupResource {
    type Properties = LogGroup;

    fn schema(&self) -> &'static shape::Resource {
        &LOG_GROUP
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: LogGroup) -> Outcome<String> {
        let name = name_of(stack, &properties);
        let input = CreateLogGroupRequest {
            log_group_name: name.clone(),
            tags: Some(tags_of(stack, &properties)),
            log_group_class: properties.log_group_class.as_deref().and_then(LogGroupClass::parse),
            deletion_protection_enabled: properties.deletion_protection_enabled,
        };
        cloud.call::<CreateLogGroup>(&stack.call, input).await?;
        if let Some(days) = properties.retention_in_days {
            keep(cloud, stack, &name, days).await?;
        }
        Ok(name)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: LogGroup) -> Outcome<Option<String>> {
        if properties.log_group_name.is_some() {
            return Ok(None);
        }
        let name = name_of(stack, &properties);
        let found = find(cloud, stack, &name).await?;
        if found.is_none() {
            return Ok(None);
        }
        if let Some(days) = properties.retention_in_days {
            keep(cloud, stack, &name, days).await?;
        }
        Ok(Some(name))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: LogGroup) -> Outcome<Map<Json>> {
        let found = find(cloud, stack, id).await?.ok_or_else(crate::state::no_group)?;
        // AWS: the attribute, too, ends in `:*`.
        Ok([("Arn".into(), Json::from(found.arn.unwrap_or_default()))].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: LogGroup,
        new: LogGroup,
    ) -> Outcome<Updated> {
        if old.log_group_class != new.log_group_class {
            return Err(errors::invalid_parameter_exception("The class of a log group cannot be changed."));
        }
        if old.deletion_protection_enabled != new.deletion_protection_enabled {
            return Err(ApiError::not_implemented("changing the deletion protection of a log group"));
        }
        match new.retention_in_days {
            Some(days) => keep(cloud, stack, id, days).await?,
            None => {
                let input = DeleteRetentionPolicyRequest { log_group_name: id.into() };
                cloud.call::<DeleteRetentionPolicy>(&stack.call, input).await?;
            }
        }
        let resource_arn = stack.call.arn("logs", format_args!("log-group:{id}")).to_string();
        let (before, after) = (tags_of(stack, &old), tags_of(stack, &new));
        let gone: Vec<String> = before.into_keys().filter(|key| !after.contains_key(key)).collect();
        if !gone.is_empty() {
            let input = UntagResourceRequest { resource_arn: resource_arn.clone(), tag_keys: gone };
            cloud.call::<UntagResource>(&stack.call, input).await?;
        }
        cloud.call::<TagResource>(&stack.call, TagResourceRequest { resource_arn, tags: after }).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: LogGroup) -> Outcome<()> {
        let input = DeleteLogGroupRequest { log_group_name: id.into() };
        match cloud.call::<DeleteLogGroup>(&stack.call, input).await {
            Err(error) if !error.is(&errors::ResourceNotFoundException) => Err(error),
            _ => Ok(()),
        }
    }
}

fn name_of(stack: &StackCall, properties: &LogGroup) -> String {
    properties.log_group_name.clone().unwrap_or_else(|| stack.physical_name(NAME_CHARS))
}

fn tags_of(stack: &StackCall, properties: &LogGroup) -> Map<String> {
    let own = properties.tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    stack.tags_with(own).into_iter().collect()
}

async fn keep(cloud: &Cloud, stack: &StackCall, name: &str, days: i64) -> Outcome<()> {
    let retention_in_days = i32::try_from(days).unwrap_or(i32::MAX);
    let input = PutRetentionPolicyRequest { log_group_name: name.into(), retention_in_days };
    cloud.call::<PutRetentionPolicy>(&stack.call, input).await.map(drop)
}

async fn find(cloud: &Cloud, stack: &StackCall, name: &str) -> Outcome<Option<api_logs::LogGroup>> {
    let input = DescribeLogGroupsRequest { log_group_name_prefix: Some(name.into()), ..Default::default() };
    let found = cloud.call::<DescribeLogGroups>(&stack.call, input).await?.log_groups.unwrap_or_default();
    Ok(found.into_iter().find(|group| group.log_group_name.as_deref() == Some(name)))
}

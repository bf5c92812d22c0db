//! `AWS::SSM::Parameter`.

use api_ssm::{
    AddTagsToResource, AddTagsToResourceRequest, DeleteParameter, DeleteParameterRequest, GetParameter,
    GetParameterRequest, ParameterTier, ParameterType, PutParameter, PutParameterRequest, RemoveTagsFromResource,
    RemoveTagsFromResourceRequest, ResourceTypeForTagging, Tag,
    cfn::{PARAMETER, Parameter},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct ParameterResource;

impl Resource for ParameterResource {
    type Properties = Parameter;

    fn schema(&self) -> &'static shape::Resource {
        &PARAMETER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Parameter) -> Outcome<String> {
        let name = name(stack, &properties);
        let tags = tags(stack, &properties);
        let input = PutParameterRequest { tags: Some(shape(tags)), ..put(&name, properties, false) };
        cloud.call::<PutParameter>(&stack.call, input).await?;
        Ok(name)
    }

    /// A name that CloudFormation made up is the step's own: what bears it is what an earlier try made.
    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Parameter) -> Outcome<Option<String>> {
        if properties.name.is_some() {
            return Ok(None);
        }
        let name = name(stack, &properties);
        let input = GetParameterRequest { name: name.clone(), ..Default::default() };
        match cloud.call::<GetParameter>(&stack.call, input).await {
            Ok(_) => Ok(Some(name)),
            Err(error) if error.is(&errors::ParameterNotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Parameter) -> Outcome<Map<Json>> {
        let input = GetParameterRequest { name: id.into(), ..Default::default() };
        let found = cloud.call::<GetParameter>(&stack.call, input).await?.parameter.unwrap_or_default();
        let attribute = |value: Option<String>| Json::from(value.unwrap_or_default());
        Ok([
            ("Type".into(), attribute(found.type_.map(|kind| kind.to_string()))),
            ("Value".into(), attribute(found.value)),
        ]
        .into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Parameter,
        new: Parameter,
    ) -> Outcome<Updated> {
        let (before, after) = (tags(stack, &old), tags(stack, &new));
        cloud.call::<PutParameter>(&stack.call, put(id, new, true)).await?;
        let resource_type = ResourceTypeForTagging::Parameter;
        let is_gone = |key: &String| !after.iter().any(|(kept, _)| kept == key);
        let tag_keys: Vec<_> = before.into_iter().map(|(key, _)| key).filter(is_gone).collect();
        if !tag_keys.is_empty() {
            let input = RemoveTagsFromResourceRequest { resource_type, resource_id: id.into(), tag_keys };
            cloud.call::<RemoveTagsFromResource>(&stack.call, input).await?;
        }
        let input = AddTagsToResourceRequest { resource_type, resource_id: id.into(), tags: shape(after) };
        cloud.call::<AddTagsToResource>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Parameter) -> Outcome<()> {
        match cloud.call::<DeleteParameter>(&stack.call, DeleteParameterRequest { name: id.into() }).await {
            Err(error) if !error.is(&errors::ParameterNotFound) => Err(error),
            _ => Ok(()),
        }
    }
}

fn name(stack: &StackCall, properties: &Parameter) -> String {
    // AWS: "CFN-" and letters of its own; here the name that every resource without one gets.
    properties.name.clone().unwrap_or_else(|| stack.physical_name(1011))
}

fn tags(stack: &StackCall, properties: &Parameter) -> Vec<(String, String)> {
    stack.tags_with(properties.tags.clone().unwrap_or_default())
}

fn shape(tags: Vec<(String, String)>) -> Vec<Tag> {
    tags.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

fn put(name: &str, properties: Parameter, is_update: bool) -> PutParameterRequest {
    PutParameterRequest {
        name: name.into(),
        description: properties.description,
        value: properties.value,
        type_: ParameterType::parse(&properties.type_),
        overwrite: Some(is_update),
        allowed_pattern: properties.allowed_pattern,
        data_type: properties.data_type,
        tier: properties.tier.as_deref().and_then(ParameterTier::parse),
        ..Default::default()
    }
}

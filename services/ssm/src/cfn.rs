//! `AWS::SSM::Parameter`.

use api_ssm::{
    GetParameter, GetParameterRequest, ParameterType, PutParameter, PutParameterRequest, Tag,
    cfn::{PARAMETER, Parameter},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct ParameterResource;

impl Resource for ParameterResource {
    type Properties = Parameter;

    fn schema(&self) -> &'static shape::Resource {
        &PARAMETER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Parameter) -> Outcome<String> {
        let name = properties.name.clone().unwrap_or_else(|| stack.physical_name(1011));
        cloud.call::<PutParameter>(&stack.call, put(&name, properties, false)).await?;
        Ok(name)
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
        _: Parameter,
        new: Parameter,
    ) -> Outcome<Updated> {
        cloud.call::<PutParameter>(&stack.call, put(id, new, true)).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, _: &Cloud, _: &StackCall, _: &str, _: Parameter) -> Outcome<()> {
        Err(ApiError::not_implemented("operation DeleteParameter of ssm"))
    }
}

fn put(name: &str, properties: Parameter, is_update: bool) -> PutParameterRequest {
    let tags = properties.tags.unwrap_or_default().into_iter().map(|(key, value)| Tag { key, value });
    PutParameterRequest {
        name: name.into(),
        description: properties.description,
        value: properties.value,
        type_: ParameterType::parse(&properties.type_),
        overwrite: Some(is_update),
        allowed_pattern: properties.allowed_pattern,
        // AWS: tags and overwrite cannot be given together.
        tags: (!is_update).then(|| tags.collect()),
        data_type: properties.data_type,
    }
}

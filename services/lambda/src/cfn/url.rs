//! `AWS::Lambda::Url`. Its physical id is the ARN of the function, or of the alias.

use super::gone_is_deleted;
use api_lambda::{
    Cors, CreateFunctionUrlConfig, CreateFunctionUrlConfigRequest, DeleteFunctionUrlConfig,
    DeleteFunctionUrlConfigRequest, FunctionUrlAuthType, GetFunctionUrlConfig, GetFunctionUrlConfigRequest, InvokeMode,
    UpdateFunctionUrlConfig, UpdateFunctionUrlConfigRequest,
    cfn::{URL, Url},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct UrlResource;

fn kind(properties: &Url) -> FunctionUrlAuthType {
    FunctionUrlAuthType::parse(&properties.auth_type).unwrap_or_default()
}

fn mode(properties: &Url) -> Option<InvokeMode> {
    properties.invoke_mode.as_deref().and_then(InvokeMode::parse)
}

fn cors(properties: &Url) -> Option<Cors> {
    let cors = properties.cors.clone()?;
    Some(Cors {
        allow_credentials: cors.allow_credentials,
        allow_headers: cors.allow_headers,
        allow_methods: cors.allow_methods,
        allow_origins: cors.allow_origins,
        expose_headers: cors.expose_headers,
        max_age: cors.max_age.map(|secs| i32::try_from(secs).unwrap_or(i32::MAX)),
    })
}

impl Resource for UrlResource {
    type Properties = Url;

    fn schema(&self) -> &'static shape::Resource {
        &URL
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Url) -> Outcome<String> {
        let input = CreateFunctionUrlConfigRequest {
            auth_type: kind(&properties),
            cors: cors(&properties),
            invoke_mode: mode(&properties),
            function_name: properties.target_function_arn,
            qualifier: properties.qualifier,
        };
        Ok(cloud.call::<CreateFunctionUrlConfig>(&stack.call, input).await?.function_arn)
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Url) -> Outcome<Map<Json>> {
        let input = GetFunctionUrlConfigRequest { function_name: id.into(), ..Default::default() };
        let found = cloud.call::<GetFunctionUrlConfig>(&stack.call, input).await?;
        Ok([("FunctionUrl", found.function_url), ("FunctionArn", found.function_arn)]
            .map(|(name, value)| (name.to_owned(), Json::from(value)))
            .into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Url, new: Url) -> Outcome<Updated> {
        let input = UpdateFunctionUrlConfigRequest {
            function_name: id.into(),
            auth_type: Some(kind(&new)),
            // What a template does not say any more is taken away.
            cors: cors(&new).or_else(|| old.cors.is_some().then(Cors::default)),
            invoke_mode: mode(&new),
            ..Default::default()
        };
        cloud.call::<UpdateFunctionUrlConfig>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Url) -> Outcome<()> {
        let input = DeleteFunctionUrlConfigRequest { function_name: id.into(), ..Default::default() };
        gone_is_deleted(cloud.call::<DeleteFunctionUrlConfig>(&stack.call, input).await)
    }
}

//! `AWS::ApiGatewayV2::Api`.

use super::{gone_is_deleted, known, number};
use api_apigatewayv2::{
    Cors, CreateApi, CreateApiRequest, DeleteApi, DeleteApiRequest, DeleteCorsConfiguration,
    DeleteCorsConfigurationRequest, GetApi, GetApiRequest, GetApis, GetApisRequest, IpAddressType, ProtocolType,
    TagResource, TagResourceRequest, UntagResource, UntagResourceRequest, UpdateApi, UpdateApiRequest,
    cfn::{API, Api, ApiOfCors},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct ApiResource;

/// CloudFormation's own tag that says which try of which stack made an API.
const STACK_TAG: &str = "aws:cloudformation:stack-id";
const LOGICAL_TAG: &str = "aws:cloudformation:logical-id";

impl Resource for ApiResource {
    type Properties = Api;

    fn schema(&self) -> &'static shape::Resource {
        &API
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Api) -> Outcome<String> {
        let made = cloud.call::<CreateApi>(&stack.call, wanted(stack, properties)?).await?;
        Ok(made.api_id.unwrap_or_default())
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, _: Api) -> Outcome<Option<String>> {
        let mut token = None;
        loop {
            let input = GetApisRequest { next_token: token, ..Default::default() };
            let page = cloud.call::<GetApis>(&stack.call, input).await?;
            let ours = page.items.unwrap_or_default().into_iter().find(|api| {
                let tag = |name: &str| api.tags.as_ref().and_then(|tags| tags.get(name));
                tag(STACK_TAG) == Some(&stack.stack_id) && tag(LOGICAL_TAG) == Some(&stack.logical_id)
            });
            if let Some(api) = ours {
                return Ok(api.api_id);
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Api) -> Outcome<Map<Json>> {
        let found = cloud.call::<GetApi>(&stack.call, GetApiRequest { api_id: id.into() }).await?;
        let endpoint = found.api_endpoint.unwrap_or_default();
        Ok([("ApiId".into(), id.into()), ("ApiEndpoint".into(), endpoint.into())].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Api, new: Api) -> Outcome<Updated> {
        if old.cors_configuration.is_some() && new.cors_configuration.is_none() {
            let input = DeleteCorsConfigurationRequest { api_id: id.into() };
            cloud.call::<DeleteCorsConfiguration>(&stack.call, input).await?;
        }
        let tags = (tags(stack, &old), tags(stack, &new));
        let wanted = wanted(stack, new)?;
        let input = UpdateApiRequest {
            api_id: id.into(),
            cors_configuration: wanted.cors_configuration,
            credentials_arn: wanted.credentials_arn,
            description: Some(wanted.description.unwrap_or_default()),
            disable_execute_api_endpoint: Some(wanted.disable_execute_api_endpoint.unwrap_or(false)),
            ip_address_type: wanted.ip_address_type,
            name: Some(wanted.name),
            route_key: wanted.route_key,
            route_selection_expression: wanted.route_selection_expression,
            target: wanted.target,
            version: wanted.version,
        };
        cloud.call::<UpdateApi>(&stack.call, input).await?;
        retag(cloud, stack, &format!("/apis/{id}"), tags).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Api) -> Outcome<()> {
        gone_is_deleted(cloud.call::<DeleteApi>(&stack.call, DeleteApiRequest { api_id: id.into() }).await)
    }
}

fn tags(stack: &StackCall, properties: &Api) -> Map<String> {
    stack.tags_with(properties.tags.clone().unwrap_or_default()).into_iter().collect()
}

/// Makes the tags of a resource those of the template.
pub(super) async fn retag(
    cloud: &Cloud,
    stack: &StackCall,
    path: &str,
    (old, new): (Map<String>, Map<String>),
) -> Outcome<()> {
    let resource_arn = format!("arn:aws:apigateway:{}::{path}", stack.call.region);
    let tag_keys: Vec<_> = old.keys().filter(|key| !new.contains_key(*key)).cloned().collect();
    if !tag_keys.is_empty() {
        let input = UntagResourceRequest { resource_arn: resource_arn.clone(), tag_keys };
        cloud.call::<UntagResource>(&stack.call, input).await?;
    }
    if old != new {
        let input = TagResourceRequest { resource_arn, tags: Some(new) };
        cloud.call::<TagResource>(&stack.call, input).await?;
    }
    Ok(())
}

fn wanted(stack: &StackCall, properties: Api) -> Outcome<CreateApiRequest> {
    let tags = tags(stack, &properties);
    let protocol_type = known("ProtocolType", properties.protocol_type.as_deref(), ProtocolType::parse)?;
    let name = properties.name.ok_or_else(|| errors::bad_request_exception("Name is required to create an API"))?;
    Ok(CreateApiRequest {
        cors_configuration: properties.cors_configuration.map(cors).transpose()?,
        credentials_arn: properties.credentials_arn,
        description: properties.description,
        disable_execute_api_endpoint: properties.disable_execute_api_endpoint,
        ip_address_type: known("IpAddressType", properties.ip_address_type.as_deref(), IpAddressType::parse)?,
        name,
        protocol_type: protocol_type.ok_or_else(|| errors::bad_request_exception("ProtocolType is required"))?,
        route_key: properties.route_key,
        route_selection_expression: properties.route_selection_expression,
        tags: Some(tags),
        target: properties.target,
        version: properties.version,
    })
}

fn cors(cors: ApiOfCors) -> Outcome<Cors> {
    Ok(Cors {
        allow_credentials: cors.allow_credentials,
        allow_headers: cors.allow_headers,
        allow_methods: cors.allow_methods,
        allow_origins: cors.allow_origins,
        expose_headers: cors.expose_headers,
        max_age: number("MaxAge", cors.max_age)?,
    })
}

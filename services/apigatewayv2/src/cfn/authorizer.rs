//! `AWS::ApiGatewayV2::Authorizer`.

use super::{gone_is_deleted, known, number};
use api_apigatewayv2::{
    AuthorizerType, CreateAuthorizer, CreateAuthorizerRequest, DeleteAuthorizer, DeleteAuthorizerRequest,
    GetAuthorizers, GetAuthorizersRequest, JWTConfiguration, UpdateAuthorizer, UpdateAuthorizerRequest,
    cfn::{AUTHORIZER, Authorizer},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct AuthorizerResource;

impl Resource for AuthorizerResource {
    type Properties = Authorizer;

    fn schema(&self) -> &'static shape::Resource {
        &AUTHORIZER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Authorizer) -> Outcome<String> {
        let made = cloud.call::<CreateAuthorizer>(&stack.call, wanted(properties)?).await?;
        Ok(made.authorizer_id.unwrap_or_default())
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Authorizer) -> Outcome<Option<String>> {
        let mut token = None;
        loop {
            let api_id = properties.api_id.clone();
            let input = GetAuthorizersRequest { api_id, next_token: token, ..Default::default() };
            let page = cloud.call::<GetAuthorizers>(&stack.call, input).await?;
            let mut authorizers = page.items.unwrap_or_default().into_iter();
            // No two authorizers of an API have the same name.
            if let Some(authorizer) = authorizers.find(|authorizer| authorizer.name == properties.name) {
                return Ok(authorizer.authorizer_id);
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Authorizer) -> Outcome<Map<Json>> {
        Ok([("AuthorizerId".into(), id.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _old: Authorizer,
        new: Authorizer,
    ) -> Outcome<Updated> {
        let wanted = wanted(new)?;
        let input = UpdateAuthorizerRequest {
            api_id: wanted.api_id,
            authorizer_id: id.into(),
            authorizer_credentials_arn: wanted.authorizer_credentials_arn,
            authorizer_payload_format_version: wanted.authorizer_payload_format_version,
            authorizer_result_ttl_in_seconds: wanted.authorizer_result_ttl_in_seconds,
            authorizer_type: Some(wanted.authorizer_type),
            authorizer_uri: wanted.authorizer_uri,
            enable_simple_responses: wanted.enable_simple_responses,
            identity_source: Some(wanted.identity_source),
            jwt_configuration: wanted.jwt_configuration,
            name: Some(wanted.name),
        };
        cloud.call::<UpdateAuthorizer>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Authorizer) -> Outcome<()> {
        let input = DeleteAuthorizerRequest { api_id: properties.api_id, authorizer_id: id.into() };
        gone_is_deleted(cloud.call::<DeleteAuthorizer>(&stack.call, input).await)
    }
}

fn wanted(properties: Authorizer) -> Outcome<CreateAuthorizerRequest> {
    let kind = known("AuthorizerType", Some(&properties.authorizer_type), AuthorizerType::parse)?;
    let ttl = number("AuthorizerResultTtlInSeconds", properties.authorizer_result_ttl_in_seconds)?;
    let jwt = properties.jwt_configuration;
    Ok(CreateAuthorizerRequest {
        api_id: properties.api_id,
        authorizer_credentials_arn: properties.authorizer_credentials_arn,
        authorizer_payload_format_version: properties.authorizer_payload_format_version,
        authorizer_result_ttl_in_seconds: ttl,
        authorizer_type: kind.unwrap_or_default(),
        authorizer_uri: properties.authorizer_uri,
        enable_simple_responses: properties.enable_simple_responses,
        identity_source: properties.identity_source.unwrap_or_default(),
        jwt_configuration: jwt.map(|jwt| JWTConfiguration { audience: jwt.audience, issuer: jwt.issuer }),
        name: properties.name,
    })
}

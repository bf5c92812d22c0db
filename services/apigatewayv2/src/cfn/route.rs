//! `AWS::ApiGatewayV2::Route`.

use super::{gone_is_deleted, known};
use api_apigatewayv2::{
    AuthorizationType, CreateRoute, CreateRouteRequest, DeleteRoute, DeleteRouteRequest, GetRoutes, GetRoutesRequest,
    UpdateRoute, UpdateRouteRequest,
    cfn::{ROUTE, Route},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct RouteResource;

impl Resource for RouteResource {
    type Properties = Route;

    fn schema(&self) -> &'static shape::Resource {
        &ROUTE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Route) -> Outcome<String> {
        let made = cloud.call::<CreateRoute>(&stack.call, wanted(properties)?).await?;
        Ok(made.route_id.unwrap_or_default())
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Route) -> Outcome<Option<String>> {
        let mut token = None;
        loop {
            let api_id = properties.api_id.clone();
            let input = GetRoutesRequest { api_id, next_token: token, ..Default::default() };
            let page = cloud.call::<GetRoutes>(&stack.call, input).await?;
            let mut routes = page.items.unwrap_or_default().into_iter();
            // No two routes have the same key.
            if let Some(route) = routes.find(|route| route.route_key == properties.route_key) {
                return Ok(route.route_id);
            }
            token = page.next_token;
            if token.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Route) -> Outcome<Map<Json>> {
        Ok([("RouteId".into(), id.into())].into())
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, _old: Route, new: Route) -> Outcome<Updated> {
        let wanted = wanted(new)?;
        let input = UpdateRouteRequest {
            api_id: wanted.api_id,
            route_id: id.into(),
            api_key_required: wanted.api_key_required,
            authorization_scopes: Some(wanted.authorization_scopes.unwrap_or_default()),
            authorization_type: Some(wanted.authorization_type.unwrap_or(AuthorizationType::None)),
            authorizer_id: wanted.authorizer_id,
            operation_name: wanted.operation_name,
            route_key: Some(wanted.route_key),
            target: wanted.target,
        };
        cloud.call::<UpdateRoute>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Route) -> Outcome<()> {
        let input = DeleteRouteRequest { api_id: properties.api_id, route_id: id.into() };
        gone_is_deleted(cloud.call::<DeleteRoute>(&stack.call, input).await)
    }
}

fn wanted(properties: Route) -> Outcome<CreateRouteRequest> {
    let kind = properties.authorization_type.as_deref();
    Ok(CreateRouteRequest {
        api_id: properties.api_id,
        api_key_required: properties.api_key_required,
        authorization_scopes: properties.authorization_scopes,
        authorization_type: known("AuthorizationType", kind, AuthorizationType::parse)?,
        authorizer_id: properties.authorizer_id,
        operation_name: properties.operation_name,
        route_key: properties.route_key,
        target: properties.target,
    })
}

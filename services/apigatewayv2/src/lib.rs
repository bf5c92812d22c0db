//! Amazon API Gateway, as far as HTTP APIs go: routes to Lambda functions and HTTP hosts, JWT and Lambda authorizers,
//! CORS, stages and deployments.
//!
//! The control plane is rows and plain operations ([`state`], `ops`). What a stage serves is a *snapshot* of its API,
//! taken when it is deployed and never changed: so the data plane ([`site`]) compiles each once and keeps it by the
//! deployment's id, and there is nothing to invalidate. Rules without rows or waiting (which route, which event, which
//! CORS headers, whether a token holds) are in [`route`] and [`proxy`].
//!
//! Left out, and refused by name: WebSocket APIs, domain names, VPC links, models, OpenAPI import and export, access
//! logs, integrations with AWS services, AWS_IAM authorization.

mod answer;
mod arn;
mod cfn;
mod deploy;
mod directory;
mod limits;
mod ops;
mod page;
mod proxy;
mod route;
mod site;
mod state;
mod tags;

use api_apigatewayv2 as api;
use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct ApiGateway;

pub fn service() -> Service {
    Service::of(&api::API, ApiGateway)
        .write::<api::CreateApi>()
        .write::<api::CreateAuthorizer>()
        .write::<api::CreateDeployment>()
        .write::<api::CreateIntegration>()
        .write::<api::CreateRoute>()
        .write::<api::CreateStage>()
        .write::<api::DeleteApi>()
        .write::<api::DeleteAuthorizer>()
        .write::<api::DeleteCorsConfiguration>()
        .write::<api::DeleteDeployment>()
        .write::<api::DeleteIntegration>()
        .write::<api::DeleteRoute>()
        .write::<api::DeleteRouteSettings>()
        .write::<api::DeleteStage>()
        .read::<api::GetApi>()
        .read::<api::GetApis>()
        .read::<api::GetAuthorizer>()
        .read::<api::GetAuthorizers>()
        .read::<api::GetDeployment>()
        .read::<api::GetDeployments>()
        .read::<api::GetIntegration>()
        .read::<api::GetIntegrations>()
        .read::<api::GetRoute>()
        .read::<api::GetRoutes>()
        .read::<api::GetStage>()
        .read::<api::GetStages>()
        .read::<api::GetTags>()
        .write::<api::TagResource>()
        .write::<api::UntagResource>()
        .write::<api::UpdateApi>()
        .write::<api::UpdateAuthorizer>()
        .write::<api::UpdateDeployment>()
        .write::<api::UpdateIntegration>()
        .write::<api::UpdateRoute>()
        .write::<api::UpdateStage>()
        .resource(cfn::api::ApiResource)
        .resource(cfn::authorizer::AuthorizerResource)
        .resource(cfn::deployment::DeploymentResource)
        .resource(cfn::integration::IntegrationResource)
        .resource(cfn::route::RouteResource)
        .resource(cfn::stage::StageResource)
        .directory()
        .site(site::HttpApis::default())
        .build()
}

#[cfg(test)]
mod tests;

//! Rows as AWS shows them, with all the defaults that it fills in.
//!
//! Create, Get and Update answer with structures of their own that have the same members: [`alike`] makes one from
//! another, and a test holds that they are alike.

use crate::state::{self, Authorization, AuthorizerKind, Target};
use api_apigatewayv2::{
    Api, AuthorizationType, Authorizer, AuthorizerType, ConnectionType, Cors, Deployment, DeploymentStatus,
    Integration, IntegrationType, IpAddressType, JWTConfiguration, ProtocolType, Route, RouteSettings, Stage,
};
use base::Fault;
use kernel::{Call, Outcome};
use shape::Shape;

/// The same members under another structure's name.
pub(crate) fn alike<From: Shape, To: Shape>(from: From) -> Outcome<To> {
    To::from_value(from.into_value())
        .map_err(|mismatch| Fault::internal("two answers that should be alike are not").caused_by(mismatch).into())
}

/// `https://ID.execute-api.us-east-1.amazonaws.com`
pub(crate) fn endpoint(call: &Call, id: &str) -> String {
    format!("https://{id}.execute-api.{}.amazonaws.com", call.region)
}

pub(crate) fn api(call: &Call, id: &str, api: state::Api) -> Api {
    Api {
        api_endpoint: Some(endpoint(call, id)),
        api_id: Some(id.into()),
        api_key_selection_expression: Some("$request.header.x-api-key".into()),
        cors_configuration: api.cors.map(cors),
        created_date: Some(api.created),
        description: api.description,
        disable_execute_api_endpoint: Some(api.is_endpoint_disabled),
        ip_address_type: IpAddressType::parse(&api.ip_address_type),
        name: api.name,
        protocol_type: ProtocolType::Http,
        route_selection_expression: "$request.method $request.path".into(),
        tags: Some(api.tags),
        version: api.version,
    }
}

fn cors(cors: state::Cors) -> Cors {
    Cors {
        allow_credentials: Some(cors.allow_credentials.unwrap_or(false)),
        allow_headers: cors.allow_headers,
        allow_methods: cors.allow_methods,
        allow_origins: cors.allow_origins,
        expose_headers: cors.expose_headers,
        max_age: cors.max_age_secs.or(Some(0)),
    }
}

pub(crate) fn route(id: &str, route: state::Route) -> Route {
    let (kind, scopes) = match &route.authorization {
        Authorization::None => (AuthorizationType::None, None),
        Authorization::Jwt { scopes, .. } => (AuthorizationType::Jwt, Some(scopes.clone())),
        Authorization::Custom { .. } => (AuthorizationType::Custom, None),
    };
    Route {
        api_gateway_managed: route.is_managed.then_some(true),
        api_key_required: Some(false),
        authorization_scopes: scopes.filter(|scopes| !scopes.is_empty()),
        authorization_type: Some(kind),
        authorizer_id: route.authorization.authorizer().map(Into::into),
        operation_name: route.operation_name,
        route_id: Some(id.into()),
        route_key: route.key,
        target: route.integration.map(|id| format!("integrations/{id}")),
    }
}

pub(crate) fn integration(id: &str, integration: state::Integration) -> Integration {
    let (kind, payload) = match integration.target {
        Target::Function(payload) => (IntegrationType::AwsProxy, payload.as_str()),
        Target::Http => (IntegrationType::HttpProxy, "1.0"),
    };
    Integration {
        api_gateway_managed: integration.is_managed.then_some(true),
        connection_type: Some(ConnectionType::Internet),
        credentials_arn: integration.credentials,
        description: integration.description,
        integration_id: Some(id.into()),
        integration_method: integration.method,
        integration_type: Some(kind),
        integration_uri: Some(integration.uri),
        payload_format_version: Some(payload.into()),
        request_parameters: integration.request_parameters,
        response_parameters: integration.response_parameters,
        timeout_in_millis: Some(integration.timeout_ms),
    }
}

pub(crate) fn authorizer(id: &str, authorizer: state::Authorizer) -> Authorizer {
    let plain = Authorizer {
        authorizer_id: Some(id.into()),
        identity_source: Some(authorizer.identity_source),
        name: authorizer.name,
        ..Default::default()
    };
    match authorizer.kind {
        AuthorizerKind::Jwt { issuer, audience } => Authorizer {
            authorizer_type: Some(AuthorizerType::Jwt),
            jwt_configuration: Some(JWTConfiguration { audience: Some(audience), issuer: Some(issuer) }),
            ..plain
        },
        AuthorizerKind::Request { uri, credentials, payload, ttl_secs, is_simple } => Authorizer {
            authorizer_type: Some(AuthorizerType::Request),
            authorizer_credentials_arn: credentials,
            authorizer_payload_format_version: Some(payload.as_str().into()),
            authorizer_result_ttl_in_seconds: Some(ttl_secs),
            authorizer_uri: Some(uri),
            enable_simple_responses: Some(is_simple),
            ..plain
        },
    }
}

pub(crate) fn stage(name: &str, stage: state::Stage) -> Stage {
    let default_settings = RouteSettings {
        // AWS: the default settings of a stage always say this; those of a route only where it was set.
        detailed_metrics_enabled: Some(stage.default_settings.has_detailed_metrics.unwrap_or(false)),
        ..route_settings(stage.default_settings)
    };
    Stage {
        api_gateway_managed: stage.is_managed.then_some(true),
        auto_deploy: Some(stage.is_auto_deployed),
        created_date: Some(stage.created),
        default_route_settings: Some(default_settings),
        deployment_id: stage.deployment,
        description: stage.description,
        last_deployment_status_message: stage.deployment_message,
        last_updated_date: Some(stage.updated),
        route_settings: Some(stage.route_settings.into_iter().map(|(key, set)| (key, route_settings(set))).collect()),
        stage_name: name.into(),
        stage_variables: Some(stage.variables.unwrap_or_default()),
        tags: Some(stage.tags),
    }
}

fn route_settings(settings: state::RouteSettings) -> RouteSettings {
    RouteSettings {
        detailed_metrics_enabled: settings.has_detailed_metrics,
        throttling_burst_limit: settings.burst_limit,
        throttling_rate_limit: settings.rate_limit,
        ..Default::default()
    }
}

pub(crate) fn deployment(id: &str, deployment: state::Deployment) -> Deployment {
    Deployment {
        auto_deployed: Some(deployment.is_automatic),
        created_date: Some(deployment.created),
        deployment_id: Some(id.into()),
        deployment_status: Some(DeploymentStatus::Deployed),
        deployment_status_message: None,
        description: deployment.description,
    }
}

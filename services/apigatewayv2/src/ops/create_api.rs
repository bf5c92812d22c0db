use super::create_integration::{self, Wanted};
use crate::{
    ApiGateway, answer, arn, deploy,
    limits::{API_ID_LENGTH, INTEGRATION_ID_LENGTH, LONGEST_TIMEOUT_MS, ROUTE_ID_LENGTH},
    proxy::cors,
    route::RouteKey,
    state::{
        APIS, Api, Authorization, INTEGRATIONS, Integration, OWNERS, Owner, Payload, Quick, ROUTES, Route, STAGES,
        Stage, Target, owners,
    },
    tags,
};
use api_apigatewayv2::{CreateApi, CreateApiRequest, CreateApiResponse, IpAddressType, ProtocolType, errors};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::{ApiError, Map};

impl Write<CreateApi> for ApiGateway {
    fn access(call: &Call, input: &CreateApiRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        let access = Access::to(arn::of_apis(call, "")).with_tags(tags);
        create_integration::and_pass_role(access, input.credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateApiRequest) -> Outcome<CreateApiResponse> {
        if input.protocol_type == ProtocolType::Websocket {
            return Err(ApiError::not_implemented("an API with ProtocolType WEBSOCKET"));
        }
        check_route_selection(input.route_selection_expression.as_deref())?;
        let tags = input.tags.unwrap_or_default();
        tags::check(&tags)?;
        let id = call.entropy.lower(API_ID_LENGTH);
        let mut api = Api {
            name: input.name,
            created: call.now,
            description: input.description,
            version: input.version,
            cors: input.cors_configuration.map(cors::accept).transpose()?,
            is_endpoint_disabled: input.disable_execute_api_endpoint.unwrap_or(false),
            ip_address_type: input.ip_address_type.unwrap_or(IpAddressType::Ipv4).to_string(),
            tags,
            quick: None,
        };
        let owner = Owner { account: call.account.clone(), region: call.region.clone() };
        tx.in_scope(&owners()).put(&OWNERS, id.as_str(), &owner)?;
        match input.target {
            Some(target) => {
                let key = input.route_key.unwrap_or_else(|| "$default".into());
                api.quick = Some(create_quickly(tx, call, &id, &key, target, input.credentials_arn)?);
            }
            None if input.route_key.is_some() || input.credentials_arn.is_some() => {
                return Err(errors::bad_request_exception("Target must be specified for quick create"));
            }
            None => {}
        }
        tx.put(&APIS, id.as_str(), &api)?;
        deploy::deploy_automatic(tx, call, &id)?;
        answer::alike(answer::api(call, &id, api))
    }
}

pub(super) fn check_route_selection(expression: Option<&str>) -> Outcome<()> {
    match expression {
        None | Some("$request.method $request.path" | "${request.method} ${request.path}") => Ok(()),
        Some(_) => Err(errors::bad_request_exception(
            "Invalid route selection expression specified: only $request.method $request.path is supported for \
             protocol type HTTP",
        )),
    }
}

/// The integration, the route and the stage that quick create makes.
fn create_quickly(
    tx: &mut Tx<'_>,
    call: &Call,
    api: &str,
    key: &str,
    uri: String,
    credentials: Option<String>,
) -> Outcome<Quick> {
    RouteKey::parse(key)?;
    let quick =
        Quick { integration: call.entropy.lower(INTEGRATION_ID_LENGTH), route: call.entropy.lower(ROUTE_ID_LENGTH) };
    let integration = quick_integration(uri, credentials)?;
    tx.put(&INTEGRATIONS, (api, quick.integration.as_str()), &integration)?;
    let route = Route {
        key: key.into(),
        authorization: Authorization::None,
        operation_name: None,
        integration: Some(quick.integration.clone()),
        is_managed: true,
    };
    tx.put(&ROUTES, (api, quick.route.as_str()), &route)?;
    let stage = Stage {
        created: call.now,
        updated: call.now,
        description: None,
        is_auto_deployed: true,
        deployment: None,
        deployment_message: None,
        default_settings: Default::default(),
        route_settings: Map::new(),
        variables: None,
        tags: Map::new(),
        is_managed: true,
    };
    tx.put(&STAGES, (api, "$default"), &stage)?;
    Ok(quick)
}

/// AWS: a target that is an ARN is a function, called with payload format 2.0; any other is an address.
pub(super) fn quick_integration(uri: String, credentials: Option<String>) -> Outcome<Integration> {
    let is_function = uri.starts_with("arn:");
    let integration = Integration {
        target: if is_function { Target::Function(Payload::V2) } else { Target::Http },
        uri,
        method: Some(if is_function { "POST" } else { "ANY" }.into()),
        credentials,
        description: None,
        request_parameters: None,
        response_parameters: None,
        timeout_ms: LONGEST_TIMEOUT_MS,
        is_managed: true,
    };
    Wanted::check(&integration)?;
    Ok(integration)
}

use crate::{
    ApiGateway, answer, arn, deploy,
    limits::ROUTE_ID_LENGTH,
    route::RouteKey,
    state::{self, AUTHORIZERS, Authorization, AuthorizerKind, INTEGRATIONS, ROUTES, Route},
};
use api_apigatewayv2::{AuthorizationType, CreateRoute, CreateRouteRequest, CreateRouteResult, errors};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<CreateRoute> for ApiGateway {
    fn access(call: &Call, input: &CreateRouteRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/routes", input.api_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateRouteRequest) -> Outcome<CreateRouteResult> {
        let api = input.api_id.as_str();
        state::check_api(tx, call, api)?;
        check_no_key_required(input.api_key_required)?;
        let key = check_key(tx, api, &input.route_key, None)?;
        let kind = input.authorization_type.unwrap_or(AuthorizationType::None);
        let scopes = input.authorization_scopes.unwrap_or_default();
        let route = Route {
            key,
            authorization: authorization(tx, api, kind, input.authorizer_id, scopes)?,
            operation_name: input.operation_name,
            integration: input.target.map(|target| integration_of(tx, api, &target)).transpose()?,
            is_managed: false,
        };
        let id = call.entropy.lower(ROUTE_ID_LENGTH);
        tx.put(&ROUTES, (api, id.as_str()), &route)?;
        deploy::deploy_automatic(tx, call, api)?;
        answer::alike(answer::route(&id, route))
    }
}

pub(super) fn check_no_key_required(wanted: Option<bool>) -> Outcome<()> {
    if wanted == Some(true) {
        return Err(errors::bad_request_exception("ApiKeyRequired is not currently supported for HTTP APIs"));
    }
    Ok(())
}

/// The key as it is kept, where no other route has it.
pub(super) fn check_key(tx: &Tx<'_>, api: &str, text: &str, own: Option<&str>) -> Outcome<String> {
    let key = RouteKey::parse(text)?;
    for ((_, id), route) in tx.list(&ROUTES, (api,))? {
        if Some(id.as_str()) != own && RouteKey::parse(&route.key)? == key {
            return Err(errors::conflict_exception(format!("Route with key {text} already exists for this API")));
        }
    }
    Ok(text.into())
}

/// `integrations/ID`, which has to exist.
pub(super) fn integration_of(tx: &Tx<'_>, api: &str, target: &str) -> Outcome<String> {
    let Some(id) = target.strip_prefix("integrations/") else {
        return Err(errors::bad_request_exception(format!("Invalid target specified: {target}")));
    };
    if !tx.has(&INTEGRATIONS, (api, id))? {
        return Err(errors::not_found_exception("Invalid Integration identifier specified"));
    }
    Ok(id.into())
}

pub(super) fn authorization(
    tx: &Tx<'_>,
    api: &str,
    kind: AuthorizationType,
    authorizer: Option<String>,
    scopes: Vec<String>,
) -> Outcome<Authorization> {
    let needs = |what| {
        errors::bad_request_exception(format!(
            "Invalid authorizer ID specified. Setting the authorization type to {kind} requires a valid {what}authorizer."
        ))
    };
    if !scopes.is_empty() && kind != AuthorizationType::Jwt {
        return Err(errors::bad_request_exception("AuthorizationScopes can only be set with authorization type JWT"));
    }
    let known = match &authorizer {
        Some(id) => tx.get(&AUTHORIZERS, (api, id.as_str()))?.map(|found| found.kind),
        None => None,
    };
    match kind {
        AuthorizationType::None => Ok(Authorization::None),
        AuthorizationType::AwsIam => Err(ApiError::not_implemented("AuthorizationType AWS_IAM")),
        AuthorizationType::Jwt => match (authorizer, known) {
            (Some(authorizer), Some(AuthorizerKind::Jwt { .. })) => Ok(Authorization::Jwt { authorizer, scopes }),
            _ => Err(needs("JWT ")),
        },
        AuthorizationType::Custom => match (authorizer, known) {
            (Some(authorizer), Some(AuthorizerKind::Request { .. })) => Ok(Authorization::Custom { authorizer }),
            _ => Err(needs("")),
        },
    }
}

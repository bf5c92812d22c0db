use super::create_route::{authorization, check_key, check_no_key_required, integration_of};
use crate::{
    ApiGateway, answer, arn, deploy,
    state::{self, Authorization, ROUTES},
};
use api_apigatewayv2::{AuthorizationType, UpdateRoute, UpdateRouteRequest, UpdateRouteResult};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateRoute> for ApiGateway {
    fn access(call: &Call, input: &UpdateRouteRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/routes/{}", input.api_id, input.route_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateRouteRequest) -> Outcome<UpdateRouteResult> {
        let (api, id) = (input.api_id.as_str(), input.route_id.as_str());
        let mut route = state::get_part(tx, call, &ROUTES, "Route", (api, id))?;
        check_no_key_required(input.api_key_required)?;
        if let Some(key) = &input.route_key {
            route.key = check_key(tx, api, key, Some(id))?;
        }
        if let Some(target) = &input.target {
            route.integration = Some(integration_of(tx, api, target)?);
        }
        route.operation_name = input.operation_name.or(route.operation_name);
        let (kind, authorizer, scopes) = parts(route.authorization);
        let kind = input.authorization_type.unwrap_or(kind);
        let scopes = input.authorization_scopes.unwrap_or(if kind == AuthorizationType::Jwt { scopes } else { vec![] });
        route.authorization = authorization(tx, api, kind, input.authorizer_id.or(authorizer), scopes)?;
        tx.put(&ROUTES, (api, id), &route)?;
        deploy::deploy_automatic(tx, call, api)?;
        answer::alike(answer::route(id, route))
    }
}

fn parts(authorization: Authorization) -> (AuthorizationType, Option<String>, Vec<String>) {
    match authorization {
        Authorization::None => (AuthorizationType::None, None, Vec::new()),
        Authorization::Jwt { authorizer, scopes } => (AuthorizationType::Jwt, Some(authorizer), scopes),
        Authorization::Custom { authorizer } => (AuthorizationType::Custom, Some(authorizer), Vec::new()),
    }
}

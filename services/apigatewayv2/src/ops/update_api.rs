use super::{
    create_api::{check_route_selection, quick_integration},
    create_integration::and_pass_role,
};
use crate::{
    ApiGateway, answer, arn, deploy,
    proxy::cors,
    route::RouteKey,
    state::{self, APIS, INTEGRATIONS, Quick, ROUTES},
};
use api_apigatewayv2::{UpdateApi, UpdateApiRequest, UpdateApiResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateApi> for ApiGateway {
    fn access(call: &Call, input: &UpdateApiRequest) -> Access {
        let access = Access::to(arn::of_apis(call, format_args!("/{}", input.api_id)));
        and_pass_role(access, input.credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateApiRequest) -> Outcome<UpdateApiResponse> {
        let id = input.api_id.as_str();
        let mut api = state::get_api(tx, call, id)?;
        check_route_selection(input.route_selection_expression.as_deref())?;
        if let Some(name) = input.name {
            api.name = name;
        }
        if let Some(wanted) = input.cors_configuration {
            api.cors = Some(cors::accept(wanted)?);
        }
        api.description = input.description.or(api.description);
        api.version = input.version.or(api.version);
        api.is_endpoint_disabled = input.disable_execute_api_endpoint.unwrap_or(api.is_endpoint_disabled);
        if let Some(kind) = input.ip_address_type {
            api.ip_address_type = kind.to_string();
        }
        if input.target.is_some() || input.route_key.is_some() || input.credentials_arn.is_some() {
            let Some(quick) = &api.quick else {
                return Err(errors::bad_request_exception(
                    "Target, RouteKey and CredentialsArn can only be updated for an API that quick create made",
                ));
            };
            update_quickly(tx, id, quick, input.target, input.route_key, input.credentials_arn)?;
        }
        tx.put(&APIS, id, &api)?;
        deploy::deploy_automatic(tx, call, id)?;
        answer::alike(answer::api(call, id, api))
    }
}

fn update_quickly(
    tx: &mut Tx<'_>,
    api: &str,
    quick: &Quick,
    target: Option<String>,
    key: Option<String>,
    credentials: Option<String>,
) -> Outcome<()> {
    if let Some(mut integration) = tx.get(&INTEGRATIONS, (api, quick.integration.as_str()))? {
        let credentials = credentials.or_else(|| integration.credentials.take());
        let uri = target.unwrap_or(integration.uri);
        tx.put(&INTEGRATIONS, (api, quick.integration.as_str()), &quick_integration(uri, credentials)?)?;
    }
    if let Some(key) = key
        && let Some(route) = tx.get(&ROUTES, (api, quick.route.as_str()))?
    {
        RouteKey::parse(&key)?;
        tx.put(&ROUTES, (api, quick.route.as_str()), &state::Route { key, ..route })?;
    }
    Ok(())
}

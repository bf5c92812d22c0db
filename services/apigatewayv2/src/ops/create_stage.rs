use crate::{
    ApiGateway, answer, arn, deploy,
    route::RouteKey,
    state::{self, DEPLOYMENTS, ROUTES, STAGES, Stage},
    tags,
};
use api_apigatewayv2::{CreateStage, CreateStageRequest, CreateStageResponse, LoggingLevel, RouteSettings, errors};
use base::Fault;
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::Map;

impl Write<CreateStage> for ApiGateway {
    fn access(call: &Call, input: &CreateStageRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        Access::to(arn::of_apis(call, format_args!("/{}/stages", input.api_id))).with_tags(tags)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateStageRequest) -> Outcome<CreateStageResponse> {
        let (api, name) = (input.api_id.as_str(), input.stage_name.as_str());
        state::check_api(tx, call, api)?;
        check_name(name)?;
        if tx.has(&STAGES, (api, name))? {
            return Err(errors::conflict_exception("Stage already exists"));
        }
        let is_auto_deployed = input.auto_deploy.unwrap_or(false);
        if let Some(id) = &input.deployment_id {
            check_deployment(tx, api, id, is_auto_deployed)?;
        }
        let tags = input.tags.unwrap_or_default();
        tags::check(&tags)?;
        let stage = Stage {
            created: call.now,
            updated: call.now,
            description: input.description,
            is_auto_deployed,
            deployment: input.deployment_id,
            deployment_message: None,
            default_settings: settings(input.default_route_settings.unwrap_or_default())?,
            route_settings: all_settings(tx, api, input.route_settings.unwrap_or_default())?,
            variables: input.stage_variables,
            tags,
            is_managed: false,
        };
        tx.put(&STAGES, (api, name), &stage)?;
        deploy::deploy_automatic(tx, call, api)?;
        let made =
            tx.get(&STAGES, (api, name))?.ok_or_else(|| Fault::internal("a stage vanished while it was made"))?;
        answer::alike(answer::stage(name, made))
    }
}

fn check_name(name: &str) -> Outcome<()> {
    let is_plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if name == "$default" || is_plain && name.len() <= 128 {
        return Ok(());
    }
    Err(errors::bad_request_exception("Stage name only allows a-zA-Z0-9_- or $default"))
}

pub(super) fn check_deployment(tx: &Tx<'_>, api: &str, id: &str, is_auto_deployed: bool) -> Outcome<()> {
    if is_auto_deployed {
        return Err(errors::bad_request_exception("Deployment ID cannot be set for stages with auto deploy enabled"));
    }
    if !tx.has(&DEPLOYMENTS, (api, id))? {
        return Err(errors::not_found_exception("Invalid Deployment identifier specified"));
    }
    Ok(())
}

pub(super) fn settings(settings: RouteSettings) -> Outcome<state::RouteSettings> {
    let has_logs = settings.logging_level.is_some_and(|level| level != LoggingLevel::Off);
    if has_logs || settings.data_trace_enabled == Some(true) {
        return Err(errors::bad_request_exception("Execution logs are not supported on protocol type HTTP"));
    }
    let is_negative = settings.throttling_burst_limit.is_some_and(|limit| limit < 0)
        || settings.throttling_rate_limit.is_some_and(|limit| limit < 0.0);
    if is_negative {
        return Err(errors::bad_request_exception("Throttling limits cannot be negative"));
    }
    Ok(state::RouteSettings {
        has_detailed_metrics: settings.detailed_metrics_enabled,
        burst_limit: settings.throttling_burst_limit,
        rate_limit: settings.throttling_rate_limit,
    })
}

/// Settings by route key: each has to be the key of a route.
pub(super) fn all_settings(tx: &Tx<'_>, api: &str, wanted: Map<RouteSettings>) -> Outcome<Map<state::RouteSettings>> {
    let routes = if wanted.is_empty() { Vec::new() } else { tx.list(&ROUTES, (api,))? };
    let mut all = Map::new();
    for (key, one) in wanted {
        RouteKey::parse(&key)?;
        if !routes.iter().any(|(_, route)| route.key == key) {
            return Err(errors::not_found_exception(format!(
                "Unable to find Route by key {key} within the provided RouteSettings"
            )));
        }
        all.insert(key, settings(one)?);
    }
    Ok(all)
}

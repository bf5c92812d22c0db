use super::create_stage::{all_settings, check_deployment, settings};
use crate::{
    ApiGateway, answer, arn, deploy,
    state::{self, RouteSettings, STAGES},
};
use api_apigatewayv2::{UpdateStage, UpdateStageRequest, UpdateStageResponse};
use base::Fault;
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateStage> for ApiGateway {
    fn access(call: &Call, input: &UpdateStageRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/stages/{}", input.api_id, input.stage_name)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateStageRequest) -> Outcome<UpdateStageResponse> {
        let (api, name) = (input.api_id.as_str(), input.stage_name.as_str());
        let mut stage = state::get_part(tx, call, &STAGES, "stage", (api, name))?;
        let was_auto_deployed = stage.is_auto_deployed;
        stage.is_auto_deployed = input.auto_deploy.unwrap_or(was_auto_deployed);
        if let Some(id) = input.deployment_id
            && stage.deployment.as_ref() != Some(&id)
        {
            check_deployment(tx, api, &id, stage.is_auto_deployed)?;
            stage.deployment = Some(id);
        }
        stage.description = input.description.or(stage.description);
        if let Some(wanted) = input.default_route_settings {
            stage.default_settings = merged(settings(wanted)?, stage.default_settings);
        }
        if let Some(wanted) = input.route_settings {
            stage.route_settings.extend(all_settings(tx, api, wanted)?);
        }
        if let Some(wanted) = input.stage_variables {
            let mut variables = stage.variables.unwrap_or_default();
            variables.extend(wanted);
            // AWS: an empty value takes a variable away.
            variables.retain(|_, value| !value.is_empty());
            stage.variables = Some(variables);
        }
        stage.updated = call.now;
        tx.put(&STAGES, (api, name), &stage)?;
        if stage.is_auto_deployed && !was_auto_deployed {
            deploy::deploy_automatic(tx, call, api)?;
        }
        let now = tx.get(&STAGES, (api, name))?.ok_or_else(|| Fault::internal("a stage vanished while it changed"))?;
        answer::alike(answer::stage(name, now))
    }
}

fn merged(new: RouteSettings, old: RouteSettings) -> RouteSettings {
    RouteSettings {
        has_detailed_metrics: new.has_detailed_metrics.or(old.has_detailed_metrics),
        burst_limit: new.burst_limit.or(old.burst_limit),
        rate_limit: new.rate_limit.or(old.rate_limit),
    }
}

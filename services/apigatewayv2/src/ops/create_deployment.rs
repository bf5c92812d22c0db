use crate::{
    ApiGateway, answer, arn, deploy,
    state::{self, Deployment, STAGES},
};
use api_apigatewayv2::{CreateDeployment, CreateDeploymentRequest, CreateDeploymentResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateDeployment> for ApiGateway {
    fn access(call: &Call, input: &CreateDeploymentRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/deployments", input.api_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateDeploymentRequest) -> Outcome<CreateDeploymentResponse> {
        let api = input.api_id.as_str();
        state::check_api(tx, call, api)?;
        let stage = match &input.stage_name {
            Some(name) => {
                let stage = state::get_part(tx, call, &STAGES, "stage", (api, name))?;
                if stage.is_auto_deployed {
                    return Err(errors::bad_request_exception(
                        "Deployment ID cannot be updated for stages with auto deploy enabled",
                    ));
                }
                Some((name, stage))
            }
            None => None,
        };
        let deployment = Deployment { created: call.now, description: input.description, is_automatic: false };
        let made = deploy::deploy(tx, call, api, &deployment)?;
        let id = made.ok_or_else(|| errors::bad_request_exception(deploy::NO_ROUTES))?;
        if let Some((name, stage)) = stage {
            let stage = state::Stage { deployment: Some(id.clone()), updated: call.now, ..stage };
            tx.put(&STAGES, (api, name.as_str()), &stage)?;
        }
        answer::alike(answer::deployment(&id, deployment))
    }
}

use crate::{
    ApiGateway, arn,
    state::{self, DEPLOYMENTS, SNAPSHOTS, STAGES},
};
use api_apigatewayv2::{DeleteDeployment, DeleteDeploymentOutputNothing, DeleteDeploymentRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteDeployment> for ApiGateway {
    fn access(call: &Call, input: &DeleteDeploymentRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/deployments/{}", input.api_id, input.deployment_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteDeploymentRequest) -> Outcome<DeleteDeploymentOutputNothing> {
        let (api, id) = (input.api_id.as_str(), input.deployment_id.as_str());
        state::get_part(tx, call, &DEPLOYMENTS, "Deployment", (api, id))?;
        if tx.list(&STAGES, (api,))?.iter().any(|(_, stage)| stage.deployment.as_deref() == Some(id)) {
            return Err(errors::bad_request_exception(
                "Active stages pointing to this deployment must be moved or deleted",
            ));
        }
        tx.delete(&DEPLOYMENTS, (api, id));
        tx.delete(&SNAPSHOTS, (api, id));
        Ok(DeleteDeploymentOutputNothing {})
    }
}

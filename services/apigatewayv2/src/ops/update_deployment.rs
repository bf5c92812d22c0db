use crate::{
    ApiGateway, answer, arn,
    state::{self, DEPLOYMENTS},
};
use api_apigatewayv2::{UpdateDeployment, UpdateDeploymentRequest, UpdateDeploymentResponse};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateDeployment> for ApiGateway {
    fn access(call: &Call, input: &UpdateDeploymentRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/deployments/{}", input.api_id, input.deployment_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateDeploymentRequest) -> Outcome<UpdateDeploymentResponse> {
        let key = (input.api_id.as_str(), input.deployment_id.as_str());
        let mut deployment = state::get_part(tx, call, &DEPLOYMENTS, "Deployment", key)?;
        deployment.description = input.description.or(deployment.description);
        tx.put(&DEPLOYMENTS, key, &deployment)?;
        answer::alike(answer::deployment(key.1, deployment))
    }
}

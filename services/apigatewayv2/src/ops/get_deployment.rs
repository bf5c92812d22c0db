use crate::{
    ApiGateway, answer, arn,
    state::{self, DEPLOYMENTS},
};
use api_apigatewayv2::{GetDeployment, GetDeploymentRequest, GetDeploymentResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetDeployment> for ApiGateway {
    fn access(call: &Call, input: &GetDeploymentRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/deployments/{}", input.api_id, input.deployment_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetDeploymentRequest) -> Outcome<GetDeploymentResponse> {
        let found = state::get_part(tx, call, &DEPLOYMENTS, "Deployment", (&input.api_id, &input.deployment_id))?;
        answer::alike(answer::deployment(&input.deployment_id, found))
    }
}

use crate::{
    ApiGateway, answer, arn,
    state::{self, INTEGRATIONS},
};
use api_apigatewayv2::{GetIntegration, GetIntegrationRequest, GetIntegrationResult};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetIntegration> for ApiGateway {
    fn access(call: &Call, input: &GetIntegrationRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/integrations/{}", input.api_id, input.integration_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetIntegrationRequest) -> Outcome<GetIntegrationResult> {
        let found = state::get_part(tx, call, &INTEGRATIONS, "Integration", (&input.api_id, &input.integration_id))?;
        answer::alike(answer::integration(&input.integration_id, found))
    }
}

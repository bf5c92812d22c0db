use super::create_integration::{Wanted, and_pass_role};
use crate::{
    ApiGateway, answer, arn, deploy,
    state::{self, INTEGRATIONS},
};
use api_apigatewayv2::{UpdateIntegration, UpdateIntegrationRequest, UpdateIntegrationResult};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateIntegration> for ApiGateway {
    fn access(call: &Call, input: &UpdateIntegrationRequest) -> Access {
        let path = format_args!("/{}/integrations/{}", input.api_id, input.integration_id).to_string();
        and_pass_role(Access::to(arn::of_apis(call, path)), input.credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateIntegrationRequest) -> Outcome<UpdateIntegrationResult> {
        let key = (input.api_id.as_str(), input.integration_id.as_str());
        let before = state::get_part(tx, call, &INTEGRATIONS, "Integration", key)?;
        let wanted = Wanted {
            kind: input.integration_type,
            connection: input.connection_type,
            uri: input.integration_uri,
            method: input.integration_method,
            payload: input.payload_format_version,
            credentials: input.credentials_arn,
            description: input.description,
            request_parameters: input.request_parameters,
            response_parameters: input.response_parameters,
            timeout_ms: input.timeout_in_millis,
        };
        let integration = wanted.over(Some(before))?;
        tx.put(&INTEGRATIONS, key, &integration)?;
        deploy::deploy_automatic(tx, call, key.0)?;
        answer::alike(answer::integration(key.1, integration))
    }
}

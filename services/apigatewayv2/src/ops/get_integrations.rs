use crate::{
    ApiGateway, answer, arn, page,
    state::{self, INTEGRATIONS},
};
use api_apigatewayv2::{GetIntegrations, GetIntegrationsRequest, GetIntegrationsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetIntegrations> for ApiGateway {
    fn access(call: &Call, input: &GetIntegrationsRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/integrations", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetIntegrationsRequest) -> Outcome<GetIntegrationsResponse> {
        state::check_api(tx, call, &input.api_id)?;
        let found = tx.list(&INTEGRATIONS, (input.api_id.as_str(),))?;
        let shown = found.into_iter().map(|((_, id), one)| (id.clone(), answer::integration(&id, one))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetIntegrationsResponse { items: Some(items), next_token })
    }
}

use crate::{
    ApiGateway, answer, arn, page,
    state::{self, DEPLOYMENTS},
};
use api_apigatewayv2::{GetDeployments, GetDeploymentsRequest, GetDeploymentsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetDeployments> for ApiGateway {
    fn access(call: &Call, input: &GetDeploymentsRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/deployments", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetDeploymentsRequest) -> Outcome<GetDeploymentsResponse> {
        state::check_api(tx, call, &input.api_id)?;
        let found = tx.list(&DEPLOYMENTS, (input.api_id.as_str(),))?;
        let shown = found.into_iter().map(|((_, id), one)| (id.clone(), answer::deployment(&id, one))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetDeploymentsResponse { items: Some(items), next_token })
    }
}

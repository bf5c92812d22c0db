use crate::{
    ApiGateway, answer, arn, page,
    state::{self, ROUTES},
};
use api_apigatewayv2::{GetRoutes, GetRoutesRequest, GetRoutesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetRoutes> for ApiGateway {
    fn access(call: &Call, input: &GetRoutesRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/routes", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetRoutesRequest) -> Outcome<GetRoutesResponse> {
        state::check_api(tx, call, &input.api_id)?;
        let found = tx.list(&ROUTES, (input.api_id.as_str(),))?;
        let shown = found.into_iter().map(|((_, id), one)| (id.clone(), answer::route(&id, one))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetRoutesResponse { items: Some(items), next_token })
    }
}

use crate::{
    ApiGateway, answer, arn, page,
    state::{self, AUTHORIZERS},
};
use api_apigatewayv2::{GetAuthorizers, GetAuthorizersRequest, GetAuthorizersResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetAuthorizers> for ApiGateway {
    fn access(call: &Call, input: &GetAuthorizersRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/authorizers", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetAuthorizersRequest) -> Outcome<GetAuthorizersResponse> {
        state::check_api(tx, call, &input.api_id)?;
        let found = tx.list(&AUTHORIZERS, (input.api_id.as_str(),))?;
        let shown = found.into_iter().map(|((_, id), one)| (id.clone(), answer::authorizer(&id, one))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetAuthorizersResponse { items: Some(items), next_token })
    }
}

use crate::{ApiGateway, answer, arn, page, state::APIS};
use api_apigatewayv2::{GetApis, GetApisRequest, GetApisResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetApis> for ApiGateway {
    fn access(call: &Call, _: &GetApisRequest) -> Access {
        Access::to(arn::of_apis(call, ""))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetApisRequest) -> Outcome<GetApisResponse> {
        let found = tx.list(&APIS, ())?;
        let shown = found.into_iter().map(|(id, api)| (id.clone(), answer::api(call, &id, api))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetApisResponse { items: Some(items), next_token })
    }
}

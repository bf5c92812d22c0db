use crate::{ApiGateway, answer, arn, state};
use api_apigatewayv2::{GetApi, GetApiRequest, GetApiResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetApi> for ApiGateway {
    fn access(call: &Call, input: &GetApiRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetApiRequest) -> Outcome<GetApiResponse> {
        let api = state::get_api(tx, call, &input.api_id)?;
        answer::alike(answer::api(call, &input.api_id, api))
    }
}

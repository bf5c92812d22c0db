use crate::{
    ApiGateway, answer, arn, page,
    state::{self, STAGES},
};
use api_apigatewayv2::{GetStages, GetStagesRequest, GetStagesResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetStages> for ApiGateway {
    fn access(call: &Call, input: &GetStagesRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/stages", input.api_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetStagesRequest) -> Outcome<GetStagesResponse> {
        state::check_api(tx, call, &input.api_id)?;
        let found = tx.list(&STAGES, (input.api_id.as_str(),))?;
        let shown = found.into_iter().map(|((_, id), one)| (id.clone(), answer::stage(&id, one))).collect();
        let (items, next_token) = page::cut(shown, input.max_results.as_deref(), input.next_token.as_deref())?;
        Ok(GetStagesResponse { items: Some(items), next_token })
    }
}

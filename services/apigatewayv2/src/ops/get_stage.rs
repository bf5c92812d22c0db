use crate::{
    ApiGateway, answer, arn,
    state::{self, STAGES},
};
use api_apigatewayv2::{GetStage, GetStageRequest, GetStageResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetStage> for ApiGateway {
    fn access(call: &Call, input: &GetStageRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/stages/{}", input.api_id, input.stage_name)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetStageRequest) -> Outcome<GetStageResponse> {
        let found = state::get_part(tx, call, &STAGES, "stage", (&input.api_id, &input.stage_name))?;
        answer::alike(answer::stage(&input.stage_name, found))
    }
}

use crate::{
    ApiGateway, arn,
    state::{self, STAGES},
};
use api_apigatewayv2::{DeleteStage, DeleteStageOutputNothing, DeleteStageRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteStage> for ApiGateway {
    fn access(call: &Call, input: &DeleteStageRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/stages/{}", input.api_id, input.stage_name)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteStageRequest) -> Outcome<DeleteStageOutputNothing> {
        let (api, id) = (input.api_id.as_str(), input.stage_name.as_str());
        state::get_part(tx, call, &STAGES, "stage", (api, id))?;
        tx.delete(&STAGES, (api, id));
        Ok(DeleteStageOutputNothing {})
    }
}

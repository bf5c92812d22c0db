use crate::{
    ApiGateway, arn,
    state::{self, STAGES},
};
use api_apigatewayv2::{DeleteRouteSettings, DeleteRouteSettingsOutputNothing, DeleteRouteSettingsRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteRouteSettings> for ApiGateway {
    fn access(call: &Call, input: &DeleteRouteSettingsRequest) -> Access {
        let DeleteRouteSettingsRequest { api_id, stage_name, route_key } = input;
        Access::to(arn::of_apis(call, format_args!("/{api_id}/stages/{stage_name}/routesettings/{route_key}")))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteRouteSettingsRequest,
    ) -> Outcome<DeleteRouteSettingsOutputNothing> {
        let key = (input.api_id.as_str(), input.stage_name.as_str());
        let mut stage = state::get_part(tx, call, &STAGES, "stage", key)?;
        if stage.route_settings.remove(&input.route_key).is_none() {
            return Err(errors::not_found_exception(format!(
                "Unable to find Route by key {} within the provided RouteSettings",
                input.route_key
            )));
        }
        stage.updated = call.now;
        tx.put(&STAGES, key, &stage)?;
        Ok(DeleteRouteSettingsOutputNothing {})
    }
}

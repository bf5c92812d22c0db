use crate::{
    ApiGateway, arn, deploy,
    state::{self, ROUTES},
};
use api_apigatewayv2::{DeleteRoute, DeleteRouteOutputNothing, DeleteRouteRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteRoute> for ApiGateway {
    fn access(call: &Call, input: &DeleteRouteRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/routes/{}", input.api_id, input.route_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteRouteRequest) -> Outcome<DeleteRouteOutputNothing> {
        let (api, id) = (input.api_id.as_str(), input.route_id.as_str());
        state::get_part(tx, call, &ROUTES, "Route", (api, id))?;
        tx.delete(&ROUTES, (api, id));
        deploy::deploy_automatic(tx, call, api)?;
        Ok(DeleteRouteOutputNothing {})
    }
}

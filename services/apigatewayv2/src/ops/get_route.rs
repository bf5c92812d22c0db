use crate::{
    ApiGateway, answer, arn,
    state::{self, ROUTES},
};
use api_apigatewayv2::{GetRoute, GetRouteRequest, GetRouteResult};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetRoute> for ApiGateway {
    fn access(call: &Call, input: &GetRouteRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/routes/{}", input.api_id, input.route_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetRouteRequest) -> Outcome<GetRouteResult> {
        let found = state::get_part(tx, call, &ROUTES, "Route", (&input.api_id, &input.route_id))?;
        answer::alike(answer::route(&input.route_id, found))
    }
}

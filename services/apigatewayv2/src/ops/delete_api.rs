use crate::{
    ApiGateway, arn,
    state::{self, APIS, AUTHORIZERS, DEPLOYMENTS, INTEGRATIONS, OWNERS, ROUTES, SNAPSHOTS, STAGES},
};
use api_apigatewayv2::{DeleteApi, DeleteApiOutputNothing, DeleteApiRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteApi> for ApiGateway {
    fn access(call: &Call, input: &DeleteApiRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}", input.api_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteApiRequest) -> Outcome<DeleteApiOutputNothing> {
        let id = input.api_id.as_str();
        state::check_api(tx, call, id)?;
        tx.delete(&APIS, id);
        tx.delete_prefix(&ROUTES, (id,));
        tx.delete_prefix(&INTEGRATIONS, (id,));
        tx.delete_prefix(&AUTHORIZERS, (id,));
        tx.delete_prefix(&STAGES, (id,));
        tx.delete_prefix(&DEPLOYMENTS, (id,));
        tx.delete_prefix(&SNAPSHOTS, (id,));
        tx.in_scope(&state::owners()).delete(&OWNERS, id);
        Ok(DeleteApiOutputNothing {})
    }
}

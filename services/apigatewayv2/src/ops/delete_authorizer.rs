use crate::{
    ApiGateway, arn, deploy,
    state::{self, AUTHORIZERS, ROUTES},
};
use api_apigatewayv2::{DeleteAuthorizer, DeleteAuthorizerOutputNothing, DeleteAuthorizerRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteAuthorizer> for ApiGateway {
    fn access(call: &Call, input: &DeleteAuthorizerRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/authorizers/{}", input.api_id, input.authorizer_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteAuthorizerRequest) -> Outcome<DeleteAuthorizerOutputNothing> {
        let (api, id) = (input.api_id.as_str(), input.authorizer_id.as_str());
        state::get_part(tx, call, &AUTHORIZERS, "Authorizer", (api, id))?;
        for (_, route) in tx.list(&ROUTES, (api,))? {
            if route.authorization.authorizer() == Some(id) {
                return Err(errors::conflict_exception(format!(
                    "Cannot delete authorizer '{id}'. Is referenced in route: {}",
                    route.key
                )));
            }
        }
        tx.delete(&AUTHORIZERS, (api, id));
        deploy::deploy_automatic(tx, call, api)?;
        Ok(DeleteAuthorizerOutputNothing {})
    }
}

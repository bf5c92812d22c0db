use crate::{
    ApiGateway, arn, deploy,
    state::{self, INTEGRATIONS, ROUTES},
};
use api_apigatewayv2::{DeleteIntegration, DeleteIntegrationOutputNothing, DeleteIntegrationRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteIntegration> for ApiGateway {
    fn access(call: &Call, input: &DeleteIntegrationRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/integrations/{}", input.api_id, input.integration_id)))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteIntegrationRequest) -> Outcome<DeleteIntegrationOutputNothing> {
        let (api, id) = (input.api_id.as_str(), input.integration_id.as_str());
        state::get_part(tx, call, &INTEGRATIONS, "Integration", (api, id))?;
        for ((_, route), found) in tx.list(&ROUTES, (api,))? {
            if found.integration.as_deref() == Some(id) {
                return Err(errors::conflict_exception(format!(
                    "Cannot delete Integration {id} because it is referenced by Route {route}"
                )));
            }
        }
        tx.delete(&INTEGRATIONS, (api, id));
        deploy::deploy_automatic(tx, call, api)?;
        Ok(DeleteIntegrationOutputNothing {})
    }
}

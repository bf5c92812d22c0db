use crate::{
    ApiGateway, arn, deploy,
    state::{self, APIS},
};
use api_apigatewayv2::{DeleteCorsConfiguration, DeleteCorsConfigurationOutputNothing, DeleteCorsConfigurationRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteCorsConfiguration> for ApiGateway {
    fn access(call: &Call, input: &DeleteCorsConfigurationRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/cors", input.api_id)))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteCorsConfigurationRequest,
    ) -> Outcome<DeleteCorsConfigurationOutputNothing> {
        let id = input.api_id.as_str();
        let api = state::Api { cors: None, ..state::get_api(tx, call, id)? };
        tx.put(&APIS, id, &api)?;
        deploy::deploy_automatic(tx, call, id)?;
        Ok(DeleteCorsConfigurationOutputNothing {})
    }
}

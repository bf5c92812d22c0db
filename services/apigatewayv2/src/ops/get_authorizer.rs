use crate::{
    ApiGateway, answer, arn,
    state::{self, AUTHORIZERS},
};
use api_apigatewayv2::{GetAuthorizer, GetAuthorizerRequest, GetAuthorizerResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetAuthorizer> for ApiGateway {
    fn access(call: &Call, input: &GetAuthorizerRequest) -> Access {
        Access::to(arn::of_apis(call, format_args!("/{}/authorizers/{}", input.api_id, input.authorizer_id)))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetAuthorizerRequest) -> Outcome<GetAuthorizerResponse> {
        let found = state::get_part(tx, call, &AUTHORIZERS, "Authorizer", (&input.api_id, &input.authorizer_id))?;
        answer::alike(answer::authorizer(&input.authorizer_id, found))
    }
}

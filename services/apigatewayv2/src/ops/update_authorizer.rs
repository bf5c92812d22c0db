use super::{
    create_authorizer::{Wanted, check},
    create_integration::and_pass_role,
};
use crate::{
    ApiGateway, answer, arn, deploy,
    state::{self, AUTHORIZERS, AuthorizerKind},
};
use api_apigatewayv2::{
    AuthorizerType, JWTConfiguration, UpdateAuthorizer, UpdateAuthorizerRequest, UpdateAuthorizerResponse,
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateAuthorizer> for ApiGateway {
    fn access(call: &Call, input: &UpdateAuthorizerRequest) -> Access {
        let path = format!("/{}/authorizers/{}", input.api_id, input.authorizer_id);
        and_pass_role(Access::to(arn::of_apis(call, path)), input.authorizer_credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateAuthorizerRequest) -> Outcome<UpdateAuthorizerResponse> {
        let key = (input.api_id.as_str(), input.authorizer_id.as_str());
        let mut authorizer = state::get_part(tx, call, &AUTHORIZERS, "Authorizer", key)?;
        let before = described(&authorizer.kind);
        let wanted = Wanted {
            kind: input.authorizer_type.unwrap_or(before.kind),
            credentials: input.authorizer_credentials_arn.or(before.credentials),
            payload: input.authorizer_payload_format_version.or(before.payload),
            ttl_secs: input.authorizer_result_ttl_in_seconds.or(before.ttl_secs),
            uri: input.authorizer_uri.or(before.uri),
            is_simple: input.enable_simple_responses.or(before.is_simple),
            jwt: match (input.jwt_configuration, before.jwt) {
                (Some(new), Some(old)) => Some(JWTConfiguration {
                    audience: new.audience.or(old.audience),
                    issuer: new.issuer.or(old.issuer),
                }),
                (new, old) => new.or(old),
            },
        };
        authorizer.kind = wanted.kind()?;
        authorizer.name = input.name.unwrap_or(authorizer.name);
        authorizer.identity_source = input.identity_source.unwrap_or(authorizer.identity_source);
        check(tx, key.0, &authorizer, Some(key.1))?;
        tx.put(&AUTHORIZERS, key, &authorizer)?;
        deploy::deploy_automatic(tx, call, key.0)?;
        answer::alike(answer::authorizer(key.1, authorizer))
    }
}

/// An authorizer as a caller would say it.
fn described(kind: &AuthorizerKind) -> Wanted {
    let nothing = Wanted {
        kind: AuthorizerType::Jwt,
        credentials: None,
        payload: None,
        ttl_secs: None,
        uri: None,
        is_simple: None,
        jwt: None,
    };
    match kind.clone() {
        AuthorizerKind::Jwt { issuer, audience } => {
            Wanted { jwt: Some(JWTConfiguration { audience: Some(audience), issuer: Some(issuer) }), ..nothing }
        }
        AuthorizerKind::Request { uri, credentials, payload, ttl_secs, is_simple } => Wanted {
            kind: AuthorizerType::Request,
            credentials,
            payload: Some(payload.as_str().into()),
            ttl_secs: Some(ttl_secs),
            uri: Some(uri),
            is_simple: Some(is_simple),
            ..nothing
        },
    }
}

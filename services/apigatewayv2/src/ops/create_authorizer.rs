use super::create_integration::and_pass_role;
use crate::{
    ApiGateway, answer, arn, deploy,
    limits::{AUTHORIZER_ID_LENGTH, LONGEST_AUTHORIZER_TTL_SECS},
    proxy::{function_uri::FunctionUri, identity::Source},
    state::{self, AUTHORIZERS, Authorizer, AuthorizerKind, Payload},
};
use api_apigatewayv2::{
    AuthorizerType, CreateAuthorizer, CreateAuthorizerRequest, CreateAuthorizerResponse, JWTConfiguration, errors,
};
use kernel::{Access, Call, Outcome, Tx, Write};
use shape::ApiError;

impl Write<CreateAuthorizer> for ApiGateway {
    fn access(call: &Call, input: &CreateAuthorizerRequest) -> Access {
        let access = Access::to(arn::of_apis(call, format_args!("/{}/authorizers", input.api_id)));
        and_pass_role(access, input.authorizer_credentials_arn.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateAuthorizerRequest) -> Outcome<CreateAuthorizerResponse> {
        let api = input.api_id.as_str();
        state::check_api(tx, call, api)?;
        let wanted = Wanted {
            kind: input.authorizer_type,
            credentials: input.authorizer_credentials_arn,
            payload: input.authorizer_payload_format_version,
            ttl_secs: input.authorizer_result_ttl_in_seconds,
            uri: input.authorizer_uri,
            is_simple: input.enable_simple_responses,
            jwt: input.jwt_configuration,
        };
        let authorizer = Authorizer { name: input.name, identity_source: input.identity_source, kind: wanted.kind()? };
        check(tx, api, &authorizer, None)?;
        let id = call.entropy.lower(AUTHORIZER_ID_LENGTH);
        tx.put(&AUTHORIZERS, (api, id.as_str()), &authorizer)?;
        deploy::deploy_automatic(tx, call, api)?;
        answer::alike(answer::authorizer(&id, authorizer))
    }
}

/// What a caller says of an authorizer beyond its name.
pub(super) struct Wanted {
    pub(super) kind: AuthorizerType,
    pub(super) credentials: Option<String>,
    pub(super) payload: Option<String>,
    pub(super) ttl_secs: Option<i32>,
    pub(super) uri: Option<String>,
    pub(super) is_simple: Option<bool>,
    pub(super) jwt: Option<JWTConfiguration>,
}

impl Wanted {
    pub(super) fn kind(self) -> Outcome<AuthorizerKind> {
        match self.kind {
            AuthorizerType::Jwt => self.jwt(),
            AuthorizerType::Request => self.request(),
        }
    }

    fn jwt(self) -> Outcome<AuthorizerKind> {
        let JWTConfiguration { audience, issuer } = self.jwt.unwrap_or_default();
        let issuer =
            issuer.ok_or_else(|| errors::bad_request_exception("Issuer must be specified for JWT authorizers"))?;
        if !issuer.starts_with("https://") {
            return Err(errors::bad_request_exception(format!(
                "Invalid issuer: {issuer}. Issuer must have a valid URL that begins with https://"
            )));
        }
        let audience = audience.unwrap_or_default();
        if audience.is_empty() {
            return Err(errors::bad_request_exception("Audience must be specified for JWT authorizers"));
        }
        Ok(AuthorizerKind::Jwt { issuer, audience })
    }

    fn request(self) -> Outcome<AuthorizerKind> {
        let uri = self.uri.unwrap_or_default();
        if FunctionUri::parse(&uri).is_none() {
            return Err(errors::bad_request_exception(format!(
                "Invalid Authorizer URI: {uri}. Authorizer URI should be a valid API Gateway ARN that represents a Lambda \
                 function invocation."
            )));
        }
        if self.credentials.is_some() {
            return Err(ApiError::not_implemented("AuthorizerCredentialsArn"));
        }
        let payload = self.payload.as_deref().and_then(Payload::parse).ok_or_else(|| {
            errors::bad_request_exception(
                "AuthorizerPayloadFormatVersion is a required parameter for REQUEST authorizer: 1.0 or 2.0",
            )
        })?;
        let ttl_secs = self.ttl_secs.unwrap_or(0);
        if !(0..=LONGEST_AUTHORIZER_TTL_SECS).contains(&ttl_secs) {
            return Err(errors::bad_request_exception("AuthorizerResultTtlInSeconds must be between 0 and 3600"));
        }
        let is_simple = self.is_simple.unwrap_or(false);
        if is_simple && payload == Payload::V1 {
            return Err(errors::bad_request_exception(
                "EnableSimpleResponses is only supported for AuthorizerPayloadFormatVersion 2.0",
            ));
        }
        Ok(AuthorizerKind::Request { uri, credentials: None, payload, ttl_secs, is_simple })
    }
}

/// The rules between an authorizer's parts, and that its name is its own.
pub(super) fn check(tx: &Tx<'_>, api: &str, authorizer: &Authorizer, own: Option<&str>) -> Outcome<()> {
    for ((_, id), other) in tx.list(&AUTHORIZERS, (api,))? {
        if Some(id.as_str()) != own && other.name == authorizer.name {
            return Err(errors::conflict_exception(
                "Authorizer name must be unique. Authorizer with that name already exists",
            ));
        }
    }
    for source in &authorizer.identity_source {
        if Source::parse(source).is_none() {
            return Err(errors::bad_request_exception(format!("Invalid identity source specified: {source}")));
        }
    }
    match &authorizer.kind {
        AuthorizerKind::Jwt { .. } if authorizer.identity_source.len() != 1 => {
            Err(errors::bad_request_exception("Only one identity source is supported for authorizers of type JWT"))
        }
        AuthorizerKind::Request { ttl_secs, .. } if *ttl_secs > 0 && authorizer.identity_source.is_empty() => {
            Err(errors::bad_request_exception("IdentitySource is required when caching is enabled"))
        }
        _ => Ok(()),
    }
}

//! The clients of a pool.

use crate::{
    Cognito,
    state::{self, CLIENT_HOMES, CLIENTS, get_client, get_pool, pool_arn, put_client},
    token::Validity,
};
use api_cognito_idp::{
    CreateUserPoolClient, CreateUserPoolClientRequest, CreateUserPoolClientResponse, DeleteUserPoolClient,
    DeleteUserPoolClientOutputNothing, DeleteUserPoolClientRequest, DescribeUserPoolClient,
    DescribeUserPoolClientRequest, DescribeUserPoolClientResponse, ListUserPoolClients, ListUserPoolClientsRequest,
    ListUserPoolClientsResponse, OAuthFlowType, TokenValidityUnitsType, UpdateUserPoolClient,
    UpdateUserPoolClientRequest, UpdateUserPoolClientResponse, UserPoolClientDescription, UserPoolClientType, errors,
    shapes,
};
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};

/// Scopes that every pool knows.
pub(crate) const OWN_SCOPES: [&str; 5] = ["openid", "email", "phone", "profile", crate::token::ADMIN_SCOPE];
const ID_LENGTH: usize = 26;
const SECRET_LENGTH: usize = 51;

impl Write<CreateUserPoolClient> for Cognito {
    fn access(call: &Call, input: &CreateUserPoolClientRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateUserPoolClientRequest,
    ) -> Outcome<CreateUserPoolClientResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        if input.client_secret.is_some() && input.generate_secret == Some(true) {
            let said = "GenerateSecret and ClientSecret cannot be specified together.";
            return Err(errors::invalid_parameter_exception(said));
        }
        let id = call.entropy.lower(ID_LENGTH);
        let secret = (input.generate_secret == Some(true)).then(|| call.entropy.lower(SECRET_LENGTH));
        let client = completed(UserPoolClientType {
            user_pool_id: Some(input.user_pool_id),
            client_name: Some(input.client_name),
            client_id: Some(id.clone()),
            client_secret: secret.or(input.client_secret),
            last_modified_date: Some(call.now),
            creation_date: Some(call.now),
            refresh_token_validity: input.refresh_token_validity,
            access_token_validity: input.access_token_validity,
            id_token_validity: input.id_token_validity,
            token_validity_units: input.token_validity_units,
            read_attributes: input.read_attributes,
            write_attributes: input.write_attributes,
            explicit_auth_flows: input.explicit_auth_flows,
            supported_identity_providers: input.supported_identity_providers,
            callback_urls: input.callback_urls,
            logout_urls: input.logout_urls,
            default_redirect_uri: input.default_redirect_uri,
            allowed_o_auth_flows: input.allowed_o_auth_flows,
            allowed_o_auth_scopes: input.allowed_o_auth_scopes,
            allowed_o_auth_flows_user_pool_client: input.allowed_o_auth_flows_user_pool_client,
            prevent_user_existence_errors: input.prevent_user_existence_errors,
            enable_token_revocation: input.enable_token_revocation,
            enable_propagate_additional_user_context_data: input.enable_propagate_additional_user_context_data,
            auth_session_validity: input.auth_session_validity,
            refresh_token_rotation: input.refresh_token_rotation,
        });
        check(tx, pool.id(), &client)?;
        put_client(tx, pool.id(), &id, client.clone())?;
        tx.in_scope(&Scope::shared()).put(&CLIENT_HOMES, id.as_str(), &pool.home)?;
        Ok(CreateUserPoolClientResponse { user_pool_client: Some(client) })
    }
}

fn completed(client: UserPoolClientType) -> UserPoolClientType {
    UserPoolClientType {
        refresh_token_validity: client.refresh_token_validity.filter(|days| *days > 0).or(Some(30)),
        token_validity_units: client.token_validity_units.or_else(|| Some(TokenValidityUnitsType::default())),
        allowed_o_auth_flows_user_pool_client: client.allowed_o_auth_flows_user_pool_client.or(Some(false)),
        enable_token_revocation: client.enable_token_revocation.or(Some(true)),
        enable_propagate_additional_user_context_data: client
            .enable_propagate_additional_user_context_data
            .or(Some(false)),
        auth_session_validity: client.auth_session_validity.or(Some(3)),
        ..client
    }
}

fn check(tx: &Tx<'_>, pool: &str, client: &UserPoolClientType) -> Outcome<()> {
    let refuse = |said: String| Err(errors::invalid_parameter_exception(said));
    let validity = Validity::of(client);
    let day = 86_400;
    let is_short = |secs: i64| (300..=day).contains(&secs);
    if !is_short(validity.access_secs)
        || !is_short(validity.id_secs)
        || !(3600..=3650 * day).contains(&validity.refresh_secs)
    {
        return refuse("Invalid range for token validity.".into());
    }
    if validity.refresh_secs < validity.access_secs || validity.refresh_secs < validity.id_secs {
        return refuse("Refresh token validity must be longer than access and id token validity.".into());
    }
    if let Some(other) = client.supported_identity_providers.iter().flatten().find(|name| *name != "COGNITO") {
        return refuse(format!("The provider {other} does not exist for User Pool {pool}."));
    }
    let flows = client.allowed_o_auth_flows.clone().unwrap_or_default();
    let scopes = client.allowed_o_auth_scopes.clone().unwrap_or_default();
    if client.allowed_o_auth_flows_user_pool_client == Some(true) && (flows.is_empty() || scopes.is_empty()) {
        return Err(errors::invalid_o_auth_flow_exception(
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ));
    }
    let is_machine = flows.contains(&OAuthFlowType::ClientCredentials);
    if is_machine && flows.len() > 1 {
        return Err(errors::invalid_o_auth_flow_exception(
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ));
    }
    if is_machine && client.client_secret.is_none() {
        return Err(errors::invalid_o_auth_flow_exception(
            "client_credentials flow can not be selected if client does not have a client secret.",
        ));
    }
    for scope in &scopes {
        let is_own = OWN_SCOPES.contains(&scope.as_str());
        if !is_own && !is_custom_scope(tx, pool, scope)? {
            return Err(errors::scope_does_not_exist_exception(format!("Invalid scope requested: {scope}")));
        }
    }
    check_addresses(client)
}

fn is_custom_scope(tx: &Tx<'_>, pool: &str, scope: &str) -> Outcome<bool> {
    let Some((identifier, name)) = scope.rsplit_once('/') else { return Ok(false) };
    let Some(text) = tx.get(&state::RESOURCE_SERVERS, (pool, identifier))? else { return Ok(false) };
    let server: api_cognito_idp::ResourceServerType = state::unpack(&shapes::ResourceServerType, &text)?;
    Ok(server.scopes.iter().flatten().any(|known| known.scope_name == name))
}

fn check_addresses(client: &UserPoolClientType) -> Outcome<()> {
    let callbacks = client.callback_urls.clone().unwrap_or_default();
    for address in callbacks.iter().chain(client.logout_urls.iter().flatten()) {
        let is_local = address.starts_with("http://localhost")
            || address.starts_with("http://127.0.0.1")
            || address.starts_with("http://[::1]");
        // AWS: plain HTTP is for testing on one's own machine; applications may have schemes of their own.
        let is_plain = address.starts_with("http://") && !is_local;
        if is_plain || !address.contains(':') || address.contains('#') {
            return Err(errors::invalid_parameter_exception(format!(
                "Validation failed for redirect url {address}: it must be https, localhost, or an application's own scheme, and have no fragment."
            )));
        }
    }
    match &client.default_redirect_uri {
        Some(default) if !callbacks.contains(default) => {
            Err(errors::invalid_parameter_exception("The default redirect URI is not one of the callback URLs."))
        }
        _ => Ok(()),
    }
}

impl Read<DescribeUserPoolClient> for Cognito {
    fn access(call: &Call, input: &DescribeUserPoolClientRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeUserPoolClientRequest) -> Outcome<DescribeUserPoolClientResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let client = get_client(tx, &input.user_pool_id, &input.client_id)?;
        Ok(DescribeUserPoolClientResponse { user_pool_client: Some(client) })
    }
}

impl Read<ListUserPoolClients> for Cognito {
    fn access(call: &Call, input: &ListUserPoolClientsRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUserPoolClientsRequest) -> Outcome<ListUserPoolClientsResponse> {
        get_pool(tx, &input.user_pool_id)?;
        let rows = tx.list(&CLIENTS, (&*input.user_pool_id,))?;
        let (rows, next_token) = super::page(rows, input.max_results, 60, input.next_token.as_deref())?;
        let describe = |text: &state::Text| {
            let client: UserPoolClientType = state::unpack(&shapes::UserPoolClientType, text)?;
            let UserPoolClientType { client_id, user_pool_id, client_name, .. } = client;
            Ok(UserPoolClientDescription { client_id, user_pool_id, client_name })
        };
        let clients = rows.iter().map(|(_, text)| describe(text)).collect::<Outcome<_>>()?;
        Ok(ListUserPoolClientsResponse { user_pool_clients: Some(clients), next_token })
    }
}

impl Write<UpdateUserPoolClient> for Cognito {
    fn access(call: &Call, input: &UpdateUserPoolClientRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    /// AWS: what is not given goes back to its default, except the name.
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateUserPoolClientRequest,
    ) -> Outcome<UpdateUserPoolClientResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        let old = get_client(tx, pool.id(), &input.client_id)?;
        let client = completed(UserPoolClientType {
            user_pool_id: old.user_pool_id,
            client_name: input.client_name.or(old.client_name),
            client_id: old.client_id,
            client_secret: old.client_secret,
            last_modified_date: Some(call.now),
            creation_date: old.creation_date,
            refresh_token_validity: input.refresh_token_validity,
            access_token_validity: input.access_token_validity,
            id_token_validity: input.id_token_validity,
            token_validity_units: input.token_validity_units,
            read_attributes: input.read_attributes,
            write_attributes: input.write_attributes,
            explicit_auth_flows: input.explicit_auth_flows,
            supported_identity_providers: input.supported_identity_providers,
            callback_urls: input.callback_urls,
            logout_urls: input.logout_urls,
            default_redirect_uri: input.default_redirect_uri,
            allowed_o_auth_flows: input.allowed_o_auth_flows,
            allowed_o_auth_scopes: input.allowed_o_auth_scopes,
            allowed_o_auth_flows_user_pool_client: input.allowed_o_auth_flows_user_pool_client,
            prevent_user_existence_errors: input.prevent_user_existence_errors,
            enable_token_revocation: input.enable_token_revocation,
            enable_propagate_additional_user_context_data: input.enable_propagate_additional_user_context_data,
            auth_session_validity: input.auth_session_validity,
            refresh_token_rotation: input.refresh_token_rotation,
        });
        check(tx, pool.id(), &client)?;
        put_client(tx, pool.id(), &input.client_id, client.clone())?;
        Ok(UpdateUserPoolClientResponse { user_pool_client: Some(client) })
    }
}

impl Write<DeleteUserPoolClient> for Cognito {
    fn access(call: &Call, input: &DeleteUserPoolClientRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteUserPoolClientRequest,
    ) -> Outcome<DeleteUserPoolClientOutputNothing> {
        get_pool(tx, &input.user_pool_id)?;
        get_client(tx, &input.user_pool_id, &input.client_id)?;
        tx.delete(&CLIENTS, (&*input.user_pool_id, &*input.client_id));
        tx.in_scope(&Scope::shared()).delete(&CLIENT_HOMES, input.client_id.as_str());
        Ok(DeleteUserPoolClientOutputNothing {})
    }
}

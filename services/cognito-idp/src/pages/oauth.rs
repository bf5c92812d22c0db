//! The OAuth endpoints that programs ask: token, userInfo, revoke. Any origin may, as on AWS: a token or a code is
//! what counts.

use super::{Asked, Reply};
use crate::{
    Cognito, attribute,
    people::Visit,
    session::{self, Begin},
    srp,
    state::{self, Grant, SESSIONS, TicketOf, USERS},
    token::Validity,
    turn::Turn,
};
use api_cognito_idp::{AuthenticationResultType, OAuthFlowType};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use http::{StatusCode, header};
use kernel::{Call, Cloud, Outcome, Tx};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use shape::ApiError;

pub(super) fn preflight() -> Reply {
    Reply::new(StatusCode::OK, "text/plain", String::new())
        .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS")
        .with(header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, X-Requested-With, x-amz-user-agent")
        .with(header::ACCESS_CONTROL_MAX_AGE, "86400")
}

fn refusal(error: &str) -> Reply {
    Reply::json(StatusCode::BAD_REQUEST, &json!({ "error": error }))
}

/// A refusal of the core, in OAuth's words. Faults of ours stay errors.
fn translated(result: Outcome<AuthenticationResultType>) -> Outcome<Reply> {
    match result {
        Ok(tokens) => Ok(Reply::json(StatusCode::OK, &as_json(tokens))),
        Err(error) if error.fault.is_some() => Err(error),
        Err(_) => Ok(refusal("invalid_grant")),
    }
}

fn as_json(tokens: AuthenticationResultType) -> Json {
    let mut json = Map::new();
    for (name, token) in
        [("id_token", tokens.id_token), ("access_token", tokens.access_token), ("refresh_token", tokens.refresh_token)]
    {
        json.extend(token.map(|token| (name.to_owned(), Json::from(token))));
    }
    json.insert("expires_in".into(), tokens.expires_in.unwrap_or_default().into());
    json.insert("token_type".into(), "Bearer".into());
    Json::Object(json)
}

/// The client that asks, with its secret where it has one.
fn client(tx: &Tx<'_>, asked: &Asked) -> Result<Visit, Reply> {
    let basic = asked.authorization.as_deref().and_then(|text| text.strip_prefix("Basic "));
    let basic = basic.and_then(|text| String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok());
    let (id, secret) = match &basic {
        Some(pair) => pair.split_once(':').map(|(id, secret)| (id, Some(secret))).unwrap_or((pair, None)),
        None => (asked.form.text("client_id"), asked.form.get("client_secret")),
    };
    let form_id = asked.form.get("client_id");
    if form_id.is_some_and(|form_id| form_id != id) {
        return Err(refusal("invalid_client"));
    }
    let visit = Visit::new(tx, &asked.home.pool, id).map_err(|_| refusal("invalid_client"))?;
    match (&visit.client.client_secret, secret) {
        (None, _) => Ok(visit),
        (Some(right), Some(given)) if srp::is_same(right.as_bytes(), given.as_bytes()) => Ok(visit),
        _ => Err(refusal("invalid_client")),
    }
}

impl Cognito {
    pub(super) async fn token(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        self.at(cloud, call, asked, |tx, call, turn, asked| {
            let visit = match client(tx, asked) {
                Ok(visit) => visit,
                Err(reply) => return Ok(reply),
            };
            match asked.form.text("grant_type") {
                "authorization_code" => redeem(tx, call, turn, &visit, asked),
                "refresh_token" => {
                    let result = session::refresh(tx, call, turn, &visit, asked.form.text("refresh_token"));
                    translated(result)
                }
                "client_credentials" => machine(turn, call, &visit, asked),
                "" => Ok(refusal("invalid_request")),
                _ => Ok(refusal("unsupported_grant_type")),
            }
        })
        .await
    }

    pub(super) async fn user_info(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        self.at(cloud, call, asked, |tx, call, _, asked| {
            let token = asked.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer "));
            let token = token.or(asked.form.get("access_token")).unwrap_or_default();
            match session::holder(tx, call, &asked.home.pool, token.trim()) {
                Ok(holder) if holder.scopes.iter().any(|scope| scope == "openid") => {
                    let mut told = Map::new();
                    for (name, value) in &holder.user.attributes {
                        if attribute::is_in_scope(&holder.scopes, name)
                            && attribute::is_readable(&holder.visit.client, name)
                        {
                            // AWS: everything is a text here, `email_verified`, too.
                            told.insert(name.clone(), json!(value));
                        }
                    }
                    told.insert("username".into(), json!(holder.user.username));
                    Ok(Reply::json(StatusCode::OK, &Json::Object(told)))
                }
                Err(error) if error.fault.is_some() => Err(error),
                _ => Ok(stale()),
            }
        })
        .await
    }

    pub(super) async fn revoke(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        self.at(cloud, call, asked, |tx, _, _, asked| {
            let visit = match client(tx, asked) {
                Ok(visit) => visit,
                Err(reply) => return Ok(reply),
            };
            let Some(secret) = asked.form.get("token") else { return Ok(refusal("invalid_request")) };
            match session::revoke(tx, &visit, secret) {
                Ok(()) => Ok(Reply::new(StatusCode::OK, "application/json", String::new())
                    .with(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")),
                Err(ApiError { fault: None, code: "UnsupportedTokenTypeException", .. }) => {
                    Ok(refusal("unsupported_token_type"))
                }
                Err(ApiError { fault: None, code: "UnauthorizedException", .. }) => Ok(refusal("invalid_client")),
                Err(ApiError { fault: None, .. }) => Ok(refusal("invalid_request")),
                Err(error) => Err(error),
            }
        })
        .await
    }
}

fn stale() -> Reply {
    let said = json!({"error": "invalid_token", "error_description": "Access token is expired, disabled, or deleted, or the user has globally signed out."});
    Reply::json(StatusCode::UNAUTHORIZED, &said).with(
        header::WWW_AUTHENTICATE,
        "Bearer error=\"invalid_token\", error_description=\"Access token is expired, disabled, or deleted, or the user has globally signed out.\"",
    )
}

/// Tokens for an authorization code: once, for the client and the address that it was made for, with its proof.
fn redeem(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, visit: &Visit, asked: &Asked) -> Outcome<Reply> {
    let pool = asked.home.pool.as_str();
    let code = asked.form.text("code");
    let ticket = state::find_ticket(tx, pool, "code", code)?;
    let Some((expires, TicketOf::Code(grant))) = ticket.map(|ticket| (ticket.expires, ticket.of)) else {
        return Ok(refusal("invalid_grant"));
    };
    if let Some(origin) = &grant.used {
        // Used twice: somebody else has it, so what it gave is taken back.
        tx.delete(&SESSIONS, (pool, &*grant.user, origin.as_str()));
        return Ok(refusal("invalid_grant"));
    }
    let is_fitting = expires > call.now
        && grant.client == visit.client_id
        && grant.redirect == asked.form.text("redirect_uri")
        && is_proven(grant.challenge.as_deref(), asked.form.get("code_verifier"));
    let user = tx.get(&USERS, (pool, &*grant.user))?.filter(|user| user.is_enabled);
    let Some(user) = user.filter(|_| is_fitting) else {
        // A code that was shown wrongly is spent.
        state::drop_ticket(tx, pool, "code", code);
        return Ok(refusal("invalid_grant"));
    };
    let Grant { user: key, scopes, nonce, auth_time, .. } = (*grant).clone();
    let begin =
        Begin { scopes, auth_time, nonce: nonce.as_deref(), refreshes: true, source: "TokenGeneration_HostedAuth" };
    let (tokens, origin) = session::begin(tx, call, turn, (visit, &key, &user), begin)?;
    let of = TicketOf::Code(Box::new(Grant { used: Some(origin), ..*grant }));
    state::issue_ticket(tx, pool, code, &state::Ticket { expires, of })?;
    Ok(Reply::json(StatusCode::OK, &as_json(tokens)))
}

fn is_proven(challenge: Option<&str>, verifier: Option<&str>) -> bool {
    match (challenge, verifier) {
        (None, None) => true,
        (Some(challenge), Some(verifier)) => {
            let made = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
            srp::is_same(made.as_bytes(), challenge.as_bytes())
        }
        _ => false,
    }
}

/// A token for the client itself.
fn machine(turn: &mut Turn, call: &Call, visit: &Visit, asked: &Asked) -> Outcome<Reply> {
    let flows = visit.client.allowed_o_auth_flows.clone().unwrap_or_default();
    if visit.client.allowed_o_auth_flows_user_pool_client != Some(true)
        || !flows.contains(&OAuthFlowType::ClientCredentials)
    {
        return Ok(refusal("unauthorized_client"));
    }
    let allowed = visit.client.allowed_o_auth_scopes.clone().unwrap_or_default();
    let scopes: Vec<String> = match asked.form.get("scope") {
        None => allowed.iter().filter(|scope| scope.contains('/')).cloned().collect(),
        Some(scope) => scope.split_whitespace().map(ToOwned::to_owned).collect(),
    };
    if scopes.iter().any(|scope| !allowed.contains(scope) || !scope.contains('/')) {
        return Ok(refusal("invalid_scope"));
    }
    let lives_secs = Validity::of(&visit.client).access_secs;
    let claims = json!({
        "sub": visit.client_id, "token_use": "access", "scope": scopes.join(" "), "auth_time": call.now.secs(),
        "iss": visit.pool.home.issuer(), "exp": call.now.secs() + lives_secs, "iat": call.now.secs(), "version": 2,
        "jti": call.entropy.uuid(), "client_id": visit.client_id,
    });
    let access = turn.tokens(&visit.pool.home, vec![claims.to_string()])?.pop();
    let expires_in = i32::try_from(lives_secs).ok();
    let tokens = AuthenticationResultType { access_token: access, expires_in, ..Default::default() };
    Ok(Reply::json(StatusCode::OK, &as_json(tokens)))
}

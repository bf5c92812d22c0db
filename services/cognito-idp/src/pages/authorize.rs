//! The authorization request: who asks, for what, and where the answer goes.

use super::{Asked, Fields, Reply, encoded, html, visit};
use crate::{
    Cognito,
    people::Visit,
    session::{self, Begin},
    state::{self, Grant, Status, TicketOf, USERS, User},
    turn::Turn,
};
use api_cognito_idp::OAuthFlowType;
use base::Timestamp;
use http::StatusCode;
use kernel::{Call, Cloud, Outcome, Tx};

/// AWS: how long an authorization code waits for its exchange, and a browser stays signed in.
const CODE_SECS: i64 = 300;
pub(super) const LOGIN_SECS: i64 = 3600;
/// The name of the cookie that says who is signed in.
pub(super) const LOGIN: &str = "cognito";

/// A request that may be answered at its redirect address.
pub(super) struct Wanted {
    pub(super) visit: Visit,
    redirect: String,
    scopes: Vec<String>,
    is_implicit: bool,
}

impl Cognito {
    pub(super) async fn authorize(&self, cloud: &Cloud, call: &Call, asked: Asked) -> Outcome<Reply> {
        self.at(cloud, call, asked, |tx, call, turn, asked| {
            let wanted = match check(tx, asked)? {
                Ok(wanted) => wanted,
                Err(reply) => return Ok(reply),
            };
            let prompt = asked.query.text("prompt");
            let login = if prompt == "login" { None } else { signed_in(tx, call, asked)? };
            match login {
                Some((key, user, at)) => finish(tx, call, turn, asked, &wanted, (&key, &user), at),
                None if prompt == "none" => Ok(refuse(asked, &wanted.redirect, wanted.is_implicit, "login_required")),
                None => Ok(Reply::redirect(&format!("/login?{}", asked.query.encode()))),
            }
        })
        .await
    }
}

/// Checks the request of a page's query. What must not be told to an unknown address becomes a page of its own.
pub(super) fn check(tx: &Tx<'_>, asked: &Asked) -> Outcome<Result<Wanted, Reply>> {
    let query = &asked.query;
    let lost = |error: &str| Ok(Err(error_address(query, error)));
    let Some(client_id) = query.get("client_id") else { return lost("Required parameter 'client_id' missing") };
    let visit = match visit(tx, asked, client_id) {
        Ok(visit) => visit,
        Err(_) => return lost("invalid_request"),
    };
    let callbacks = visit.client.callback_urls.clone().unwrap_or_default();
    let redirect = query.get("redirect_uri").map(ToOwned::to_owned).or(visit.client.default_redirect_uri.clone());
    let Some(redirect) = redirect.or_else(|| callbacks.first().cloned().filter(|_| callbacks.len() == 1)) else {
        return lost("redirect_mismatch");
    };
    if !callbacks.contains(&redirect) {
        return lost("redirect_mismatch");
    }
    let is_implicit = query.text("response_type") == "token";
    let flow = match query.text("response_type") {
        "code" => OAuthFlowType::Code,
        "token" => OAuthFlowType::Implicit,
        _ => return Ok(Err(refuse(asked, &redirect, false, "unsupported_response_type"))),
    };
    let flows = visit.client.allowed_o_auth_flows.clone().unwrap_or_default();
    if visit.client.allowed_o_auth_flows_user_pool_client != Some(true) || !flows.contains(&flow) {
        return Ok(Err(refuse(asked, &redirect, is_implicit, "unauthorized_client")));
    }
    let method = query.get("code_challenge_method");
    let is_proof_wrong = match (query.get("code_challenge"), method) {
        (None, None) => false,
        (Some(challenge), Some("S256")) => challenge.len() != 43,
        // AWS: only S256 is known.
        _ => true,
    };
    if is_proof_wrong {
        return Ok(Err(refuse(asked, &redirect, is_implicit, "invalid_request")));
    }
    let allowed = visit.client.allowed_o_auth_scopes.clone().unwrap_or_default();
    let scopes: Vec<String> = match query.get("scope") {
        None => allowed.clone(),
        Some(scope) => scope.split_whitespace().map(ToOwned::to_owned).collect(),
    };
    if scopes.iter().any(|scope| !allowed.contains(scope)) {
        return Ok(Err(refuse(asked, &redirect, is_implicit, "invalid_scope")));
    }
    Ok(Ok(Wanted { visit, redirect, scopes, is_implicit }))
}

/// The page that says what is wrong with a request that has no address to answer to.
fn error_address(query: &Fields, error: &str) -> Reply {
    let client = query.text("client_id");
    Reply::redirect(&format!("/error?error={}&client_id={}", encoded(error), encoded(client)))
}

/// Tells the application that it cannot have what it asked for.
fn refuse(asked: &Asked, redirect: &str, is_implicit: bool, error: &str) -> Reply {
    answer(redirect, is_implicit, &[("error", error), ("state", asked.query.text("state"))])
}

fn answer(redirect: &str, in_fragment: bool, fields: &[(&str, &str)]) -> Reply {
    let fields = fields.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> = fields.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let mark = if in_fragment {
        '#'
    } else if redirect.contains('?') {
        '&'
    } else {
        '?'
    };
    Reply::redirect(&format!("{redirect}{mark}{}", pairs.join("&")))
}

/// Who is signed in with this browser, and since when.
pub(super) fn signed_in(tx: &Tx<'_>, call: &Call, asked: &Asked) -> Outcome<Option<(String, User, Timestamp)>> {
    let Some(secret) = asked.cookies.get(LOGIN) else { return Ok(None) };
    let ticket = state::find_ticket(tx, &asked.home.pool, "login", secret)?.filter(|ticket| ticket.expires > call.now);
    let Some(TicketOf::Login { user: key, auth_time }) = ticket.map(|ticket| ticket.of) else { return Ok(None) };
    let user = tx.get(&USERS, (&*asked.home.pool, &*key))?;
    let is_welcome = |user: &User| user.is_enabled && user.status == Status::Confirmed;
    Ok(user.filter(is_welcome).map(|user| (key, user, auth_time)))
}

/// Remembers in the browser that this user signed in.
pub(super) fn remember(tx: &mut Tx<'_>, call: &Call, wanted: &Wanted, key: &str, reply: Reply) -> Outcome<Reply> {
    let of = TicketOf::Login { user: key.into(), auth_time: call.now };
    let secret = session::give(tx, call, &wanted.visit.pool, call.now.plus_secs(LOGIN_SECS), of)?;
    Ok(reply.cookie(LOGIN, &secret, LOGIN_SECS))
}

/// Sends the browser back to the application with what it asked for.
pub(super) fn finish(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    asked: &Asked,
    wanted: &Wanted,
    (key, user): (&str, &User),
    auth_time: Timestamp,
) -> Outcome<Reply> {
    let state = asked.query.text("state");
    if wanted.is_implicit {
        let nonce = asked.query.get("nonce");
        let begin = Begin {
            scopes: wanted.scopes.clone(),
            auth_time,
            nonce,
            refreshes: false,
            source: "TokenGeneration_HostedAuth",
        };
        let (tokens, _) = session::begin(tx, call, turn, (&wanted.visit, key, user), begin)?;
        let expires = tokens.expires_in.unwrap_or_default().to_string();
        let fields = [
            ("id_token", tokens.id_token.as_deref().unwrap_or_default()),
            ("access_token", tokens.access_token.as_deref().unwrap_or_default()),
            ("expires_in", &*expires),
            ("token_type", "Bearer"),
            ("state", state),
        ];
        return Ok(answer(&wanted.redirect, true, &fields));
    }
    let grant = Grant {
        user: key.into(),
        client: wanted.visit.client_id.clone(),
        redirect: wanted.redirect.clone(),
        scopes: wanted.scopes.clone(),
        challenge: asked.query.get("code_challenge").map(Into::into),
        nonce: asked.query.get("nonce").map(Into::into),
        auth_time,
        used: None,
    };
    let code = call.entropy.uuid();
    let ticket = state::Ticket { expires: call.now.plus_secs(CODE_SECS), of: TicketOf::Code(Box::new(grant)) };
    state::issue_ticket(tx, &asked.home.pool, &code, &ticket)?;
    Ok(answer(&wanted.redirect, false, &[("code", &code), ("state", state)]))
}

/// What a page shows when its query is no request that can be answered.
pub(super) fn not_a_request() -> Reply {
    html::plain_error(StatusCode::BAD_REQUEST, "An error was encountered with the requested page.")
}

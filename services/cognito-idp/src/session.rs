//! Sign-ins that last: their tokens, and who holds one.

use crate::{
    keys, people,
    people::Visit,
    state::{self, KEYS, Pool, SESSIONS, Session, Ticket, TicketOf, USERS, User},
    token::{ADMIN_SCOPE, Subject, Validity},
    trigger::{self, About, Override, Trigger},
    turn::Turn,
};
use api_cognito_idp::{AuthenticationResultType, FeatureType, GroupType, errors};
use base::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Call, Outcome, Tx};
use serde_json::json;
use shape::ApiError;

/// A sign-in that is to begin.
pub(crate) struct Begin<'a> {
    pub(crate) scopes: Vec<String>,
    pub(crate) auth_time: Timestamp,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) refreshes: bool,
    /// What a function that makes tokens is told about the occasion.
    pub(crate) source: &'static str,
}

impl Begin<'_> {
    /// By an operation of the API, now.
    pub(crate) fn by_api(call: &Call) -> Self {
        Self {
            scopes: vec![ADMIN_SCOPE.into()],
            auth_time: call.now,
            nonce: None,
            refreshes: true,
            source: "TokenGeneration_Authentication",
        }
    }
}

/// Begins a session and answers with its tokens and the session's name.
pub(crate) fn begin(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &User),
    begin: Begin<'_>,
) -> Outcome<(AuthenticationResultType, String)> {
    let origin = call.entropy.uuid();
    let validity = Validity::of(&visit.client);
    let lives_secs = if begin.refreshes { validity.refresh_secs } else { validity.access_secs.max(validity.id_secs) };
    let session = Session {
        client: visit.client_id.clone(),
        auth_time: begin.auth_time,
        scopes: begin.scopes,
        expires: call.now.plus_secs(lives_secs),
    };
    tx.put(&SESSIONS, (visit.pool.id(), key, &*origin), &session)?;
    let mut result = tokens(tx, call, turn, (visit, key, user), (&session, &origin), (begin.nonce, begin.source))?;
    if begin.refreshes {
        let of = TicketOf::Refresh { user: key.into(), origin: origin.clone(), client: visit.client_id.clone() };
        result.refresh_token = Some(give(tx, call, &visit.pool, session.expires, of)?);
    }
    Ok((result, origin))
}

/// Draws a secret and keeps a ticket for it.
pub(crate) fn give(tx: &mut Tx<'_>, call: &Call, pool: &Pool, expires: Timestamp, of: TicketOf) -> Outcome<String> {
    let secret = URL_SAFE_NO_PAD.encode(call.entropy.bytes::<48>());
    state::issue_ticket(tx, pool.id(), &secret, &Ticket { expires, of })?;
    Ok(secret)
}

fn tokens(
    tx: &Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &User),
    (session, origin): (&Session, &str),
    (nonce, source): (Option<&str>, &'static str),
) -> Outcome<AuthenticationResultType> {
    let groups = people::groups_of(tx, &visit.pool, key)?;
    let changes = changes(turn, (visit, user), session, &groups, source)?;
    let (access_jti, id_jti, event) = (call.entropy.uuid(), call.entropy.uuid(), call.entropy.uuid());
    let subject = Subject {
        home: &visit.pool.home,
        client_id: &visit.client_id,
        client: &visit.client,
        user,
        groups: &groups,
        session,
        origin,
        event: &event,
        changes: &changes,
        now: call.now,
    };
    let is_hosted = session.scopes != [ADMIN_SCOPE];
    let wants_id = !is_hosted || session.scopes.iter().any(|scope| scope == "openid");
    let mut claims = vec![subject.access(&access_jti)];
    if wants_id && !is_hosted {
        claims.push(subject.id(&id_jti, nonce, None));
    }
    let signed = turn.tokens(&visit.pool.home, claims)?;
    let (access_token, mut id_token) = (signed.first().cloned(), signed.get(1).cloned());
    if wants_id && is_hosted {
        let claims = subject.id(&id_jti, nonce, access_token.as_deref());
        id_token = turn.tokens(&visit.pool.home, vec![claims])?.pop();
    }
    Ok(AuthenticationResultType {
        access_token,
        id_token,
        expires_in: i32::try_from(Validity::of(&visit.client).access_secs).ok(),
        token_type: Some("Bearer".into()),
        refresh_token: None,
    })
}

/// What the pool's function makes of the tokens.
fn changes(
    turn: &mut Turn,
    (visit, user): (&Visit, &User),
    session: &Session,
    groups: &[(String, GroupType)],
    source: &'static str,
) -> Outcome<Override> {
    let mut request = json!({
        "userAttributes": trigger::attributes(user),
        "groupConfiguration": trigger::group_configuration(groups),
    });
    let response = if trigger::has_second_version(&visit.pool) {
        request["scopes"] = json!(session.scopes);
        json!({"claimsAndScopeOverrideDetails": null})
    } else {
        json!({"claimsOverrideDetails": null})
    };
    let asked = (Trigger::PreTokenGeneration, source);
    let said = turn.consult(asked, About::new(visit, user), request, response)?;
    Ok(said.as_ref().map(Override::read).unwrap_or_default())
}

/// New tokens for a refresh token; a new refresh token, too, where the client rotates them.
pub(crate) fn refresh(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    secret: &str,
) -> Outcome<AuthenticationResultType> {
    let invalid = || errors::not_authorized_exception("Invalid Refresh Token");
    let ticket = state::find_ticket(tx, visit.pool.id(), "refresh", secret)?.ok_or_else(invalid)?;
    let TicketOf::Refresh { user: key, origin, client } = ticket.of.clone() else { return Err(invalid()) };
    if client != visit.client_id {
        return Err(invalid());
    }
    if ticket.expires <= call.now {
        return Err(errors::not_authorized_exception("Refresh Token has expired"));
    }
    let revoked = || errors::not_authorized_exception("Refresh Token has been revoked");
    let session = tx.get(&SESSIONS, (visit.pool.id(), &*key, &*origin))?.ok_or_else(revoked)?;
    let user = tx.get(&USERS, (visit.pool.id(), &*key))?.ok_or_else(revoked)?;
    if !user.is_enabled {
        return Err(errors::not_authorized_exception("User is disabled."));
    }
    let mut result =
        tokens(tx, call, turn, (visit, &key, &user), (&session, &origin), (None, "TokenGeneration_RefreshTokens"))?;
    let rotation =
        visit.client.refresh_token_rotation.as_ref().filter(|rotation| rotation.feature == FeatureType::Enabled);
    if let Some(rotation) = rotation {
        let until = call.now.plus_secs(rotation.retry_grace_period_seconds.unwrap_or(0).into());
        if until > call.now {
            let expires = until.min(ticket.expires);
            state::issue_ticket(tx, visit.pool.id(), secret, &Ticket { expires, of: ticket.of.clone() })?;
        } else {
            state::drop_ticket(tx, visit.pool.id(), "refresh", secret);
        }
        result.refresh_token = Some(give(tx, call, &visit.pool, session.expires, ticket.of)?);
    }
    Ok(result)
}

/// Ends the session of a refresh token. What is not a token is as good as revoked.
pub(crate) fn revoke(tx: &mut Tx<'_>, visit: &Visit, secret: &str) -> Outcome<()> {
    if visit.client.enable_token_revocation == Some(false) {
        return Err(errors::unsupported_operation_exception("Token revocation is not supported for this client."));
    }
    if secret.split('.').count() == 3 {
        return Err(errors::unsupported_token_type_exception("The token type is not supported"));
    }
    let Some(ticket) = state::find_ticket(tx, visit.pool.id(), "refresh", secret)? else { return Ok(()) };
    let TicketOf::Refresh { user, origin, client } = ticket.of else { return Ok(()) };
    if client != visit.client_id {
        return Err(errors::unauthorized_exception("The token was not issued to this client."));
    }
    tx.delete(&SESSIONS, (visit.pool.id(), &*user, &*origin));
    state::drop_ticket(tx, visit.pool.id(), "refresh", secret);
    Ok(())
}

/// Whoever an access token speaks for.
pub(crate) struct Holder {
    pub(crate) visit: Visit,
    pub(crate) key: String,
    pub(crate) user: User,
    pub(crate) scopes: Vec<String>,
}

fn invalid_token() -> ApiError {
    errors::not_authorized_exception("Invalid Access Token")
}

/// The pool that a token says it is of: where to look before anything of it is believed.
pub(crate) fn home_of(tx: &Tx<'_>, token: &str) -> Outcome<state::Home> {
    let claims = token.split('.').nth(1).and_then(|claims| URL_SAFE_NO_PAD.decode(claims).ok());
    let claims: serde_json::Value =
        claims.and_then(|json| serde_json::from_slice(&json).ok()).ok_or_else(invalid_token)?;
    let pool = claims["iss"].as_str().and_then(|issuer| issuer.rsplit('/').next()).unwrap_or_default();
    state::pool_home(tx, pool)?.ok_or_else(invalid_token)
}

/// Checks an access token. `tx` stands in the scope of [`home_of`].
pub(crate) fn holder(tx: &Tx<'_>, call: &Call, pool: &str, token: &str) -> Outcome<Holder> {
    let key = tx.get(&KEYS, pool)?.ok_or_else(invalid_token)?;
    let claims = keys::claims(&key, token).ok_or_else(invalid_token)?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("token_use") != "access" || text("username").is_empty() {
        return Err(invalid_token());
    }
    if claims["exp"].as_i64().unwrap_or(0) <= call.now.secs() {
        return Err(errors::not_authorized_exception("Access Token has expired"));
    }
    let visit = Visit::new(tx, pool, text("client_id")).map_err(|_| invalid_token())?;
    let key = visit.pool.fold(text("username"));
    let user = tx.get(&USERS, (pool, &*key))?;
    let user = user.ok_or_else(|| errors::user_not_found_exception("User does not exist."))?;
    let is_revocable = visit.client.enable_token_revocation != Some(false);
    if is_revocable && !tx.has(&SESSIONS, (pool, &*key, text("origin_jti")))? {
        return Err(errors::not_authorized_exception("Access Token has been revoked"));
    }
    if !user.is_enabled {
        return Err(errors::not_authorized_exception("User is disabled."));
    }
    let scopes = text("scope").split(' ').map(ToOwned::to_owned).collect();
    Ok(Holder { visit, key, user, scopes })
}

/// The holder of a token that may call the API for its user.
pub(crate) fn admin_of_self(tx: &Tx<'_>, call: &Call, pool: &str, token: &str) -> Outcome<Holder> {
    let holder = holder(tx, call, pool, token)?;
    if holder.scopes.iter().any(|scope| scope == ADMIN_SCOPE) {
        return Ok(holder);
    }
    Err(errors::not_authorized_exception("Access Token does not have required scopes"))
}

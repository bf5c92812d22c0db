//! Signing in by the API: the flows of InitiateAuth and the answers to its challenges.

use crate::{
    attribute,
    people::{self, Taken, Visit},
    session::{self, Begin},
    srp,
    state::{self, Password, Status, Ticket, TicketOf, USERS, User},
    totp,
    trigger::{self, About, Trigger},
    turn::Turn,
};
use api_cognito_idp::{AuthFlowType, AuthenticationResultType, ChallengeNameType, ExplicitAuthFlowsType, errors};
use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Call, Outcome, Tx};
use serde_json::json;
use shape::{ApiError, Map};

/// AWS: how long a challenge waits for its answer, where the client does not say.
const CHALLENGE_MINUTES: i32 = 3;
const SALT_BYTES: usize = 16;

/// What a flow comes to.
#[derive(Default)]
pub(crate) struct Step {
    pub(crate) challenge: Option<ChallengeNameType>,
    pub(crate) session: Option<String>,
    pub(crate) parameters: Map<String>,
    pub(crate) result: Option<AuthenticationResultType>,
}

/// Who starts a flow.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Caller {
    Public,
    /// With permissions of its own.
    Admin,
}

fn parameter<'a>(given: &'a Map<String>, name: &str) -> Outcome<&'a str> {
    let missing = || errors::invalid_parameter_exception(format!("Missing required parameter {name}"));
    given.get(name).map(String::as_str).filter(|value| !value.is_empty()).ok_or_else(missing)
}

fn check_flow(visit: &Visit, flow: AuthFlowType, caller: Caller) -> Outcome<()> {
    use ExplicitAuthFlowsType as Allowed;
    let listed = visit.client.explicit_auth_flows.clone().unwrap_or_default();
    let has = |wanted: &[Allowed]| wanted.iter().any(|one| listed.contains(one));
    // AWS: the older names say only what is allowed besides SRP and refreshing.
    let is_older = listed.is_empty() || has(&[Allowed::AdminNoSrpAuth, Allowed::UserPasswordAuth]);
    let (is_allowed, said) = match flow {
        AuthFlowType::UserSrpAuth => {
            (is_older || has(&[Allowed::AllowUserSrpAuth]), "USER_SRP_AUTH is not enabled for the client.")
        }
        AuthFlowType::UserPasswordAuth if caller == Caller::Public => (
            has(&[Allowed::AllowUserPasswordAuth, Allowed::UserPasswordAuth]),
            "USER_PASSWORD_AUTH flow not enabled for this client",
        ),
        AuthFlowType::AdminNoSrpAuth | AuthFlowType::AdminUserPasswordAuth if caller == Caller::Admin => (
            has(&[Allowed::AllowAdminUserPasswordAuth, Allowed::AdminNoSrpAuth]),
            "Auth flow not enabled for this client",
        ),
        AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken => {
            (is_older || has(&[Allowed::AllowRefreshTokenAuth]), "Auth flow not enabled for this client")
        }
        AuthFlowType::CustomAuth | AuthFlowType::UserAuth => {
            return Err(ApiError::not_implemented(format!("AuthFlow {flow}")));
        }
        _ => (false, "Initiate Auth method not supported."),
    };
    if is_allowed { Ok(()) } else { Err(errors::invalid_parameter_exception(said)) }
}

pub(crate) fn initiate(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, caller): (&Visit, Caller),
    flow: AuthFlowType,
    given: &Map<String>,
) -> Outcome<Step> {
    check_flow(visit, flow, caller)?;
    match flow {
        AuthFlowType::RefreshTokenAuth | AuthFlowType::RefreshToken => {
            let secret = parameter(given, "REFRESH_TOKEN")?;
            if visit.client.refresh_token_rotation.as_ref().is_some_and(|one| one.feature.as_str() == "ENABLED") {
                let said = "Refresh token rotation is enabled for this client: use GetTokensFromRefreshToken.";
                return Err(errors::unsupported_operation_exception(said));
            }
            check_refresh_secret(tx, visit, secret, given.get("SECRET_HASH").map(String::as_str))?;
            let result = session::refresh(tx, call, turn, visit, secret)?;
            Ok(Step { result: Some(result), ..Step::default() })
        }
        AuthFlowType::UserSrpAuth => {
            let name = parameter(given, "USERNAME")?;
            visit.check_secret_hash(name, given.get("SECRET_HASH").map(String::as_str))?;
            start_srp(tx, call, turn, visit, name, parameter(given, "SRP_A")?)
        }
        _ => {
            let name = parameter(given, "USERNAME")?;
            let password = parameter(given, "PASSWORD")?;
            visit.check_secret_hash(name, given.get("SECRET_HASH").map(String::as_str))?;
            let (key, user) = by_password(tx, call, turn, visit, (name, password))?;
            admit(tx, call, turn, (visit, &key, &user), "TokenGeneration_Authentication")
        }
    }
}

/// AWS: with a refresh token the hash is made over the user name that the pool knows, which clients know as `sub`, too.
fn check_refresh_secret(tx: &Tx<'_>, visit: &Visit, secret: &str, hash: Option<&str>) -> Outcome<()> {
    if visit.client.client_secret.is_none() {
        return Ok(());
    }
    let ticket = state::find_ticket(tx, visit.pool.id(), "refresh", secret)?;
    let user = match ticket.map(|ticket| ticket.of) {
        Some(TicketOf::Refresh { user, .. }) => tx.get(&USERS, (visit.pool.id(), &*user))?,
        _ => None,
    };
    // Without a user the token itself is refused.
    let Some(user) = user else { return Ok(()) };
    visit.check_secret_hash(&user.username, hash).or_else(|_| visit.check_secret_hash(&user.sub, hash))
}

/// Finds the user and checks the password: the road of the flows with passwords and of the hosted pages.
pub(crate) fn by_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    (name, password): (&str, &str),
) -> Outcome<(String, User)> {
    let Some((key, mut user)) = people::find(tx, &visit.pool, name)? else {
        return Err(if visit.hides_users() {
            people::wrong_password()
        } else {
            errors::user_not_found_exception("User does not exist.")
        });
    };
    if user.status == Status::ResetRequired {
        return Err(errors::password_reset_required_exception("Password reset required for the user"));
    }
    announce(turn, visit, &user)?;
    people::check_password(tx, call, turn, (&visit.pool, &key, &mut user), password)?;
    check_state(call, &user)?;
    Ok((key, user))
}

/// Whether somebody who has proven to be this user may come in.
pub(crate) fn check_state(call: &Call, user: &User) -> Outcome<()> {
    if !user.is_enabled {
        return Err(errors::not_authorized_exception("User is disabled."));
    }
    match user.status {
        Status::Unconfirmed => Err(errors::user_not_confirmed_exception("User is not confirmed.")),
        Status::ResetRequired => Err(errors::password_reset_required_exception("Password reset required for the user")),
        Status::ForceChangePassword if user.password_until.is_some_and(|until| until <= call.now) => {
            let said = "Temporary password has expired and must be reset by an administrator.";
            Err(errors::not_authorized_exception(said))
        }
        Status::Confirmed | Status::ForceChangePassword => Ok(()),
    }
}

/// Lets a proven user in, or asks for the password that a first sign-in chooses.
fn admit(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &User),
    source: &'static str,
) -> Outcome<Step> {
    if user.status != Status::ForceChangePassword {
        if totp::is_wanted(tx, &visit.pool, user)? {
            let of = TicketOf::Totp { user: key.into(), client: visit.client_id.clone(), source: source.into() };
            let session = session::give(tx, call, &visit.pool, challenge_until(call, visit), of)?;
            return Ok(Step {
                challenge: Some(ChallengeNameType::SoftwareTokenMfa),
                session: Some(session),
                parameters: [("USER_ID_FOR_SRP".to_owned(), user.username.clone())].into(),
                result: None,
            });
        }
        return enter(tx, call, turn, (visit, key, user), source);
    }
    let of = TicketOf::NewPassword { user: key.into(), client: visit.client_id.clone() };
    let session = session::give(tx, call, &visit.pool, challenge_until(call, visit), of)?;
    let shown: Map<&str> =
        user.attributes.iter().filter(|(name, _)| *name != "sub").map(|(n, v)| (n.clone(), &**v)).collect();
    let missing: Vec<_> = missing_attributes(visit, user).map(|name| format!("userAttributes.{name}")).collect();
    Ok(Step {
        challenge: Some(ChallengeNameType::NewPasswordRequired),
        session: Some(session),
        parameters: [
            ("USER_ID_FOR_SRP".to_owned(), user.username.clone()),
            ("requiredAttributes".to_owned(), json!(missing).to_string()),
            ("userAttributes".to_owned(), json!(shown).to_string()),
        ]
        .into(),
        result: None,
    })
}

/// A pool's function may refuse who is about to sign in, before the password is looked at.
fn announce(turn: &mut Turn, visit: &Visit, user: &User) -> Outcome<()> {
    let request = json!({"userAttributes": trigger::attributes(user), "validationData": turn.validation_data});
    let asked = (Trigger::PreAuthentication, "PreAuthentication_Authentication");
    turn.consult(asked, About::new(visit, user), request, json!({})).map(drop)
}

/// A pool's function learns who has signed in, and may still refuse.
pub(crate) fn welcome(turn: &mut Turn, visit: &Visit, user: &User) -> Outcome<()> {
    let request = json!({"userAttributes": trigger::attributes(user), "newDeviceUsed": false});
    let asked = (Trigger::PostAuthentication, "PostAuthentication_Authentication");
    turn.consult(asked, About::new(visit, user), request, json!({})).map(drop)
}

/// Begins the session of a user who has shown all that is wanted.
fn enter(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &User),
    source: &'static str,
) -> Outcome<Step> {
    welcome(turn, visit, user)?;
    let begin = Begin { source, ..Begin::by_api(call) };
    let (result, _) = session::begin(tx, call, turn, (visit, key, user), begin)?;
    Ok(Step { result: Some(result), ..Step::default() })
}

/// The code of an authenticator. A wrong one leaves the challenge as it is.
fn show_code(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    session: Option<&str>,
    given: &Map<String>,
) -> Outcome<Step> {
    let invalid = || errors::not_authorized_exception("Invalid session for the user.");
    let secret = session.ok_or_else(|| errors::invalid_parameter_exception("Missing required parameter Session"))?;
    let ticket = state::find_ticket(tx, visit.pool.id(), "totp", secret)?.ok_or_else(invalid)?;
    let TicketOf::Totp { user: key, client, source } = ticket.of else { return Err(invalid()) };
    if client != visit.client_id {
        return Err(invalid());
    }
    if ticket.expires <= call.now {
        return Err(errors::not_authorized_exception("Invalid session for the user, session is expired."));
    }
    let mut user = tx.get(&USERS, (visit.pool.id(), &*key))?.ok_or_else(invalid)?;
    check_state(call, &user)?;
    totp::take(tx, call, turn, (visit, &key, &mut user), parameter(given, "SOFTWARE_TOKEN_MFA_CODE")?)?;
    state::drop_ticket(tx, visit.pool.id(), "totp", secret);
    let source = match &*source {
        "TokenGeneration_NewPasswordChallenge" => "TokenGeneration_NewPasswordChallenge",
        _ => "TokenGeneration_Authentication",
    };
    enter(tx, call, turn, (visit, &key, &user), source)
}

fn challenge_until(call: &Call, visit: &Visit) -> base::Timestamp {
    call.now.plus_secs(60 * i64::from(visit.client.auth_session_validity.unwrap_or(CHALLENGE_MINUTES)))
}

/// Required attributes that an administrator left out.
pub(crate) fn missing_attributes<'a>(visit: &'a Visit, user: &'a User) -> impl Iterator<Item = &'a str> {
    let schema = visit.pool.settings.schema_attributes.iter().flatten();
    let required = schema.filter(|rule| rule.required == Some(true)).filter_map(|rule| rule.name.as_deref());
    required.filter(|name| !user.attributes.contains_key(*name))
}

fn start_srp(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, visit: &Visit, name: &str, public: &str) -> Outcome<Step> {
    let found = people::find(tx, &visit.pool, name)?;
    if found.is_none() && !visit.hides_users() {
        return Err(errors::user_not_found_exception("User does not exist."));
    }
    if let Some((_, user)) = &found {
        people::check_unlocked(call, user, "password", || {
            errors::not_authorized_exception("Password attempts exceeded")
        })?;
        if user.status == Status::ResetRequired {
            return Err(errors::password_reset_required_exception("Password reset required for the user"));
        }
        announce(turn, visit, user)?;
    }
    let user_id = found.as_ref().map_or_else(|| name.to_owned(), |(_, user)| user.username.clone());
    // For a name that nobody has, or a user without a password: the same salt each time, a verifier of no password.
    let stand_in = || Password {
        salt: srp::mac(visit.pool.id().as_bytes(), &[name.as_bytes()])[..SALT_BYTES].to_vec(),
        verifier: call.entropy.bytes::<32>().to_vec(),
    };
    let Password { salt, verifier } =
        found.as_ref().and_then(|(_, user)| user.password.clone()).unwrap_or_else(stand_in);
    let secret = call.entropy.bytes::<32>().to_vec();
    let server_public = turn.server_public(&verifier, &secret)?;
    let block = STANDARD.encode(call.entropy.bytes::<192>());
    let of = TicketOf::Srp {
        user: found.map(|(key, _)| key),
        user_id: user_id.clone(),
        client: visit.client_id.clone(),
        client_public: public.into(),
        verifier,
        secret,
    };
    state::issue_ticket(tx, visit.pool.id(), &block, &Ticket { expires: challenge_until(call, visit), of })?;
    Ok(Step {
        challenge: Some(ChallengeNameType::PasswordVerifier),
        parameters: [
            ("SALT".to_owned(), srp::hex(&salt)),
            ("SECRET_BLOCK".to_owned(), block),
            ("SRP_B".to_owned(), srp::hex(&server_public)),
            ("USERNAME".to_owned(), user_id.clone()),
            ("USER_ID_FOR_SRP".to_owned(), user_id),
        ]
        .into(),
        ..Step::default()
    })
}

pub(crate) fn respond(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    (challenge, session): (ChallengeNameType, Option<&str>),
    given: &Map<String>,
) -> Outcome<Step> {
    let name = parameter(given, "USERNAME")?;
    visit.check_secret_hash(name, given.get("SECRET_HASH").map(String::as_str))?;
    match challenge {
        ChallengeNameType::PasswordVerifier => finish_srp(tx, call, turn, visit, given),
        ChallengeNameType::NewPasswordRequired => choose_password(tx, call, turn, visit, session, given),
        ChallengeNameType::SoftwareTokenMfa => show_code(tx, call, turn, visit, session, given),
        other => Err(ApiError::not_implemented(format!("challenge {other}"))),
    }
}

fn finish_srp(tx: &mut Tx<'_>, call: &Call, turn: &mut Turn, visit: &Visit, given: &Map<String>) -> Outcome<Step> {
    let block = parameter(given, "PASSWORD_CLAIM_SECRET_BLOCK")?;
    let signature = parameter(given, "PASSWORD_CLAIM_SIGNATURE")?;
    let timestamp = parameter(given, "TIMESTAMP")?;
    let ticket = state::find_ticket(tx, visit.pool.id(), "srp", block)?.filter(|ticket| ticket.expires > call.now);
    let Some(TicketOf::Srp { user, user_id, client, client_public, verifier, secret }) = ticket.map(|ticket| ticket.of)
    else {
        return Err(people::wrong_password());
    };
    state::drop_ticket(tx, visit.pool.id(), "srp", block);
    // Whatever comes of it, the block is used up.
    turn.keep();
    if client != visit.client_id || !is_timestamp(timestamp) {
        return Err(people::wrong_password());
    }
    let key = turn.session_key(&client_public, &verifier, &secret)?;
    let block = STANDARD.decode(block).map_err(|_| people::wrong_password())?;
    let right = srp::proof(&key, visit.pool.short(), &user_id, &block, timestamp);
    let is_right = !key.is_empty() && srp::is_same(STANDARD.encode(right).as_bytes(), signature.as_bytes());
    let known = user.map(|key| Ok::<_, ApiError>((tx.get(&USERS, (visit.pool.id(), &*key))?, key))).transpose()?;
    let Some((Some(mut user), key)) = known else { return Err(people::wrong_password()) };
    // A password that changed in between makes the answer a wrong one.
    let is_right = is_right && user.password.as_ref().is_some_and(|password| password.verifier == verifier);
    people::note_try(tx, call, turn, (&visit.pool, &key, &mut user), "password", is_right)?;
    if !is_right {
        return Err(people::wrong_password());
    }
    check_state(call, &user)?;
    admit(tx, call, turn, (visit, &key, &user), "TokenGeneration_Authentication")
}

/// `Tue Nov 3 18:17:00 UTC 2026`
fn is_timestamp(text: &str) -> bool {
    let parts: Vec<_> = text.split(' ').collect();
    let [weekday, month, day, time, "UTC", year] = parts[..] else { return false };
    let is_number = |text: &str| text.parse::<u16>().is_ok();
    weekday.len() == 3
        && month.len() == 3
        && is_number(day)
        && !day.starts_with('0')
        && time.len() == 8
        && is_number(year)
}

fn choose_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    session: Option<&str>,
    given: &Map<String>,
) -> Outcome<Step> {
    let invalid = || errors::not_authorized_exception("Invalid session for the user.");
    let secret = session.ok_or_else(|| errors::invalid_parameter_exception("Missing required parameter Session"))?;
    let ticket = state::find_ticket(tx, visit.pool.id(), "new-password", secret)?.ok_or_else(invalid)?;
    let TicketOf::NewPassword { user: key, client } = ticket.of else { return Err(invalid()) };
    if client != visit.client_id {
        return Err(invalid());
    }
    if ticket.expires <= call.now {
        return Err(errors::not_authorized_exception("Invalid session for the user, session is expired."));
    }
    let mut user = tx.get(&USERS, (visit.pool.id(), &*key))?.ok_or_else(invalid)?;
    let attributes: attribute::Attributes = given
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("userAttributes.")?.to_owned(), value.clone())))
        .collect();
    first_password(tx, call, turn, (visit, &key, &mut user), parameter(given, "NEW_PASSWORD")?, attributes)?;
    state::drop_ticket(tx, visit.pool.id(), "new-password", secret);
    admit(tx, call, turn, (visit, &key, &user), "TokenGeneration_NewPasswordChallenge")
}

/// The password and the attributes that a first sign-in gives.
pub(crate) fn first_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (visit, key, user): (&Visit, &str, &mut User),
    new: &str,
    attributes: attribute::Attributes,
) -> Outcome<()> {
    if user.status != Status::ForceChangePassword {
        return Err(errors::not_authorized_exception("Invalid session for the user."));
    }
    attribute::check_writable(&visit.client, attributes.keys())?;
    user.attributes.extend(attributes);
    let schema = visit.pool.settings.schema_attributes.clone().unwrap_or_default();
    attribute::check_new(&schema, &user.attributes)?;
    people::set_password(call, turn, &visit.pool, user, new)?;
    user.status = Status::Confirmed;
    people::put(tx, &visit.pool, key, user, Taken::Refuse)
}

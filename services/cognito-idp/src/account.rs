//! What people do with their own accounts: sign up, confirm, get a password back. The API and the hosted pages both
//! come here.

use crate::{
    attribute::{self, Attributes},
    message,
    people::{self, RESET, SIGN_UP, Taken, Visit},
    state::{Pool, Status, User},
    trigger::{self, About, Trigger},
    turn::Turn,
};
use api_cognito_idp::{CodeDeliveryDetailsType, errors};
use kernel::{Call, Outcome, Tx};
use serde_json::json;
use shape::ApiError;

/// A new account.
pub(crate) struct SignedUp {
    pub(crate) key: String,
    pub(crate) user: User,
    pub(crate) delivery: Option<CodeDeliveryDetailsType>,
}

pub(crate) fn sign_up(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    (name, password): (&str, &str),
    attributes: Attributes,
) -> Outcome<SignedUp> {
    let config = visit.pool.settings.admin_create_user_config.as_ref();
    if config.is_some_and(|config| config.allow_admin_create_user_only == Some(true)) {
        return Err(errors::not_authorized_exception("SignUp is not permitted for this user pool"));
    }
    attribute::check_writable(&visit.client, attributes.keys())?;
    let (key, mut user) = people::create(tx, call, &visit.pool, name, attributes)?;
    people::set_password(call, turn, &visit.pool, &mut user, password)?;
    if pre_sign_up(turn, "PreSignUp_SignUp", (&visit.pool, &visit.client_id), &mut user)? {
        user.status = Status::Confirmed;
        people::put(tx, &visit.pool, &key, &user, Taken::Refuse)?;
        confirmed(turn, "PostConfirmation_ConfirmSignUp", (&visit.pool, &visit.client_id), &user);
        return Ok(SignedUp { key, user, delivery: None });
    }
    // The names are claimed before anything is sent.
    people::put(tx, &visit.pool, &key, &user, Taken::Refuse)?;
    let delivery = match people::verifiable(&visit.pool, &user) {
        None => None,
        Some(attribute) => {
            let code = (SIGN_UP, attribute, "CustomMessage_SignUp");
            Some(people::send_code(tx, call, turn, (&visit.pool, &mut user), code, &visit.client_id)?)
        }
    };
    people::put(tx, &visit.pool, &key, &user, Taken::Refuse)?;
    Ok(SignedUp { key, user, delivery })
}

/// Asks the pool's function about a new account: it may refuse it, verify its addresses, and confirm it, which is the
/// answer.
pub(crate) fn pre_sign_up(
    turn: &mut Turn,
    source: &'static str,
    (pool, client_id): (&Pool, &str),
    user: &mut User,
) -> Outcome<bool> {
    let given: Attributes =
        user.attributes.iter().filter(|(name, _)| *name != "sub").map(|(n, v)| (n.clone(), v.clone())).collect();
    let request = json!({"userAttributes": given, "validationData": turn.validation_data});
    let response = json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false});
    let about = About { pool, client_id, username: &user.username };
    let Some(said) = turn.consult((Trigger::PreSignUp, source), about, request, response)? else { return Ok(false) };
    for (wish, attribute) in [("autoVerifyEmail", "email"), ("autoVerifyPhone", "phone_number")] {
        if said[wish] == true {
            if !user.attributes.contains_key(attribute) {
                let said = format!("Cannot auto verify: the user has no {attribute}.");
                return Err(errors::invalid_lambda_response_exception(said));
            }
            user.attributes.insert(format!("{attribute}_verified"), "true".into());
        }
    }
    Ok(said["autoConfirmUser"] == true)
}

/// The pool's function learns that an account is confirmed.
pub(crate) fn confirmed(turn: &mut Turn, source: &'static str, (pool, client_id): (&Pool, &str), user: &User) {
    let about = About { pool, client_id, username: &user.username };
    let request = json!({"userAttributes": trigger::attributes(user)});
    turn.tell_afterwards((Trigger::PostConfirmation, source), about, request);
}

fn not_this_client() -> ApiError {
    errors::user_not_found_exception("Username/client id combination not found.")
}

/// Confirms an account with the code that was sent to it.
pub(crate) fn confirm(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    (name, digits): (&str, &str),
    taken: Taken,
) -> Outcome<()> {
    let Some((key, mut user)) = people::find(tx, &visit.pool, name)? else {
        return Err(if visit.hides_users() {
            errors::expired_code_exception("Invalid code provided, please request a code again.")
        } else {
            not_this_client()
        });
    };
    if user.status != Status::Unconfirmed {
        let said = format!("User cannot be confirmed. Current status is {}", people::status(&user));
        return Err(errors::not_authorized_exception(said));
    }
    people::take_code(tx, call, turn, (&visit.pool, &key, &mut user), (SIGN_UP, digits))?;
    user.status = Status::Confirmed;
    confirmed(turn, "PostConfirmation_ConfirmSignUp", (&visit.pool, &visit.client_id), &user);
    people::put(tx, &visit.pool, &key, &user, taken)
}

pub(crate) fn resend(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    name: &str,
) -> Outcome<CodeDeliveryDetailsType> {
    let Some((key, mut user)) = people::find(tx, &visit.pool, name)? else {
        return stranger(visit, name);
    };
    if user.status != Status::Unconfirmed {
        return Err(errors::invalid_parameter_exception("User is already confirmed."));
    }
    let attribute = people::verifiable(&visit.pool, &user)
        .ok_or_else(|| errors::invalid_parameter_exception("Auto verification not turned on."))?;
    let code = (SIGN_UP, attribute, "CustomMessage_ResendCode");
    let sent = people::send_code(tx, call, turn, (&visit.pool, &mut user), code, &visit.client_id)?;
    people::put(tx, &visit.pool, &key, &user, Taken::Refuse)?;
    Ok(sent)
}

/// The answer for a name that nobody has: an error, or what looks like success.
fn stranger(visit: &Visit, name: &str) -> Outcome<CodeDeliveryDetailsType> {
    if visit.hides_users() { Ok(message::delivery("email", name)) } else { Err(not_this_client()) }
}

pub(crate) fn forgot_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    name: &str,
) -> Outcome<CodeDeliveryDetailsType> {
    let Some((key, mut user)) = people::find(tx, &visit.pool, name)? else { return stranger(visit, name) };
    if !user.is_enabled {
        return Err(errors::not_authorized_exception("User is disabled."));
    }
    if user.status == Status::ForceChangePassword {
        return Err(errors::not_authorized_exception("User password cannot be reset in the current state."));
    }
    let attribute = people::recoverable(&visit.pool, &user)?;
    let code = (RESET, attribute, "CustomMessage_ForgotPassword");
    let sent = people::send_code(tx, call, turn, (&visit.pool, &mut user), code, &visit.client_id)?;
    people::put(tx, &visit.pool, &key, &user, Taken::Refuse)?;
    Ok(sent)
}

pub(crate) fn confirm_forgot_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    visit: &Visit,
    (name, digits): (&str, &str),
    new: &str,
) -> Outcome<()> {
    let Some((key, mut user)) = people::find(tx, &visit.pool, name)? else {
        return Err(if visit.hides_users() {
            errors::expired_code_exception("Invalid code provided, please request a code again.")
        } else {
            not_this_client()
        });
    };
    crate::password::check(&people::policy(&visit.pool), new)?;
    people::take_code(tx, call, turn, (&visit.pool, &key, &mut user), (RESET, digits))?;
    people::set_password(call, turn, &visit.pool, &mut user, new)?;
    user.failures.clear();
    if user.status != Status::Unconfirmed {
        user.status = Status::Confirmed;
    }
    confirmed(turn, "PostConfirmation_ConfirmForgotPassword", (&visit.pool, &visit.client_id), &user);
    people::put(tx, &visit.pool, &key, &user, Taken::Refuse)
}

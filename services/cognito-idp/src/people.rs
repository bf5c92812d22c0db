//! The users of a pool: finding them by any of their names, their passwords, the codes that are sent to them.

use crate::{
    attribute::{self, Attributes},
    message::{self, Occasion},
    password,
    state::{
        self, ALIASES, Code, DOMAINS, Failures, GROUPS, MEMBERS, Password, Pool, SESSIONS, Status, Text, USERS, User,
    },
    trigger::{self, About, NO_CLIENT, Trigger},
    turn::Turn,
};
use api_cognito_idp::{
    AliasAttributeType, CodeDeliveryDetailsType, GroupType, PasswordPolicyType, RecoveryOptionNameType,
    UserPoolClientType, UserStatusType, UserType, UsernameAttributeType, VerifiedAttributeType, errors,
};
use base::{Fault, Timestamp};
use kernel::{Call, Outcome, Scope, Tx};
use shape::ApiError;

/// What a code proves, where it is not an attribute's name.
pub(crate) const SIGN_UP: &str = "sign-up";
pub(crate) const RESET: &str = "reset";

/// AWS: a confirmation code lives for a day, one that resets a password for an hour.
const SIGN_UP_CODE_SECS: i64 = 24 * 3600;
const OTHER_CODE_SECS: i64 = 3600;
/// AWS: five failed tries are free; each later one locks for twice as long, up to a quarter of an hour.
const FREE_TRIES: u32 = 5;
const LONGEST_LOCK_SECS: i64 = 900;
const DEFAULT_PASSWORD_DAYS: i32 = 7;

/// A pool and one of its clients: what a caller without a signature names.
pub(crate) struct Visit {
    pub(crate) pool: Pool,
    pub(crate) client: UserPoolClientType,
    pub(crate) client_id: String,
}

impl Visit {
    /// `tx` stands in the pool's scope.
    pub(crate) fn new(tx: &Tx<'_>, pool: &str, client_id: &str) -> Outcome<Self> {
        let pool = state::get_pool(tx, pool)?;
        let client = state::get_client(tx, pool.id(), client_id)?;
        Ok(Self { pool, client, client_id: client_id.into() })
    }
    /// Strangers must not learn which users there are.
    pub(crate) fn hides_users(&self) -> bool {
        use api_cognito_idp::PreventUserExistenceErrorTypes::Enabled;
        self.client.prevent_user_existence_errors == Some(Enabled)
    }
    pub(crate) fn check_secret_hash(&self, username: &str, given: Option<&str>) -> Outcome<()> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let id = &self.client_id;
        let Some(secret) = &self.client.client_secret else {
            return match given {
                None => Ok(()),
                Some(_) => {
                    Err(errors::not_authorized_exception(format!("Unable to verify secret hash for client {id}")))
                }
            };
        };
        let Some(given) = given else {
            let said = format!("Client {id} is configured with secret but SECRET_HASH was not received");
            return Err(errors::not_authorized_exception(said));
        };
        let right = STANDARD.encode(crate::srp::mac(secret.as_bytes(), &[username.as_bytes(), id.as_bytes()]));
        if crate::srp::is_same(right.as_bytes(), given.as_bytes()) {
            return Ok(());
        }
        Err(errors::not_authorized_exception(format!("Unable to verify secret hash for client {id}")))
    }
}

/// The names beside the user name that a user can be found by, and who must have proven them.
fn names_of(pool: &Pool, user: &User) -> Vec<(&'static str, String)> {
    let value = |name: &str| user.attributes.get(name).filter(|value| !value.is_empty()).cloned();
    let verified = |name: &str| {
        let mark = user.attributes.get(&format!("{name}_verified"));
        value(name).filter(|_| mark.is_some_and(|mark| mark == "true"))
    };
    let mut names = Vec::new();
    for kind in pool.settings.username_attributes.iter().flatten() {
        let name = match kind {
            UsernameAttributeType::Email => "email",
            UsernameAttributeType::PhoneNumber => "phone_number",
        };
        names.extend(value(name).map(|value| (name, pool.fold(&value))));
    }
    for kind in pool.settings.alias_attributes.iter().flatten() {
        let (name, value) = match kind {
            AliasAttributeType::Email => ("email", verified("email")),
            AliasAttributeType::PhoneNumber => ("phone_number", verified("phone_number")),
            AliasAttributeType::PreferredUsername => ("preferred_username", value("preferred_username")),
        };
        names.extend(value.map(|value| (name, pool.fold(&value))));
    }
    names
}

/// By user name, `sub` in pools of addresses, or alias.
pub(crate) fn find(tx: &Tx<'_>, pool: &Pool, name: &str) -> Outcome<Option<(String, User)>> {
    let folded = pool.fold(name);
    if let Some(user) = tx.get(&USERS, (pool.id(), &*folded))? {
        return Ok(Some((folded, user)));
    }
    for attribute in ["email", "phone_number", "preferred_username"] {
        if let Some(key) = tx.get(&ALIASES, (pool.id(), attribute, &*folded))? {
            return Ok(tx.get(&USERS, (pool.id(), &*key.0))?.map(|user| (key.0, user)));
        }
    }
    Ok(None)
}

pub(crate) fn get(tx: &Tx<'_>, pool: &Pool, name: &str) -> Outcome<(String, User)> {
    find(tx, pool, name)?.ok_or_else(|| errors::user_not_found_exception("User does not exist."))
}

/// What happens when somebody else holds a name already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    Refuse,
    /// The name moves, and is no longer proven where it was.
    Move,
}

/// Writes a user and the names to find them by.
pub(crate) fn put(tx: &mut Tx<'_>, pool: &Pool, key: &str, user: &User, taken: Taken) -> Outcome<()> {
    let old = tx.get(&USERS, (pool.id(), key))?;
    let before = old.as_ref().map(|old| names_of(pool, old)).unwrap_or_default();
    let after = names_of(pool, user);
    for (attribute, value) in before.iter().filter(|name| !after.contains(name)) {
        tx.delete(&ALIASES, (pool.id(), *attribute, &**value));
    }
    for (attribute, value) in after.iter().filter(|name| !before.contains(name)) {
        let holder = tx.get(&ALIASES, (pool.id(), *attribute, &**value))?.filter(|holder| holder.0 != key);
        if let Some(holder) = holder {
            if taken == Taken::Refuse {
                return Err(name_taken(pool, attribute));
            }
            if let Some(mut loser) = tx.get(&USERS, (pool.id(), &*holder.0))? {
                loser.attributes.insert(format!("{attribute}_verified"), "false".into());
                tx.put(&USERS, (pool.id(), &*holder.0), &loser)?;
            }
        }
        tx.put(&ALIASES, (pool.id(), *attribute, &**value), &Text(key.into()))?;
    }
    Ok(tx.put(&USERS, (pool.id(), key), user)?)
}

fn name_taken(pool: &Pool, attribute: &str) -> ApiError {
    if pool.has_username_attributes() {
        return errors::username_exists_exception(format!("An account with the given {attribute} already exists."));
    }
    errors::alias_exists_exception(format!("An account with the {attribute} already exists."))
}

pub(crate) fn delete(tx: &mut Tx<'_>, pool: &Pool, key: &str, user: &User) -> Outcome<()> {
    for (attribute, value) in names_of(pool, user) {
        tx.delete(&ALIASES, (pool.id(), attribute, &*value));
    }
    for (name, _) in groups_of(tx, pool, key)? {
        tx.delete(&MEMBERS, (pool.id(), &*name, key));
    }
    tx.delete_prefix(&SESSIONS, (pool.id(), key));
    tx.delete(&USERS, (pool.id(), key));
    Ok(())
}

/// The groups a user is in, the most important first.
pub(crate) fn groups_of(tx: &Tx<'_>, pool: &Pool, key: &str) -> Outcome<Vec<(String, GroupType)>> {
    let mut found = Vec::new();
    for row in tx.list(&GROUPS, (pool.id(),))? {
        let ((_, name), text) = row;
        if tx.has(&MEMBERS, (pool.id(), &*name, key))? {
            found.push((name, state::unpack(&api_cognito_idp::shapes::GroupType, &text)?));
        }
    }
    found.sort_by_key(|(_, group): &(_, GroupType)| group.precedence.unwrap_or(i32::MAX));
    Ok(found)
}

/// A new user's name, key and attributes: in pools of addresses the name is an address and becomes an attribute.
pub(crate) fn name_new(
    call: &Call,
    pool: &Pool,
    given: &str,
    attributes: &mut Attributes,
) -> Outcome<(String, String)> {
    let sub = call.entropy.uuid();
    let (is_email, is_phone) = (attribute::is_email(given), attribute::is_phone_number(given));
    let username = if let Some(kinds) = pool.settings.username_attributes.as_ref().filter(|kinds| !kinds.is_empty()) {
        let allows = |kind| kinds.contains(&kind);
        if is_email && allows(UsernameAttributeType::Email) {
            attributes.insert("email".into(), given.into());
        } else if is_phone && allows(UsernameAttributeType::PhoneNumber) {
            attributes.insert("phone_number".into(), given.into());
        } else {
            let wanted = match (allows(UsernameAttributeType::Email), allows(UsernameAttributeType::PhoneNumber)) {
                (true, true) => "either an email or a phone number",
                (true, false) => "an email",
                _ => "a phone number",
            };
            return Err(errors::invalid_parameter_exception(format!("Username should be {wanted}.")));
        }
        sub.clone()
    } else {
        let aliases = pool.settings.alias_attributes.clone().unwrap_or_default();
        for (is_kind, kind, words) in [
            (is_email, AliasAttributeType::Email, "email format, since user pool is configured for email alias."),
            (
                is_phone,
                AliasAttributeType::PhoneNumber,
                "phone number format, since user pool is configured for phone number alias.",
            ),
        ] {
            if is_kind && aliases.contains(&kind) {
                return Err(errors::invalid_parameter_exception(format!("Username cannot be of {words}")));
            }
        }
        given.to_owned()
    };
    attributes.insert("sub".into(), sub.clone());
    Ok((username, sub))
}

/// A user who did not exist before, not yet written.
pub(crate) fn create(
    tx: &Tx<'_>,
    call: &Call,
    pool: &Pool,
    given: &str,
    mut attributes: Attributes,
) -> Outcome<(String, User)> {
    let (username, sub) = name_new(call, pool, given, &mut attributes)?;
    attribute::check_new(pool.settings.schema_attributes.as_deref().unwrap_or_default(), &attributes)?;
    let key = pool.fold(&username);
    let user = User {
        username,
        sub,
        attributes,
        status: Status::Unconfirmed,
        is_enabled: true,
        created: call.now,
        modified: call.now,
        password: None,
        password_until: None,
        codes: Default::default(),
        totp: None,
        pending_totp: None,
        failures: Default::default(),
    };
    if tx.has(&USERS, (pool.id(), &*key))? {
        return Err(errors::username_exists_exception("User already exists"));
    }
    Ok((key, user))
}

pub(crate) fn policy(pool: &Pool) -> PasswordPolicyType {
    pool.settings.policies.clone().and_then(|policies| policies.password_policy).unwrap_or_default()
}

/// Checks a new password against the policy and keeps its verifier.
pub(crate) fn set_password(call: &Call, turn: &mut Turn, pool: &Pool, user: &mut User, new: &str) -> Outcome<()> {
    password::check(&policy(pool), new)?;
    let salt = call.entropy.bytes::<16>().to_vec();
    let verifier = turn.verifier(pool.short(), &user.username, new, &salt)?;
    user.password = Some(Password { salt, verifier });
    user.password_until = None;
    user.modified = call.now;
    Ok(())
}

/// Until when a temporary password that is set now works.
pub(crate) fn temporary_until(call: &Call, pool: &Pool) -> Timestamp {
    let policy = policy(pool);
    let config = pool.settings.admin_create_user_config.clone().unwrap_or_default();
    let days = policy.temporary_password_validity_days.filter(|days| *days > 0);
    let days = days.or(config.unused_account_validity_days.filter(|days| *days > 0)).unwrap_or(DEFAULT_PASSWORD_DAYS);
    call.now.plus_secs(i64::from(days) * 86_400)
}

/// Whether the password is the user's. A wrong one counts, and too many lock for a while.
pub(crate) fn check_password(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (pool, key, user): (&Pool, &str, &mut User),
    given: &str,
) -> Outcome<()> {
    check_unlocked(call, user, "password", || errors::not_authorized_exception("Password attempts exceeded"))?;
    let is_right = match user.password.clone() {
        None => false,
        Some(Password { salt, verifier }) => {
            crate::srp::is_same(&turn.verifier(pool.short(), &user.username, given, &salt)?, &verifier)
        }
    };
    note_try(tx, call, turn, (pool, key, user), "password", is_right)?;
    if is_right { Ok(()) } else { Err(wrong_password()) }
}

pub(crate) fn wrong_password() -> ApiError {
    errors::not_authorized_exception("Incorrect username or password.")
}

pub(crate) fn check_unlocked(call: &Call, user: &User, what: &str, refusal: impl Fn() -> ApiError) -> Outcome<()> {
    let failures = user.failures.get(what).copied().unwrap_or_default();
    let Some(beyond) = failures.count.checked_sub(FREE_TRIES) else { return Ok(()) };
    let lock_secs = 1_i64.checked_shl(beyond.min(20)).unwrap_or(LONGEST_LOCK_SECS).min(LONGEST_LOCK_SECS);
    if call.now < failures.last.plus_secs(lock_secs) { Err(refusal()) } else { Ok(()) }
}

/// Remembers a failed try, so that the refusal that follows leaves its trace; forgets them after a good one.
pub(crate) fn note_try(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (pool, key, user): (&Pool, &str, &mut User),
    what: &str,
    is_right: bool,
) -> Outcome<()> {
    if is_right {
        if user.failures.remove(what).is_some() {
            tx.put(&USERS, (pool.id(), key), user)?;
        }
        return Ok(());
    }
    let failures = user.failures.entry(what.to_owned()).or_default();
    let is_old = call.now > failures.last.plus_secs(LONGEST_LOCK_SECS);
    let count = if is_old { 1 } else { failures.count.saturating_add(1) };
    *failures = Failures { count, last: call.now };
    turn.keep();
    Ok(tx.put(&USERS, (pool.id(), key), user)?)
}

/// The attribute that a sign-up is confirmed by.
pub(crate) fn verifiable(pool: &Pool, user: &User) -> Option<&'static str> {
    let auto = pool.settings.auto_verified_attributes.clone().unwrap_or_default();
    [(VerifiedAttributeType::PhoneNumber, "phone_number"), (VerifiedAttributeType::Email, "email")]
        .into_iter()
        .find(|(kind, name)| auto.contains(kind) && user.attributes.contains_key(*name))
        .map(|(_, name)| name)
}

/// The attribute that a lost password is reset by; `None` when only an administrator can.
pub(crate) fn recoverable(pool: &Pool, user: &User) -> Outcome<&'static str> {
    let mut options =
        pool.settings.account_recovery_setting.clone().and_then(|one| one.recovery_mechanisms).unwrap_or_default();
    options.sort_by_key(|option| option.priority);
    if options.iter().any(|option| option.name == RecoveryOptionNameType::AdminOnly) {
        return Err(errors::not_authorized_exception("Contact administrator to reset password."));
    }
    let mut names: Vec<_> = options
        .iter()
        .filter_map(|option| match option.name {
            RecoveryOptionNameType::VerifiedEmail => Some("email"),
            RecoveryOptionNameType::VerifiedPhoneNumber => Some("phone_number"),
            RecoveryOptionNameType::AdminOnly => None,
        })
        .collect();
    if names.is_empty() {
        names = vec!["phone_number", "email"];
    }
    let is_verified = |name: &&str| user.attributes.get(&format!("{name}_verified")).is_some_and(|mark| mark == "true");
    names.into_iter().find(is_verified).ok_or_else(|| {
        errors::invalid_parameter_exception(
            "Cannot reset password for the user as there is no registered/verified email or phone_number",
        )
    })
}

/// Sends a new code, which replaces the one before. The user is not written yet.
pub(crate) fn send_code(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (pool, user): (&Pool, &mut User),
    (purpose, attribute, source): (&str, &str, &'static str),
    client_id: &str,
) -> Outcome<CodeDeliveryDetailsType> {
    let digits = call.entropy.digits(6);
    let (secs, occasion) =
        if purpose == RESET { (OTHER_CODE_SECS, Occasion::Other) } else { (SIGN_UP_CODE_SECS, Occasion::SignUp) };
    let occasion = if purpose == SIGN_UP { occasion } else { Occasion::Other };
    let link = match hosted_address(tx, pool)? {
        Some(address) if purpose == SIGN_UP => {
            let name = percent_encoding::utf8_percent_encode(&user.username, percent_encoding::NON_ALPHANUMERIC);
            format!("{address}/confirmUser?client_id={client_id}&user_name={name}&confirmation_code={digits}")
        }
        _ => String::new(),
    };
    let mut mail = message::code(pool, &user.attributes, attribute, &digits, occasion, &link);
    let client_id = if client_id.is_empty() { NO_CLIENT } else { client_id };
    if let Some(words) = custom_message(turn, source, About { pool, client_id, username: &user.username }, user)? {
        words.fill(&mut mail, attribute == "phone_number", |text| {
            message::with_link(&text.replace("{####}", &digits), &link)
        });
    }
    tx.post(call, &mail)?;
    let code = Code { digits, expires: call.now.plus_secs(secs), attribute: attribute.into() };
    user.codes.insert(purpose.into(), code);
    Ok(message::delivery(attribute, user.attributes.get(attribute).map(String::as_str).unwrap_or_default()))
}

/// What the pool's function wants to be said in a message.
pub(crate) fn custom_message(
    turn: &mut Turn,
    source: &'static str,
    about: About<'_>,
    user: &User,
) -> Outcome<Option<message::Words>> {
    let is_invitation = source == "CustomMessage_AdminCreateUser";
    let request = serde_json::json!({
        "userAttributes": trigger::attributes(user),
        "codeParameter": "{####}",
        "linkParameter": "{##Click Here##}",
        "usernameParameter": is_invitation.then_some("{username}"),
    });
    let response = serde_json::json!({"smsMessage": null, "emailMessage": null, "emailSubject": null});
    let said = turn.consult((Trigger::CustomMessage, source), about, request, response)?;
    Ok(said.as_ref().map(message::Words::read))
}

/// `https://PREFIX.auth.REGION.amazoncognito.com`
pub(crate) fn hosted_address(tx: &Tx<'_>, pool: &Pool) -> Result<Option<String>, Fault> {
    let Some(prefix) = &pool.settings.domain else { return Ok(None) };
    let domain = tx.peek(&Scope::shared()).get(&DOMAINS, prefix.as_str())?;
    Ok(domain.map(|domain| format!("https://{prefix}.auth.{}.amazoncognito.com", domain.home.region)))
}

/// Takes a code that was sent, and marks the attribute it went to as verified. A wrong one counts.
pub(crate) fn take_code(
    tx: &mut Tx<'_>,
    call: &Call,
    turn: &mut Turn,
    (pool, key, user): (&Pool, &str, &mut User),
    (purpose, digits): (&str, &str),
) -> Outcome<()> {
    let what = format!("code {purpose}");
    check_unlocked(call, user, &what, || {
        errors::limit_exceeded_exception("Attempt limit exceeded, please try after some time.")
    })?;
    let expired = || errors::expired_code_exception("Invalid code provided, please request a code again.");
    let code = user.codes.get(purpose).cloned().ok_or_else(expired)?;
    if code.expires <= call.now {
        return Err(expired());
    }
    let is_right = crate::srp::is_same(code.digits.as_bytes(), digits.trim().as_bytes());
    note_try(tx, call, turn, (pool, key, user), &what, is_right)?;
    if !is_right {
        let said = "Invalid verification code provided, please try again.";
        return Err(errors::code_mismatch_exception(said));
    }
    user.codes.remove(purpose);
    if user.attributes.contains_key(&code.attribute) {
        user.attributes.insert(format!("{}_verified", code.attribute), "true".into());
    }
    user.modified = call.now;
    Ok(())
}

pub(crate) fn status(user: &User) -> UserStatusType {
    match user.status {
        Status::Unconfirmed => UserStatusType::Unconfirmed,
        Status::Confirmed => UserStatusType::Confirmed,
        Status::ResetRequired => UserStatusType::ResetRequired,
        Status::ForceChangePassword => UserStatusType::ForceChangePassword,
    }
}

/// The second factors that a user is asked for.
pub(crate) fn factors(user: &User) -> Vec<String> {
    let is_enabled = user.totp.as_ref().is_some_and(|totp| totp.is_enabled);
    is_enabled.then(|| "SOFTWARE_TOKEN_MFA".to_owned()).into_iter().collect()
}

pub(crate) fn describe(user: &User) -> UserType {
    UserType {
        username: Some(user.username.clone()),
        attributes: Some(attribute::to_list(user.attributes.iter())),
        user_create_date: Some(user.created),
        user_last_modified_date: Some(user.modified),
        enabled: Some(user.is_enabled),
        user_status: Some(status(user)),
    }
}

/// Sets attributes. An address that changes is unproven again, unless its mark is set in the same breath; answers with
/// the addresses that changed.
pub(crate) fn change_attributes(call: &Call, user: &mut User, given: &Attributes) -> Vec<String> {
    let mut changed = Vec::new();
    for name in ["email", "phone_number"] {
        let Some(new) = given.get(name) else { continue };
        let mark = format!("{name}_verified");
        if user.attributes.get(name) != Some(new) && !given.contains_key(&mark) {
            user.attributes.insert(mark, "false".into());
            changed.push(name.to_owned());
        }
    }
    for (name, value) in given {
        // AWS: an empty value takes the attribute away.
        if value.is_empty() {
            user.attributes.remove(name);
        } else {
            user.attributes.insert(name.clone(), value.clone());
        }
    }
    user.modified = call.now;
    changed
}

pub(crate) fn remove_attributes(call: &Call, pool: &Pool, user: &mut User, names: &[String]) -> Outcome<()> {
    attribute::check_removal(pool.settings.schema_attributes.as_deref().unwrap_or_default(), names)?;
    for name in names {
        user.attributes.remove(name);
        if matches!(&**name, "email" | "phone_number") {
            user.attributes.remove(&format!("{name}_verified"));
        }
    }
    user.modified = call.now;
    Ok(())
}

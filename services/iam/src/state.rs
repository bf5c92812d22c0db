//! What IAM keeps, and the look-ups that fail as AWS words it.
//!
//! Names are unique without regard to case, so the keys of entities are names in small letters. What hangs on an
//! entity (policies, keys, memberships) is keyed by the entity's unique id: a role that is made again under an old name
//! begins with nothing.

use api_iam::errors;
use base::{AccountId, Arn, Timestamp};
use kernel::{Context, Outcome, Principal, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By name in small letters.
pub(crate) const USERS: Rows<String, User> = Rows::new("user");
pub(crate) const GROUPS: Rows<String, Group> = Rows::new("group");
pub(crate) const ROLES: Rows<String, Role> = Rows::new("role");
pub(crate) const POLICIES: Rows<String, ManagedPolicy> = Rows::new("policy");
pub(crate) const PROFILES: Rows<String, Profile> = Rows::new("instance-profile");

/// Versions of a managed policy, by the policy's id and number.
pub(crate) const VERSIONS: Rows<(String, u64), Version> = Rows::new("version");

/// Inline policies, by the owner's id and the policy's name, so that the owner's are one scan.
pub(crate) const INLINE: Rows<(String, String), Inline> = Rows::new("inline");

/// Attachments, by the owner's id and the policy's ARN.
pub(crate) const ATTACHED: Rows<(String, String), Mark> = Rows::new("attached");

/// Memberships, by the user's id and the group's name in small letters.
pub(crate) const MEMBERS: Rows<(String, String), Mark> = Rows::new("member");

/// Which keys a user has: by the user's id (`root` for the root user) and the key's id.
pub(crate) const KEYS_OF: Rows<(String, String), Mark> = Rows::new("key-of");

/// OpenID Connect providers, by their URL without `https://`.
pub(crate) const PROVIDERS: Rows<String, Provider> = Rows::new("provider");

/// The account's alias: at most one row.
pub(crate) const ALIASES: Rows<String, Mark> = Rows::new("alias");

/// In the shared scope, whose aliases are taken.
pub(crate) const TAKEN_ALIASES: Rows<String, TakenAlias> = Rows::new("taken-alias");

/// In the shared scope, every long-term key by its id: who signs with it says no account.
pub(crate) const KEYS: Rows<String, AccessKey> = Rows::new("key");

/// In the shared scope, every temporary key by its id.
pub(crate) const SESSIONS: Rows<String, Session> = Rows::new("session");

/// In the shared scope, temporary keys by the end of their time, so that what is over is found first.
pub(crate) const EXPIRIES: Rows<(Timestamp, String), Mark> = Rows::new("expiry");

pub(crate) type Tags = BTreeMap<String, String>;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Tags,
}
impl Record for User {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
}
impl Record for Group {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// Who may assume it.
    pub(crate) trust: String,
    pub(crate) description: Option<String>,
    pub(crate) max_session_seconds: i32,
    pub(crate) boundary: Option<String>,
    pub(crate) tags: Tags,
}
impl Record for Role {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ManagedPolicy {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) default_version: u64,
    /// Numbers are not used again.
    pub(crate) last_version: u64,
    pub(crate) tags: Tags,
}
impl Record for ManagedPolicy {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) text: String,
    pub(crate) created: Timestamp,
}
impl Record for Version {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Inline {
    pub(crate) text: String,
}
impl Record for Inline {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Profile {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) created: Timestamp,
    /// The name of its role, in small letters.
    pub(crate) role: Option<String>,
    pub(crate) tags: Tags,
}
impl Record for Profile {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Provider {
    pub(crate) created: Timestamp,
    pub(crate) client_ids: Vec<String>,
    pub(crate) thumbprints: Vec<String>,
    pub(crate) tags: Tags,
}
impl Record for Provider {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct TakenAlias {
    pub(crate) account: AccountId,
}
impl Record for TakenAlias {}

/// A long-term key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AccessKey {
    pub(crate) account: AccountId,
    /// The user's name in small letters; `None` for the root user.
    pub(crate) user: Option<String>,
    pub(crate) secret: String,
    pub(crate) is_active: bool,
    pub(crate) created: Timestamp,
}
impl Record for AccessKey {}

/// A temporary key.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    pub(crate) principal: Principal,
    pub(crate) account: AccountId,
    pub(crate) policies: Vec<String>,
    pub(crate) context: Context,
    /// The tags that go over to the sessions this one opens.
    pub(crate) transitive: Tags,
    pub(crate) source_identity: Option<String>,
}
impl Record for Session {}

/// That it is there is all there is to say.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Mark {}
impl Record for Mark {}

/// A name as the keys of entities have it.
pub(crate) fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// `arn:aws:iam::000000000000:role/path/name`; `path` begins and ends with a slash.
pub(crate) fn arn(account: &AccountId, kind: &str, path: &str, name: &str) -> Arn {
    Arn::new("iam", "", account.as_str(), format!("{kind}{path}{name}"))
}

pub(crate) fn user(tx: &Tx<'_>, name: &str) -> Outcome<User> {
    let found = tx.get(&USERS, fold(name))?;
    found.ok_or_else(|| errors::no_such_entity_exception(format!("The user with name {name} cannot be found.")))
}

pub(crate) fn group(tx: &Tx<'_>, name: &str) -> Outcome<Group> {
    let found = tx.get(&GROUPS, fold(name))?;
    found.ok_or_else(|| errors::no_such_entity_exception(format!("The group with name {name} cannot be found.")))
}

pub(crate) fn role(tx: &Tx<'_>, name: &str) -> Outcome<Role> {
    let found = tx.get(&ROLES, fold(name))?;
    found.ok_or_else(|| errors::no_such_entity_exception(format!("The role with name {name} cannot be found.")))
}

/// The paths of roles that belong to services.
pub(crate) const SERVICE_ROLE_PATH: &str = "/aws-service-role/";

/// A role that its owner may change: those of services only the service may.
pub(crate) fn own_role(tx: &Tx<'_>, name: &str) -> Outcome<Role> {
    let found = role(tx, name)?;
    if found.path.starts_with(SERVICE_ROLE_PATH) {
        return Err(errors::unmodifiable_entity_exception(format!(
            "Cannot perform the operation on the protected role '{}' - this role is only modifiable by AWS",
            found.name
        )));
    }
    Ok(found)
}

pub(crate) fn profile(tx: &Tx<'_>, name: &str) -> Outcome<Profile> {
    let found = tx.get(&PROFILES, fold(name))?;
    found.ok_or_else(|| errors::no_such_entity_exception(format!("Instance Profile {name} cannot be found.")))
}

/// The URL of a provider from its ARN, and the provider.
pub(crate) fn provider(tx: &Tx<'_>, arn: &str) -> Outcome<(String, Provider)> {
    let missing = || errors::no_such_entity_exception(format!("OpenIDConnect Provider not found for arn {arn}"));
    let parsed: Arn = arn.parse().map_err(|_| errors::invalid_input_exception(format!("Invalid ARN {arn}")))?;
    let url = parsed.resource_after("oidc-provider").ok_or_else(missing)?;
    if parsed.account != tx.scope().account.as_str() {
        return Err(missing());
    }
    let found = tx.get(&PROVIDERS, url.to_owned())?.ok_or_else(missing)?;
    Ok((url.to_owned(), found))
}

/// The user whom an operation without a name is about: the caller.
pub(crate) fn caller_name(principal: &Principal) -> Option<String> {
    match principal {
        Principal::User { arn, .. } => arn.rsplit('/').next().map(str::to_owned),
        _ => None,
    }
}

/// The scope of another account's rows.
pub(crate) fn scope_of(arn: &Arn) -> Option<Scope> {
    AccountId::new(&*arn.account).map(|account| Scope::global(&account))
}

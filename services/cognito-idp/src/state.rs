//! Every row this service keeps.
//!
//! Pools and clients are kept as the API's own structures, written as JSON. Operations without a signature know only
//! a client's id, a token or a host name, so the shared rows say in which account and region each of them lives.

use api_cognito_idp::{
    GroupType, ResourceServerType, UserPoolClientType, UserPoolType, errors,
    shapes::{
        GroupType as GROUP, ResourceServerType as RESOURCE_SERVER, UserPoolClientType as CLIENT, UserPoolType as POOL,
    },
};
use base::{AccountId, Arn, Fault, Region, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use shape::{Schema, Shape};
use std::collections::BTreeMap;
use wire::properties;

/// Pools by id.
pub(crate) const POOLS: Rows<String, Text> = Rows::new("pool");
/// Clients by pool and id.
pub(crate) const CLIENTS: Rows<(String, String), Text> = Rows::new("client");
/// Users by pool and user name (in small letters where the pool does not care about case).
pub(crate) const USERS: Rows<(String, String), User> = Rows::new("user");
/// Whose address or second name it is: pool, attribute, value → key of the user.
pub(crate) const ALIASES: Rows<(String, String, String), Text> = Rows::new("alias");
/// Pools that know authenticators, by id.
pub(crate) const SOFTWARE_TOKENS: Rows<String, Text> = Rows::new("software-token");
/// Groups by pool and name.
pub(crate) const GROUPS: Rows<(String, String), Text> = Rows::new("group");
/// Who is in a group: pool, group, key of the user.
pub(crate) const MEMBERS: Rows<(String, String, String), Text> = Rows::new("member");
/// Resource servers by pool and identifier.
pub(crate) const RESOURCE_SERVERS: Rows<(String, String), Text> = Rows::new("resource-server");
/// Sign-ins that have not ended: pool, key of the user, the `origin_jti` of all their tokens. Deleting one revokes them.
pub(crate) const SESSIONS: Rows<(String, String, String), Session> = Rows::new("session");
/// What a client holds a secret for: pool, kind, digest of the secret.
pub(crate) const TICKETS: Rows<(String, String, String), Ticket> = Rows::new("ticket");
/// The key that a pool signs with.
pub(crate) const KEYS: Rows<String, SigningKey> = Rows::new("key");

/// Shared by all accounts: a key for the next pool, under the empty name.
pub(crate) const SPARES: Rows<String, SigningKey> = Rows::new("spare-key");
/// Shared by all accounts: where pools, clients and host names live.
pub(crate) const POOL_HOMES: Rows<String, Home> = Rows::new("pool-home");
pub(crate) const CLIENT_HOMES: Rows<String, Home> = Rows::new("client-home");
pub(crate) const DOMAINS: Rows<String, Domain> = Rows::new("domain");

/// A structure of the API as JSON, or another short text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Text(pub(crate) String);
impl Record for Text {}

/// The account and region of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) pool: String,
}
impl Record for Home {}

impl Home {
    pub(crate) fn scope(&self) -> Scope {
        Scope::new(&self.account, &self.region)
    }
    /// `cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI`
    pub(crate) fn provider(&self) -> String {
        format!("cognito-idp.{}.amazonaws.com/{}", self.region, self.pool)
    }
    pub(crate) fn issuer(&self) -> String {
        format!("https://{}", self.provider())
    }
}

/// The prefix of a host name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Domain {
    pub(crate) home: Home,
    pub(crate) version: String,
    /// What the distribution in front of the host would be called.
    pub(crate) distribution: String,
    pub(crate) managed_login_version: i32,
}
impl Record for Domain {}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SigningKey {
    pub(crate) id: String,
    /// PKCS#1.
    pub(crate) der: Vec<u8>,
}
impl Record for SigningKey {}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Unconfirmed,
    Confirmed,
    ResetRequired,
    ForceChangePassword,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    /// As it was given, or the `sub` where people sign in with an address.
    pub(crate) username: String,
    pub(crate) sub: String,
    pub(crate) attributes: BTreeMap<String, String>,
    pub(crate) status: Status,
    pub(crate) is_enabled: bool,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
    pub(crate) password: Option<Password>,
    /// Until when a temporary password works.
    pub(crate) password_until: Option<Timestamp>,
    /// Codes that were sent, by what they prove: an attribute's name, or one of the purposes of `account`.
    pub(crate) codes: BTreeMap<String, Code>,
    /// The authenticator, and one that is not verified yet.
    pub(crate) totp: Option<Totp>,
    pub(crate) pending_totp: Option<Vec<u8>>,
    /// Failed tries by what was tried.
    pub(crate) failures: BTreeMap<String, Failures>,
}
impl Record for User {}

/// An authenticator.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Totp {
    pub(crate) secret: Vec<u8>,
    /// Whether it is asked for.
    pub(crate) is_enabled: bool,
    /// The step of the last code that was taken: none is taken twice.
    pub(crate) last_step: i64,
}

/// SRP's view of a password.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Password {
    pub(crate) salt: Vec<u8>,
    pub(crate) verifier: Vec<u8>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) digits: String,
    pub(crate) expires: Timestamp,
    /// The attribute it was sent to, which the right code verifies.
    pub(crate) attribute: String,
}

#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Failures {
    pub(crate) count: u32,
    pub(crate) last: Timestamp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) client: String,
    pub(crate) auth_time: Timestamp,
    pub(crate) scopes: Vec<String>,
    pub(crate) expires: Timestamp,
}
impl Record for Session {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) expires: Timestamp,
    pub(crate) of: TicketOf,
}
impl Record for Ticket {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum TicketOf {
    /// An SRP sign-in under way. Nobody's, where the name is unknown and the client must not learn that.
    Srp {
        user: Option<String>,
        user_id: String,
        client: String,
        client_public: String,
        verifier: Vec<u8>,
        secret: Vec<u8>,
    },
    /// A first sign-in that has to choose a password.
    NewPassword {
        user: String,
        client: String,
    },
    /// A sign-in that has to show a code.
    Totp {
        user: String,
        client: String,
        source: String,
    },
    Refresh {
        user: String,
        origin: String,
        client: String,
    },
    Code(Box<Grant>),
    /// A browser that is signed in at the hosted pages.
    Login {
        user: String,
        auth_time: Timestamp,
    },
    /// A sign-in at the hosted pages that has to show a code.
    Factor {
        user: String,
    },
    /// A first sign-in at the hosted pages that has to choose a password.
    FirstLogin {
        user: String,
    },
}

impl TicketOf {
    fn kind(&self) -> &'static str {
        match self {
            Self::Srp { .. } => "srp",
            Self::NewPassword { .. } => "new-password",
            Self::Totp { .. } => "totp",
            Self::Factor { .. } => "factor",
            Self::Refresh { .. } => "refresh",
            Self::Code(_) => "code",
            Self::Login { .. } => "login",
            Self::FirstLogin { .. } => "first-login",
        }
    }
}

/// An authorization code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) user: String,
    pub(crate) client: String,
    pub(crate) redirect: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Timestamp,
    /// The session that the code began, once it was used: using it again ends that session.
    pub(crate) used: Option<String>,
}

/// A secret's digest, under which its ticket is kept.
pub(crate) fn digest(secret: &str) -> String {
    use sha2::{Digest, Sha256};
    crate::srp::hex(&Sha256::digest(secret.as_bytes()))
}

pub(crate) fn issue_ticket(tx: &mut Tx<'_>, pool: &str, secret: &str, ticket: &Ticket) -> Result<(), Fault> {
    tx.put(&TICKETS, (pool, ticket.of.kind(), &*digest(secret)), ticket)
}

/// The ticket for a secret, whether or not it is still good.
pub(crate) fn find_ticket(tx: &Tx<'_>, pool: &str, kind: &str, secret: &str) -> Result<Option<Ticket>, Fault> {
    tx.get(&TICKETS, (pool, kind, &*digest(secret)))
}

pub(crate) fn drop_ticket(tx: &mut Tx<'_>, pool: &str, kind: &str, secret: &str) {
    tx.delete(&TICKETS, (pool, kind, &*digest(secret)));
}

pub(crate) fn pack<T: Shape>(schema: &'static Schema, value: T) -> Text {
    Text(properties::encode(schema, &value.into_value()).to_string())
}

pub(crate) fn unpack<T: Shape>(schema: &'static Schema, text: &Text) -> Result<T, Fault> {
    let json = serde_json::from_str(&text.0).map_err(|why| Fault::internal("a row is no JSON").caused_by(why))?;
    let value = properties::decode(schema, &json)
        .map_err(|problems| Fault::internal(format!("a row does not follow its schema: {problems:?}")))?;
    T::from_value(value).map_err(|why| Fault::internal("a row does not fit its type").caused_by(why))
}

/// A pool and where it lives.
#[derive(Clone, Debug)]
pub(crate) struct Pool {
    pub(crate) home: Home,
    pub(crate) settings: UserPoolType,
}

impl Pool {
    pub(crate) fn id(&self) -> &str {
        &self.home.pool
    }
    /// What SRP calls the pool: its id behind the region.
    pub(crate) fn short(&self) -> &str {
        self.id().split_once('_').map_or(self.id(), |(_, short)| short)
    }
    pub(crate) fn is_case_sensitive(&self) -> bool {
        self.settings.username_configuration.as_ref().is_none_or(|configured| configured.case_sensitive)
    }
    /// People sign in with an address, and their user name is made up.
    pub(crate) fn has_username_attributes(&self) -> bool {
        self.settings.username_attributes.as_ref().is_some_and(|attributes| !attributes.is_empty())
    }
    pub(crate) fn fold(&self, name: &str) -> String {
        if self.is_case_sensitive() { name.to_owned() } else { name.to_lowercase() }
    }
}

fn no_pool(id: &str) -> shape::ApiError {
    errors::resource_not_found_exception(format!("User pool {id} does not exist."))
}

pub(crate) fn get_pool(tx: &Tx<'_>, id: &str) -> Outcome<Pool> {
    let text = tx.get(&POOLS, id)?.ok_or_else(|| no_pool(id))?;
    let Scope { account, region } = tx.scope().clone();
    Ok(Pool { home: Home { account, region, pool: id.into() }, settings: unpack(&POOL, &text)? })
}

pub(crate) fn put_pool(tx: &mut Tx<'_>, pool: &Pool) -> Outcome<()> {
    Ok(tx.put(&POOLS, pool.id(), &pack(&POOL, pool.settings.clone()))?)
}

pub(crate) fn pool_home(tx: &Tx<'_>, id: &str) -> Result<Option<Home>, Fault> {
    tx.peek(&Scope::shared()).get(&POOL_HOMES, id)
}

pub(crate) fn no_client(id: &str) -> shape::ApiError {
    errors::resource_not_found_exception(format!("User pool client {id} does not exist."))
}

pub(crate) fn get_client(tx: &Tx<'_>, pool: &str, id: &str) -> Outcome<UserPoolClientType> {
    let text = tx.get(&CLIENTS, (pool, id))?.ok_or_else(|| no_client(id))?;
    Ok(unpack(&CLIENT, &text)?)
}

pub(crate) fn put_client(tx: &mut Tx<'_>, pool: &str, id: &str, client: UserPoolClientType) -> Outcome<()> {
    Ok(tx.put(&CLIENTS, (pool, id), &pack(&CLIENT, client))?)
}

/// Where a client lives, for callers that say nothing else.
pub(crate) fn client_home(tx: &Tx<'_>, id: &str) -> Outcome<Home> {
    tx.peek(&Scope::shared()).get(&CLIENT_HOMES, id)?.ok_or_else(|| no_client(id))
}

pub(crate) fn get_group(tx: &Tx<'_>, pool: &str, name: &str) -> Outcome<GroupType> {
    let missing = || errors::resource_not_found_exception("Group not found.");
    Ok(unpack(&GROUP, &tx.get(&GROUPS, (pool, name))?.ok_or_else(missing)?)?)
}

pub(crate) fn put_group(tx: &mut Tx<'_>, pool: &str, name: &str, group: GroupType) -> Outcome<()> {
    Ok(tx.put(&GROUPS, (pool, name), &pack(&GROUP, group))?)
}

pub(crate) fn get_resource_server(tx: &Tx<'_>, pool: &str, identifier: &str) -> Outcome<ResourceServerType> {
    let missing = || errors::resource_not_found_exception(format!("Resource server {identifier} does not exist."));
    Ok(unpack(&RESOURCE_SERVER, &tx.get(&RESOURCE_SERVERS, (pool, identifier))?.ok_or_else(missing)?)?)
}

pub(crate) fn put_resource_server(tx: &mut Tx<'_>, pool: &str, id: &str, server: ResourceServerType) -> Outcome<()> {
    Ok(tx.put(&RESOURCE_SERVERS, (pool, id), &pack(&RESOURCE_SERVER, server))?)
}

pub(crate) fn pool_arn(call: &Call, id: &str) -> Arn {
    call.arn("cognito-idp", format_args!("userpool/{id}"))
}

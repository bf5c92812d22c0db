//! What tokens say. Pure: signing is elsewhere.

use crate::{
    attribute,
    state::{Home, Session, User},
    trigger::Override,
};
use api_cognito_idp::{GroupType, TimeUnitsType, UserPoolClientType};
use base::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// What lets an access token call the API for its user.
pub(crate) const ADMIN_SCOPE: &str = "aws.cognito.signin.user.admin";

/// How long a client's tokens live, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    pub(crate) access_secs: i64,
    pub(crate) id_secs: i64,
    pub(crate) refresh_secs: i64,
}

impl Validity {
    pub(crate) fn of(client: &UserPoolClientType) -> Self {
        let units = client.token_validity_units.clone().unwrap_or_default();
        let secs = |value: Option<i32>, unit: Option<TimeUnitsType>, usual: TimeUnitsType, default: i64| {
            let unit = match unit.unwrap_or(usual) {
                TimeUnitsType::Seconds => 1,
                TimeUnitsType::Minutes => 60,
                TimeUnitsType::Hours => 3600,
                TimeUnitsType::Days => 86_400,
            };
            value.filter(|value| *value > 0).map_or(default, |value| i64::from(value) * unit)
        };
        Self {
            access_secs: secs(client.access_token_validity, units.access_token, TimeUnitsType::Hours, 3600),
            id_secs: secs(client.id_token_validity, units.id_token, TimeUnitsType::Hours, 3600),
            refresh_secs: secs(client.refresh_token_validity, units.refresh_token, TimeUnitsType::Days, 30 * 86_400),
        }
    }
}

/// Who signed in, where, how.
pub(crate) struct Subject<'a> {
    pub(crate) home: &'a Home,
    pub(crate) client_id: &'a str,
    pub(crate) client: &'a UserPoolClientType,
    pub(crate) user: &'a User,
    pub(crate) groups: &'a [(String, GroupType)],
    pub(crate) session: &'a Session,
    pub(crate) origin: &'a str,
    pub(crate) event: &'a str,
    /// What the pool's function makes of the claims.
    pub(crate) changes: &'a Override,
    pub(crate) now: Timestamp,
}

impl Subject<'_> {
    fn common(&self, token_use: &str, jti: &str, lives_secs: i64) -> Map<String, Json> {
        let mut claims = Map::new();
        claims.insert("sub".into(), json!(self.user.sub));
        if !self.groups.is_empty() {
            let names: Vec<_> = self.groups.iter().map(|(name, _)| name).collect();
            claims.insert("cognito:groups".into(), json!(names));
        }
        claims.insert("iss".into(), json!(self.home.issuer()));
        claims.insert("origin_jti".into(), json!(self.origin));
        claims.insert("event_id".into(), json!(self.event));
        claims.insert("token_use".into(), json!(token_use));
        claims.insert("auth_time".into(), json!(self.session.auth_time.secs()));
        claims.insert("exp".into(), json!(self.now.secs() + lives_secs));
        claims.insert("iat".into(), json!(self.now.secs()));
        claims.insert("jti".into(), json!(jti));
        claims
    }

    pub(crate) fn access(&self, jti: &str) -> String {
        let mut claims = self.common("access", jti, Validity::of(self.client).access_secs);
        if self.is_hosted() {
            claims.insert("version".into(), json!(2));
        }
        claims.insert("client_id".into(), json!(self.client_id));
        claims.insert("scope".into(), json!(self.session.scopes.join(" ")));
        claims.insert("username".into(), json!(self.user.username));
        self.changes.access(&mut claims);
        Json::Object(claims).to_string()
    }

    /// A sign-in through the hosted pages names its scopes; one through the API has the administrator's alone.
    fn is_hosted(&self) -> bool {
        self.session.scopes != [ADMIN_SCOPE]
    }

    pub(crate) fn id(&self, jti: &str, nonce: Option<&str>, access_token: Option<&str>) -> String {
        let mut claims = self.common("id", jti, Validity::of(self.client).id_secs);
        claims.insert("aud".into(), json!(self.client_id));
        claims.insert("cognito:username".into(), json!(self.user.username));
        let roles: Vec<_> = self.groups.iter().filter_map(|(_, group)| group.role_arn.as_ref()).collect();
        if let Some(first) = roles.first() {
            claims.insert("cognito:preferred_role".into(), json!(first));
            claims.insert("cognito:roles".into(), json!(roles));
        }
        if let Some(nonce) = nonce {
            claims.insert("nonce".into(), json!(nonce));
        }
        if let Some(token) = access_token {
            let hash = Sha256::digest(token.as_bytes());
            claims.insert("at_hash".into(), json!(URL_SAFE_NO_PAD.encode(&hash[..16])));
        }
        for (name, value) in &self.user.attributes {
            let is_told = !self.is_hosted() || attribute::is_in_scope(&self.session.scopes, name);
            if is_told && attribute::is_readable(self.client, name) {
                claims.insert(name.clone(), claim(name, value));
            }
        }
        self.changes.id(&mut claims);
        Json::Object(claims).to_string()
    }
}

fn claim(name: &str, value: &str) -> Json {
    match name {
        "email_verified" | "phone_number_verified" => json!(value == "true"),
        "address" => json!({ "formatted": value }),
        "updated_at" => value.parse::<i64>().map_or_else(|_| json!(value), Json::from),
        _ => json!(value),
    }
}

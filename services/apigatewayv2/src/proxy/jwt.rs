//! Whether a token holds.

use super::event::Who;
use base::Timestamp;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512};
use serde::Deserialize;
use serde_json::{Map as JsonMap, Value as Json};
use shape::Map;

/// Why a token is refused, in the words of the `www-authenticate` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused(pub(crate) String);

impl Refused {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// A token taken apart, not believed yet.
#[derive(Debug)]
pub(crate) struct Token {
    /// Which of the issuer's keys signed; empty where it does not say.
    pub(crate) key_id: String,
    algorithm: String,
    signed: String,
    signature: Vec<u8>,
    claims: JsonMap<String, Json>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: String,
}

/// One RSA key of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) id: String,
    modulus: Vec<u8>,
    exponent: Vec<u8>,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    kid: String,
    n: Option<String>,
    e: Option<String>,
}

/// The RSA keys of a JWKS document; keys of other kinds are no use here and left out.
pub(crate) fn parse_keys(document: &[u8]) -> Option<Vec<Key>> {
    let set: KeySet = serde_json::from_slice(document).ok()?;
    let number = |text: Option<String>| URL_SAFE_NO_PAD.decode(text?.trim_end_matches('=')).ok();
    let rsa = set.keys.into_iter().filter(|key| key.kty == "RSA");
    Some(rsa.filter_map(|key| Some(Key { id: key.kid, modulus: number(key.n)?, exponent: number(key.e)? })).collect())
}

impl Token {
    /// With or without `Bearer ` before it.
    pub(crate) fn parse(text: &str) -> Result<Self, Refused> {
        let text = match text.get(..7) {
            Some(scheme) if scheme.eq_ignore_ascii_case("bearer ") => text[7..].trim(),
            _ => text.trim(),
        };
        let parts: Vec<&str> = text.split('.').collect();
        let [head, claims, signature] = parts[..] else {
            return Err(Refused::new("token contains an invalid number of segments"));
        };
        let bytes = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| Refused::new("the token is malformed"));
        let broken = |_| Refused::new("the token is malformed");
        let head_part: Head = serde_json::from_slice(&bytes(head)?).map_err(broken)?;
        Ok(Self {
            key_id: head_part.kid,
            algorithm: head_part.alg,
            signed: format!("{head}.{claims}"),
            signature: bytes(signature)?,
            claims: serde_json::from_slice(&bytes(claims)?).map_err(broken)?,
        })
    }

    fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }
    fn time(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        #[expect(clippy::cast_possible_truncation, reason = "seconds since 1970 that tokens can mean fit")]
        value.as_i64().or_else(|| value.as_f64().map(|secs| secs as i64))
    }

    /// What can be said before any key is known.
    pub(crate) fn check_algorithm(&self) -> Result<(), Refused> {
        // AWS: only RSA-based algorithms.
        if ["RS256", "RS384", "RS512"].contains(&self.algorithm.as_str()) {
            return Ok(());
        }
        Err(Refused::new(format!("signing method {} is invalid", self.algorithm)))
    }

    pub(crate) fn check_signature(&self, key: &Key) -> Result<(), Refused> {
        let algorithm = match self.algorithm.as_str() {
            "RS384" => &RSA_PKCS1_2048_8192_SHA384,
            "RS512" => &RSA_PKCS1_2048_8192_SHA512,
            _ => &RSA_PKCS1_2048_8192_SHA256,
        };
        let public = ring::signature::RsaPublicKeyComponents { n: &key.modulus, e: &key.exponent };
        public
            .verify(algorithm, self.signed.as_bytes(), &self.signature)
            .map_err(|_| Refused::new("the token's signature is invalid"))
    }

    pub(crate) fn check_claims(&self, issuer: &str, audience: &[String], now: Timestamp) -> Result<(), Refused> {
        if self.claim("iss") != Some(issuer) {
            return Err(Refused::new("the token was not issued by the expected issuer"));
        }
        if !self.has_audience(audience) {
            return Err(Refused::new("the token does not have a valid audience"));
        }
        let now = now.secs();
        match self.time("exp") {
            Some(expires) if now < expires => {}
            _ => return Err(Refused::new("the token has expired")),
        }
        if self.time("nbf").is_some_and(|from| from > now) {
            return Err(Refused::new("the token is not valid yet"));
        }
        if self.time("iat").is_some_and(|issued| issued > now) {
            return Err(Refused::new("the token was used before it was issued"));
        }
        Ok(())
    }

    /// AWS: `client_id` is looked at only where there is no `aud`.
    fn has_audience(&self, audience: &[String]) -> bool {
        let is_ours = |one: &str| audience.iter().any(|ours| ours == one);
        match self.claims.get("aud") {
            Some(Json::String(one)) => is_ours(one),
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).any(is_ours),
            Some(_) => false,
            None => self.claim("client_id").is_some_and(is_ours),
        }
    }

    /// AWS: one of the route's scopes is enough.
    pub(crate) fn has_scope(&self, wanted: &[String]) -> bool {
        wanted.is_empty() || self.scopes().iter().any(|scope| wanted.contains(scope))
    }

    fn scopes(&self) -> Vec<String> {
        let found = self.claims.get("scope").or_else(|| self.claims.get("scp"));
        match found {
            Some(Json::String(text)) => text.split(' ').filter(|one| !one.is_empty()).map(Into::into).collect(),
            Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).map(Into::into).collect(),
            _ => Vec::new(),
        }
    }

    /// The claims as functions see them.
    pub(crate) fn who(&self, wanted_scopes: &[String]) -> Who {
        let claims = self.claims.iter().map(|(name, value)| (name.clone(), shown(value))).collect::<Map<_>>();
        let scopes = (!wanted_scopes.is_empty()).then(|| self.scopes());
        Who::Jwt { claims, scopes }
    }
}

/// AWS: every claim is a text; lists look like `[admins users]`.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(list) => format!("[{}]", list.iter().map(shown).collect::<Vec<_>>().join(" ")),
        Json::Null => "null".into(),
        other => other.to_string(),
    }
}

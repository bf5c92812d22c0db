//! Tokens of identity providers: signed JWTs.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;

/// A token as it came: nothing in it is to be believed before [`Token::is_signed_by`].
pub(super) struct Token {
    header: Header,
    pub(super) claims: Claims,
    message: String,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Claims {
    pub(super) iss: String,
    pub(super) sub: String,
    #[serde(default)]
    aud: Audience,
    pub(super) exp: i64,
    #[serde(default)]
    pub(super) nbf: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
    #[default]
    None,
}

/// The keys of a provider, as it publishes them.
#[derive(Deserialize)]
pub(super) struct Keys {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    #[serde(default)]
    kid: Option<String>,
    #[serde(default)]
    n: String,
    #[serde(default)]
    e: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
}

impl Token {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        Some(Self {
            header: serde_json::from_slice(&decode(header)?).ok()?,
            claims: serde_json::from_slice(&decode(claims)?).ok()?,
            message: message.to_owned(),
            signature: decode(signature)?,
        })
    }

    pub(super) fn is_signed_by(&self, keys: &Keys) -> bool {
        let is_meant = |key: &&Key| self.header.kid.is_none() || key.kid == self.header.kid;
        keys.keys.iter().filter(is_meant).any(|key| self.matches(key).unwrap_or(false))
    }

    fn matches(&self, key: &Key) -> Option<bool> {
        let message = self.message.as_bytes();
        Some(match self.header.alg.as_str() {
            "RS256" => {
                let key = RsaPublicKeyComponents { n: decode(&key.n)?, e: decode(&key.e)? };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, &self.signature).is_ok()
            }
            "ES256" => {
                let point = [vec![4], decode(&key.x)?, decode(&key.y)?].concat();
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
                key.verify(message, &self.signature).is_ok()
            }
            _ => false,
        })
    }
}

impl Claims {
    pub(super) fn audiences(&self) -> Vec<&str> {
        match &self.aud {
            Audience::One(one) => vec![one],
            Audience::Many(many) => many.iter().map(String::as_str).collect(),
            Audience::None => Vec::new(),
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

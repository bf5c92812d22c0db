//! Secrets, and the keys that are derived from them.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

/// A secret access key. It has no way out but a signature, and prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Who signs.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret: Secret,
    pub session_token: Option<SessionToken>,
}

/// The token of temporary credentials. It prints as dots, because with the rest it is a credential.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(String);

impl SessionToken {
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// What a signature is good for: one day, one region, one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `YYYYMMDD`.
    pub date: String,
    pub region: String,
    pub service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/{TERMINATOR}", self.date, self.region, self.service)
    }
}

/// The last part of every scope.
pub(crate) const TERMINATOR: &str = "aws4_request";

/// The key of one secret and one scope.
#[derive(Clone)]
pub(crate) struct SigningKey([u8; 32]);

impl SigningKey {
    pub(crate) fn derive(secret: &Secret, scope: &Scope) -> Self {
        let first = format!("AWS4{}", secret.0);
        let date = mac(first.as_bytes(), &scope.date);
        let region = mac(&date, &scope.region);
        let service = mac(&region, &scope.service);
        Self(mac(&service, TERMINATOR))
    }
    pub(crate) fn sign(&self, text: &str) -> String {
        hex::encode(mac(&self.0, text))
    }
    /// Compares in constant time: how long it takes says nothing of where the two differ.
    pub(crate) fn verify(&self, text: &str, signature: &str) -> bool {
        // AWS: signatures are compared as text, so capital digits do not match.
        if signature.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return false;
        }
        hex::decode(signature).is_ok_and(|bytes| keyed(&self.0, text).verify_slice(&bytes).is_ok())
    }
}

fn keyed(key: &[u8], text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

fn mac(key: &[u8], text: &str) -> [u8; 32] {
    keyed(key, text).finalize().into_bytes().into()
}

/// The SHA-256 of `bytes` in small hexadecimal digits, as payload hashes are written.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

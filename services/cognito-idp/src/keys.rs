//! The RSA keys that pools sign their tokens with, one for each.
//!
//! Finding a key takes a tenth of a second and more, so nobody waits for one: the reconciler `prepare signing keys`
//! gives every pool its key soon after it is made, and keeps one spare in the shared rows once there was a pool at
//! all, so that the next pool finds its key ready. Who needs a key before that waits for the same search.

use crate::state::{self, Home, KEYS, SPARES, SigningKey};
use crate::turn::blocking;
use api_cognito_idp::API;
use base::{Entropy, Fault};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{Cloud, Scope};
use ring::{rand::SystemRandom, signature};
use rsa::{
    RsaPrivateKey,
    pkcs1::{DecodeRsaPrivateKey, EncodeRsaPrivateKey},
    rand_core::{CryptoRng, Error, RngCore},
    traits::PublicKeyParts,
};
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::OnceCell;

const KEY_BITS: usize = 2048;

/// Searches that run, by pool: who comes second waits for the first.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<String, Arc<OnceCell<SigningKey>>>>);

impl Keys {
    /// The pool's key, made when there is none yet.
    pub(crate) async fn ensure(&self, cloud: &Cloud, home: &Home) -> Result<SigningKey, Fault> {
        let known = cloud.read(&API, &home.scope(), |tx| tx.get(&KEYS, home.pool.as_str()))?;
        if let Some(key) = known {
            return Ok(key);
        }
        let running = self.searches().entry(home.pool.clone()).or_default().clone();
        let found = running.get_or_try_init(|| make(cloud, home)).await.cloned();
        self.searches().remove(&home.pool);
        found
    }

    /// Keeps one key in hand for the next pool.
    pub(crate) async fn ensure_spare(&self, cloud: &Cloud) -> Result<(), Fault> {
        if cloud.read(&API, &Scope::shared(), |tx| tx.has(&SPARES, ""))? {
            return Ok(());
        }
        let key = search(cloud).await?;
        cloud.write(&API, &Scope::shared(), move |tx| tx.put(&SPARES, "", &key)).await
    }

    fn searches(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<OnceCell<SigningKey>>>> {
        self.0.lock().expect("nobody panics while holding the map")
    }
}

async fn make(cloud: &Cloud, home: &Home) -> Result<SigningKey, Fault> {
    let key = search(cloud).await?;
    let home = home.clone();
    cloud
        .write(&API, &home.scope(), move |tx| {
            // A spare, or another search, may have been quicker.
            if let Some(known) = tx.get(&KEYS, home.pool.as_str())? {
                return Ok(known);
            }
            tx.put(&KEYS, home.pool.as_str(), &key)?;
            Ok::<_, Fault>(key)
        })
        .await
}

async fn search(cloud: &Cloud) -> Result<SigningKey, Fault> {
    let entropy = cloud.entropy().child();
    blocking(move || generate(&entropy)).await?
}

pub(crate) fn generate(entropy: &Entropy) -> Result<SigningKey, Fault> {
    let key = RsaPrivateKey::new(&mut Chance(entropy), KEY_BITS)
        .map_err(|why| Fault::internal("no signing key was found").caused_by(why))?;
    let der = key.to_pkcs1_der().map_err(|why| Fault::internal("a signing key has no form").caused_by(why))?;
    let id = base64::engine::general_purpose::STANDARD.encode(entropy.bytes::<32>());
    Ok(SigningKey { id, der: der.as_bytes().to_vec() })
}

/// A compact JWS of these claims.
pub(crate) fn token(key: &SigningKey, claims: &str) -> Result<String, Fault> {
    let header = json!({"kid": key.id, "alg": "RS256"}).to_string();
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let pair = pair(key)?;
    let mut signed = vec![0; pair.public().modulus_len()];
    pair.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signed)
        .map_err(|why| Fault::internal("a token could not be signed").caused_by(why.to_string()))?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signed)))
}

/// The claims of a token, if this key signed it.
pub(crate) fn claims(key: &SigningKey, token: &str) -> Option<Json> {
    let (input, signed) = token.rsplit_once('.')?;
    let (_, claims) = input.split_once('.')?;
    let signed = URL_SAFE_NO_PAD.decode(signed).ok()?;
    let public = pair(key).ok()?;
    let verified = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, public.public())
        .verify(input.as_bytes(), &signed);
    verified.ok()?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

fn pair(key: &SigningKey) -> Result<signature::RsaKeyPair, Fault> {
    signature::RsaKeyPair::from_der(&key.der)
        .map_err(|why| Fault::internal("a signing key cannot be read").caused_by(why.to_string()))
}

/// The public half, as `jwks.json` shows it.
pub(crate) fn jwk(key: &SigningKey) -> Result<Json, Fault> {
    let private = RsaPrivateKey::from_pkcs1_der(&key.der)
        .map_err(|why| Fault::internal("a signing key cannot be read").caused_by(why))?;
    let number = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
    Ok(json!({
        "alg": "RS256", "e": number(private.e()), "kid": key.id, "kty": "RSA", "n": number(private.n()), "use": "sig",
    }))
}

/// A spare for a pool that is being made.
pub(crate) fn take_spare(tx: &mut kernel::Tx<'_>, pool: &str) -> Result<(), Fault> {
    let spare = {
        let mut shared = tx.in_scope(&Scope::shared());
        let spare = shared.get(&SPARES, "")?;
        shared.delete(&SPARES, "");
        spare
    };
    spare.map_or(Ok(()), |key| tx.put(&state::KEYS, pool, &key))
}

/// Entropy for a crate that wants a generator of its own kind.
struct Chance<'a>(&'a Entropy);

impl RngCore for Chance<'_> {
    fn next_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.0.bytes())
    }
    fn next_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.0.bytes())
    }
    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill(bytes);
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Error> {
        self.0.fill(bytes);
        Ok(())
    }
}
impl CryptoRng for Chance<'_> {}

//! The keys of token issuers, fetched as AWS fetches them: discovery, then the key set; kept for a while.

use crate::proxy::jwt::{Key, Refused, parse_keys};
use base::Timestamp;
use kernel::Cloud;
use serde::Deserialize;
use shape::{ByteStream, Bytes};
use std::{collections::HashMap, sync::Mutex};

/// AWS: API Gateway can keep an issuer's keys for two hours.
const KEPT_SECS: i64 = 7200;
/// A token with a key that we do not know makes us look again, but not more often than this.
const LOOKED_AGAIN_SECS: i64 = 10;
/// No discovery document or key set is longer.
const MOST_BYTES: usize = 1 << 20;
const MOST_ISSUERS: usize = 256;

#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<String, Known>>);

#[derive(Clone, Debug)]
struct Known {
    keys: Vec<Key>,
    fetched: Timestamp,
}

impl Cache {
    /// The issuer's key of this id.
    pub(super) async fn get(&self, cloud: &Cloud, issuer: &str, id: &str) -> Result<Key, Refused> {
        let now = cloud.clock().now();
        let known = self.0.lock().expect("nothing panics under this lock").get(issuer).cloned();
        if let Some(known) = known {
            let age_secs = now.millis_since(known.fetched) / 1000;
            let found = known.keys.into_iter().find(|key| key.id == id);
            let is_fresh = (0..KEPT_SECS).contains(&age_secs);
            match found {
                Some(key) if is_fresh => return Ok(key),
                None if is_fresh && age_secs < LOOKED_AGAIN_SECS => return Err(unknown(id)),
                _ => {}
            }
        }
        // A failure is not kept: the next request asks again.
        let keys = fetch_keys(cloud, issuer).await?;
        let found = keys.iter().find(|key| key.id == id).cloned();
        let mut all = self.0.lock().expect("nothing panics under this lock");
        if all.len() >= MOST_ISSUERS {
            all.clear();
        }
        all.insert(issuer.into(), Known { keys, fetched: now });
        found.ok_or_else(|| unknown(id))
    }
}

fn unknown(id: &str) -> Refused {
    // What a stranger wrote into a token is not repeated into a header unless it is plain.
    let plain: String = id.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.+/=".contains(*c)).take(128).collect();
    Refused::new(format!("kid {plain} is not known to the issuer"))
}

#[derive(Deserialize)]
struct Discovery {
    jwks_uri: String,
}

async fn fetch_keys(cloud: &Cloud, issuer: &str) -> Result<Vec<Key>, Refused> {
    let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
    let unreachable = || Refused::new("OIDC discovery endpoint communication error");
    let document = fetch(cloud, &address).await.ok_or_else(unreachable)?;
    let discovery: Discovery = serde_json::from_slice(&document).map_err(|_| unreachable())?;
    let keys = fetch(cloud, &discovery.jwks_uri).await.and_then(|document| parse_keys(&document));
    keys.ok_or_else(|| Refused::new("JWKS communication error"))
}

async fn fetch(cloud: &Cloud, address: &str) -> Option<Bytes> {
    let request = http::Request::get(address).body(ByteStream::empty()).ok()?;
    match cloud.fetch(request).await {
        Ok(response) if response.status().is_success() => response.into_body().collect(MOST_BYTES).await.ok(),
        Ok(response) => {
            tracing::warn!(address, status = %response.status(), "an issuer did not answer as asked");
            None
        }
        Err(error) => {
            tracing::warn!(address, %error, "an issuer could not be asked");
            None
        }
    }
}

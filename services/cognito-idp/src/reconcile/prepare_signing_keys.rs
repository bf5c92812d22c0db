//! Gives every pool the key that it signs with, and keeps one for the next.

use crate::{
    Cognito,
    state::{Home, KEYS, POOLS},
};
use api_cognito_idp::API;
use base::Fault;
use kernel::{Cloud, Next, Reconciler, Scope, Tx};
use std::sync::Arc;

pub(crate) struct PrepareSigningKeys(pub(crate) Arc<Cognito>);

impl Reconciler for PrepareSigningKeys {
    const NAME: &'static str = "prepare signing keys";

    fn wakes_on(&self) -> &'static [&'static str] {
        &["pool"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let (pools, waiting) = cloud.read(&API, &Scope::shared(), without_key)?;
        for home in &waiting {
            self.0.keys.ensure(cloud, home).await?;
        }
        if pools > 0 {
            self.0.keys.ensure_spare(cloud).await?;
        }
        Ok(Next::WhenWoken)
    }
}

/// How many pools there are, and those that have no key yet.
fn without_key(tx: &Tx<'_>) -> Result<(usize, Vec<Home>), Fault> {
    let (mut pools, mut waiting) = (0, Vec::new());
    for scope in tx.scopes()? {
        let tx = tx.peek(&scope);
        for row in tx.scan(&POOLS, ()) {
            let (pool, _) = row?;
            pools += 1;
            if !tx.has(&KEYS, pool.as_str())? {
                waiting.push(Home { account: scope.account.clone(), region: scope.region.clone(), pool });
            }
        }
    }
    Ok((pools, waiting))
}

//! Deletes packages that no version and no layer has any more, packed and unpacked.

use crate::{
    engine::{Engine, blobs},
    state::{FUNCTIONS, LAYER_VERSIONS, VERSIONS},
};
use base::Fault;
use kernel::{Cloud, Next, Reconciler, Scope, Tx};
use std::{collections::HashSet, sync::Arc, time::Duration};

pub(crate) struct SweepCode(Arc<Engine>);

const EVERY_SECS: i64 = 3600;
/// A package is written before its row, and one that was replaced may still run.
const GRACE: Duration = Duration::from_secs(3600);

impl SweepCode {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self(engine)
    }
}

impl Reconciler for SweepCode {
    const NAME: &'static str = "sweep functions' code";

    fn wakes_on(&self) -> &'static [&'static str] {
        &[]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let mut live = HashSet::new();
        for scope in cloud.read(&api_lambda::API, &Scope::shared(), |tx| tx.scopes())? {
            cloud.read(&api_lambda::API, &scope, |tx| collect(tx, &mut live))?;
        }
        let live = Arc::new(live);
        let known = live.clone();
        blobs(cloud).sweep(GRACE, move |id| known.contains(id.as_str())).await?;
        self.0.sweep(GRACE, |name| live.contains(name))?;
        Ok(Next::At(cloud.clock().now().plus_secs(EVERY_SECS)))
    }
}

fn collect(tx: &Tx<'_>, live: &mut HashSet<String>) -> Result<(), Fault> {
    let functions = tx.list(&FUNCTIONS, ())?.into_iter().map(|(_, function)| function.latest);
    let versions = tx.list(&VERSIONS, ())?.into_iter().map(|(_, config)| config);
    for config in functions.chain(versions) {
        live.insert(config.code.blob.to_string());
        live.extend(config.layers.iter().map(|layer| layer.code.blob.to_string()));
    }
    live.extend(tx.list(&LAYER_VERSIONS, ())?.into_iter().map(|(_, version)| version.code.blob.to_string()));
    Ok(())
}

//! What a deployment serves, compiled.

use crate::{
    route::{RouteKey, Table},
    state::{Authorization, Authorizer, Cors, Integration, SNAPSHOTS, Snapshot},
};
use base::Fault;
use kernel::Tx;
use shape::Map;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

#[derive(Debug)]
pub(super) struct Live {
    pub(super) cors: Option<Cors>,
    pub(super) is_endpoint_disabled: bool,
    pub(super) table: Table<LiveRoute>,
    pub(super) authorizers: Map<Authorizer>,
}

#[derive(Debug)]
pub(super) struct LiveRoute {
    pub(super) key: String,
    pub(super) authorization: Authorization,
    pub(super) integration: Option<Integration>,
}

impl Live {
    fn compile(snapshot: Snapshot) -> Result<Self, Fault> {
        let mut routes = Vec::new();
        for (_, route) in snapshot.routes {
            // Keys were parsed before they were kept.
            let key = RouteKey::parse(&route.key)
                .map_err(|error| Fault::internal("a kept route key does not parse").caused_by(error.message))?;
            let integration = route.integration.and_then(|id| snapshot.integrations.get(&id).cloned());
            routes.push((key, LiveRoute { key: route.key, authorization: route.authorization, integration }));
        }
        Ok(Self {
            cors: snapshot.cors,
            is_endpoint_disabled: snapshot.is_endpoint_disabled,
            table: Table::new(routes),
            authorizers: snapshot.authorizers,
        })
    }
}

/// More deployments than this in use and the cache begins anew.
const MOST_LIVE: usize = 256;

/// By API and deployment.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<HashMap<(String, String), Arc<Live>>>);

impl Cache {
    pub(super) fn get(&self, tx: &Tx<'_>, api: &str, deployment: &str) -> Result<Option<Arc<Live>>, Fault> {
        let key = (api.to_owned(), deployment.to_owned());
        if let Some(live) = self.0.lock().expect("nothing panics under this lock").get(&key) {
            return Ok(Some(live.clone()));
        }
        let Some(snapshot) = tx.get(&SNAPSHOTS, (api, deployment))? else { return Ok(None) };
        let live = Arc::new(Live::compile(snapshot)?);
        let mut known = self.0.lock().expect("nothing panics under this lock");
        if known.len() >= MOST_LIVE {
            known.clear();
        }
        known.insert(key, live.clone());
        Ok(Some(live))
    }
}

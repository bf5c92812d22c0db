//! Carries out the operations of stacks.
//!
//! Each row of [`OPERATIONS`] has one driver in this process ([`drive`]); different stacks run side by side. A driver
//! holds the stack's rows in memory, because nobody else changes them while the operation lasts, and writes each
//! before and after every action. What it finds begun when it starts was begun by a driver that did not live to see
//! the end: a creation is looked for ([`kernel::AnyResource::adopt`]) before it is tried again, everything else is
//! simply done again.

mod begin;
mod clean;
mod drive;
mod finish;
mod job;
mod make;
mod restore;
mod run;

use crate::{api::API, state::OPERATIONS};
use base::Fault;
use kernel::{Cloud, Next, Reconciler, Scope};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

/// The drivers that run, each with what wakes it when its operation's row changes.
type Drivers = Arc<Mutex<BTreeMap<(Scope, String), Arc<Notify>>>>;

#[derive(Debug, Default)]
pub(crate) struct CarryOut {
    drivers: Drivers,
}

impl Reconciler for CarryOut {
    const NAME: &'static str = "carry out stack operations";

    fn wakes_on(&self) -> &'static [&'static str] {
        &["operation"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let scopes = cloud.read(&API, &Scope::shared(), |tx| tx.scopes())?;
        for scope in scopes {
            let waiting = cloud.read(&API, &scope, |tx| tx.list(&OPERATIONS, ()))?;
            for (uuid, _) in waiting {
                let key = (scope.clone(), uuid);
                let mut drivers = self.drivers.lock().expect("nothing panics while the list is held");
                if let Some(driver) = drivers.get(&key) {
                    driver.notify_one();
                    continue;
                }
                let wake = Arc::new(Notify::new());
                drivers.insert(key.clone(), wake.clone());
                let driver = drive::drive(cloud.clone(), key, wake, self.drivers.clone());
                drop(cloud.spawn("stack operation", driver));
            }
        }
        Ok(Next::WhenWoken)
    }
}

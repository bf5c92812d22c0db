//! Deletes events that are older than their group keeps them. Readers do not see them any more when this comes by.

use crate::state::{EVENT_OVERHEAD_BYTES, EVENTS, EventKey, GROUPS, STREAMS};
use base::{Fault, Timestamp};
use kernel::{Cloud, Next, Reconciler, Scope, Tx};

pub(crate) struct TrimEvents;

/// One transaction deletes no more than this, so that other writers do not wait long.
const BATCH: usize = 5_000;
const EVERY_SECS: i64 = 3600;

impl Reconciler for TrimEvents {
    const NAME: &'static str = "trim log events";

    /// Not on changes of groups, which every batch of events makes: an hour more of old events harms nobody.
    fn wakes_on(&self) -> &'static [&'static str] {
        &[]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let mut is_more = false;
        let everywhere = Scope::shared();
        for scope in cloud.read(&api_logs::API, &everywhere, |tx| tx.scopes())? {
            let batch = cloud.read(&api_logs::API, &scope, |tx| expired(tx, now))?;
            if batch.is_empty() {
                continue;
            }
            is_more |= batch.len() == BATCH;
            cloud.write(&api_logs::API, &scope, move |tx| delete(tx, batch)).await?;
        }
        Ok(if is_more { Next::AtOnce } else { Next::At(now.plus_secs(EVERY_SECS)) })
    }
}

/// The first events that have expired, and their sizes.
fn expired(tx: &Tx<'_>, now: Timestamp) -> Result<Vec<(EventKey, usize)>, Fault> {
    let mut found = Vec::new();
    for (name, group) in tx.list(&GROUPS, ())? {
        if group.retention_days.is_none() {
            continue;
        }
        let expiry = group.expiry(now);
        for ((_, stream), _) in tx.list(&STREAMS, (name.clone(),))? {
            for row in tx.scan(&EVENTS, (name.clone(), stream)) {
                let (key, event) = row?;
                if key.2 >= expiry {
                    break;
                }
                found.push((key, event.message.len() + EVENT_OVERHEAD_BYTES));
                if found.len() == BATCH {
                    return Ok(found);
                }
            }
        }
    }
    Ok(found)
}

fn delete(tx: &mut Tx<'_>, batch: Vec<(EventKey, usize)>) -> Result<(), Fault> {
    for (key, size_bytes) in batch {
        if !tx.has(&EVENTS, key.clone())? {
            continue;
        }
        if let Some(mut group) = tx.get(&GROUPS, key.0.clone())? {
            group.stored_bytes = group.stored_bytes.saturating_sub(size_bytes as u64);
            tx.put(&GROUPS, key.0.clone(), &group)?;
        }
        tx.delete(&EVENTS, key);
    }
    Ok(())
}

//! Deletes the blobs that no row names: those in the trash at once; those that a crash left behind, once a day.

use crate::state::{BLOB_OWNER, NEWEST, OLDER, PARTS, TRASH};
use base::{Fault, Timestamp};
use blob::BlobId;
use kernel::{Cloud, Next, Reconciler, Scope, Tx};
use std::{collections::HashSet, sync::Mutex, time::Duration};

/// A blob this young may be on its way to its row.
const YOUNG: Duration = Duration::from_secs(3600);
const SWEEP_EVERY_SECS: i64 = 86_400;
/// So many are deleted before the next transaction forgets them.
const BATCH: usize = 256;

#[derive(Debug, Default)]
pub(crate) struct EmptyTrash {
    next_sweep: Mutex<Timestamp>,
}

impl Reconciler for EmptyTrash {
    const NAME: &'static str = "empty the trash of s3";

    fn wakes_on(&self) -> &'static [&'static str] {
        &["trash"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let due = *self.next_sweep.lock().expect("comparing times does not panic");
        if due <= now {
            sweep(cloud).await?;
            *self.next_sweep.lock().expect("setting a time does not panic") = now.plus_secs(SWEEP_EVERY_SECS);
        }
        if empty(cloud).await? == BATCH {
            return Ok(Next::AtOnce);
        }
        Ok(Next::At(now.plus_secs(SWEEP_EVERY_SECS)))
    }
}

async fn empty(cloud: &Cloud) -> Result<usize, Fault> {
    let shared = Scope::shared();
    let gone: Vec<String> = cloud.read(&api_s3::API, &shared, |tx| {
        tx.scan(&TRASH, ()).take(BATCH).map(|row| row.map(|(id, _)| id)).collect::<Result<_, Fault>>()
    })?;
    for id in &gone {
        cloud.blobs().delete(&BlobId::known(id.as_str())).await?;
    }
    let count = gone.len();
    if count > 0 {
        cloud
            .write(&api_s3::API, &shared, move |tx| {
                gone.iter().for_each(|id| tx.delete(&TRASH, id.as_str()));
                Ok::<_, Fault>(())
            })
            .await?;
    }
    Ok(count)
}

async fn sweep(cloud: &Cloud) -> Result<(), Fault> {
    let live = cloud.read(&api_s3::API, &Scope::shared(), live)?;
    let swept = cloud.blobs().owned_by(BLOB_OWNER).sweep(YOUNG, move |id| live.contains(id)).await?;
    if swept > 0 {
        tracing::info!(swept, "blobs that no object names are deleted");
    }
    Ok(())
}

fn live(tx: &Tx<'_>) -> Result<HashSet<BlobId>, Fault> {
    let mut live = HashSet::new();
    for row in tx.scan(&NEWEST, ()) {
        live.extend(row?.1.object.map(|object| object.blob));
    }
    for row in tx.scan(&OLDER, ()) {
        live.extend(row?.1.object.map(|object| object.blob));
    }
    for row in tx.scan(&PARTS, ()) {
        live.insert(row?.1.blob);
    }
    Ok(live)
}

//! Acknowledged means durable: power cuts, a full disk, a failing disk, and what a sync is shared by.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

mod disk;

use base::{Fault, FaultKind};
use disk::Disk;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Waker},
};
use store::{KeyRange, Order, Read, Store};
use tokio::task::JoinSet;

async fn put(store: &Store, key: String, size: usize) -> Result<(), Fault> {
    store
        .write(move |tx| {
            tx.put(key.as_bytes(), vec![7; size]);
            Ok(())
        })
        .await
}

fn keys(store: &Store) -> Vec<String> {
    let snapshot = store.snapshot().unwrap();
    let rows = snapshot.scan(KeyRange::all(), Order::Forward);
    rows.map(|row| String::from_utf8(row.unwrap().0).unwrap()).collect()
}

/// Puts a write in line, as a caller does that then waits.
fn in_line<'a, T>(future: impl Future<Output = T> + 'a) -> Pin<Box<dyn Future<Output = T> + 'a>> {
    let mut future = Box::pin(future);
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    future
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_loses_nothing_acknowledged() {
    let disk = Arc::new(Disk::default());
    let store = Store::with_backend(disk.clone()).unwrap();
    let mut images = Vec::new();
    let mut acknowledged = Vec::new();
    for round in 0..40 {
        let mut writers = JoinSet::new();
        for writer in 0..8 {
            let store = store.clone();
            writers.spawn(async move {
                let key = format!("{round:03}-{writer}");
                put(&store, key.clone(), 600).await.map(|()| key)
            });
        }
        while let Some(written) = writers.join_next().await {
            acknowledged.push(written.unwrap().unwrap());
            // The others are in the middle of it.
            images.push((acknowledged.len(), disk.after_power_cut(round * 8 + writers.len() as u64)));
        }
    }
    for (count, image) in images {
        let store = Store::with_backend(Arc::new(image)).unwrap();
        let found = keys(&store);
        for key in &acknowledged[..count] {
            assert!(found.contains(key), "{key} was acknowledged and is gone; {} rows are there", found.len());
        }
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_write_and_heals_by_itself() {
    let disk = Arc::new(Disk::default());
    let store = Store::with_backend(disk.clone()).unwrap();
    put(&store, "before".to_owned(), 100).await.unwrap();
    disk.set_full(true);
    let mut acknowledged = vec!["before".to_owned()];
    let refused = loop {
        let key = format!("row-{:04}", acknowledged.len());
        match put(&store, key.clone(), 300_000).await {
            Ok(()) => acknowledged.push(key),
            Err(fault) => break fault,
        }
        assert!(acknowledged.len() < 10_000, "the disk is full, where does it write?");
    };
    assert_eq!(refused.kind, FaultKind::StorageFull, "{refused}");
    assert_eq!(keys(&store), acknowledged, "reads go on");
    put(&store, "again".to_owned(), 4_000_000).await.unwrap_err();
    disk.set_full(false);
    put(&store, "after".to_owned(), 4_000_000).await.unwrap();
    acknowledged.insert(0, "after".to_owned());
    assert_eq!(keys(&store), acknowledged);
}

#[tokio::test]
async fn everybody_in_a_failed_batch_hears_of_it() {
    let disk = Arc::new(Disk::default());
    let store = Store::with_backend(disk.clone()).unwrap();
    disk.set_gate_shut(true);
    let first = in_line(put(&store, "first".to_owned(), 1));
    disk.wait_for_sync();
    let others: Vec<_> = (0..5).map(|n| in_line(put(&store, format!("other-{n}"), 5_000_000))).collect();
    disk.set_full(true);
    disk.set_gate_shut(false);
    first.await.unwrap();
    for other in others {
        assert_eq!(other.await.unwrap_err().kind, FaultKind::StorageFull);
    }
    assert_eq!(keys(&store), ["first"]);
}

#[tokio::test]
async fn a_disk_that_fails_for_a_while_costs_only_that_while() {
    let disk = Arc::new(Disk::default());
    let store = Store::with_backend(disk.clone()).unwrap();
    put(&store, "before".to_owned(), 1).await.unwrap();
    disk.set_failing(true);
    for _ in 0..3 {
        assert_eq!(put(&store, "during".to_owned(), 1).await.unwrap_err().kind, FaultKind::Internal);
    }
    disk.set_failing(false);
    put(&store, "now".to_owned(), 1).await.unwrap();
    assert!(keys(&store).contains(&"before".to_owned()));
}

#[tokio::test]
async fn writes_that_wait_for_a_sync_share_the_next() {
    let disk = Arc::new(Disk::default());
    let store = Store::with_backend(disk.clone()).unwrap();
    let before = disk.syncs();
    put(&store, "alone".to_owned(), 1).await.unwrap();
    let for_one = disk.syncs() - before;

    disk.set_gate_shut(true);
    let before = disk.syncs();
    let first = in_line(put(&store, "first".to_owned(), 1));
    disk.wait_for_sync();
    let writes: Vec<_> = (0..64).map(|n| in_line(put(&store, format!("{n}"), 1))).collect();
    disk.set_gate_shut(false);
    first.await.unwrap();
    for write in writes {
        write.await.unwrap();
    }
    let for_all = disk.syncs() - before;
    assert_eq!(for_all, 2 * for_one, "the first took its own, the 64 behind it shared one");
}

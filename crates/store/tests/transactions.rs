//! What a write sees and leaves, against the simplest thing that could be right: a `BTreeMap` that is copied.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base::Fault;
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};
use store::{KeyRange, Order, Read, Row, Store, Tx};

type Model = BTreeMap<Vec<u8>, Vec<u8>>;

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<u8>, Vec<u8>),
    Delete(Vec<u8>),
    DeleteRange(KeyRange),
    Look(KeyRange),
}

#[derive(Clone, Debug)]
struct Transaction {
    steps: Vec<Step>,
    is_kept: bool,
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 255]), 0..4)
}

fn range() -> impl Strategy<Value = KeyRange> {
    (key(), prop::option::of(key())).prop_map(|(start, end)| KeyRange { start, end })
}

fn transaction() -> impl Strategy<Value = Transaction> {
    let step = prop_oneof![
        4 => (key(), any::<u8>()).prop_map(|(key, value)| Step::Put(key, vec![value])),
        2 => key().prop_map(Step::Delete),
        1 => range().prop_map(Step::DeleteRange),
        3 => range().prop_map(Step::Look),
    ];
    (prop::collection::vec(step, 0..12), prop::bool::weighted(0.7))
        .prop_map(|(steps, is_kept)| Transaction { steps, is_kept })
}

fn look(read: &dyn Read, model: &Model, range: &KeyRange) {
    let mut expected: Vec<Row> =
        model.iter().filter(|(key, _)| range.contains(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    let seen = |order| read.scan(range.clone(), order).collect::<Result<Vec<Row>, _>>().unwrap();
    assert_eq!(seen(Order::Forward), expected);
    expected.reverse();
    assert_eq!(seen(Order::Backward), expected);
    assert_eq!(read.get(&range.start).unwrap().as_ref(), model.get(&range.start));
}

fn play(tx: &mut Tx<'_>, model: &mut Model, steps: Vec<Step>) {
    for step in steps {
        match step {
            Step::Put(key, value) => {
                tx.put(&key, value.clone());
                model.insert(key, value);
            }
            Step::Delete(key) => {
                tx.delete(&key);
                model.remove(&key);
            }
            Step::DeleteRange(range) => {
                model.retain(|key, _| !range.contains(key));
                tx.delete_range(range);
            }
            Step::Look(range) => look(tx, model, &range),
        }
    }
    look(tx, model, &KeyRange::all());
}

const REFUSED: &str = "refused on purpose";

/// Runs them so that later ones see what earlier ones of the same batch have not committed yet.
async fn run_all(transactions: Vec<Transaction>) {
    let store = Store::ephemeral();
    let model = Arc::new(Mutex::new(Model::new()));
    let mut answers = Vec::new();
    for Transaction { steps, is_kept } in transactions {
        let model = model.clone();
        let write = store.write(move |tx| {
            let mut model = model.lock().unwrap();
            let mut changed = model.clone();
            play(tx, &mut changed, steps);
            if is_kept {
                *model = changed;
                return Ok(());
            }
            Err(Fault::internal(REFUSED))
        });
        // A write may be answered at once if the writer is quick; either way its place in line is taken here.
        let mut write = Box::pin(write);
        let polled = write.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        answers.push((is_kept, polled, write));
    }
    for (is_kept, polled, write) in answers {
        let answer = match polled {
            Poll::Ready(answer) => answer,
            Poll::Pending => write.await,
        };
        match answer {
            Ok(()) => assert!(is_kept),
            Err(fault) => assert!(!is_kept && fault.message == REFUSED, "{fault}"),
        }
    }
    look(&store.snapshot().unwrap(), &model.lock().unwrap(), &KeyRange::all());
}

proptest! {
    #[test]
    fn a_store_is_a_sorted_map(transactions in prop::collection::vec(transaction(), 0..12)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(run_all(transactions));
    }
}

async fn put(store: &Store, key: &'static str) {
    let write = store.write(move |tx| {
        tx.put(key.as_bytes(), "value");
        Ok::<_, Fault>(())
    });
    write.await.unwrap();
}

fn has(store: &Store, key: &str) -> bool {
    store.snapshot().unwrap().get(key.as_bytes()).unwrap().is_some()
}

#[tokio::test]
async fn a_refused_write_leaves_no_trace() {
    let store = Store::ephemeral();
    put(&store, "kept").await;
    let refused = store.write(|tx| {
        tx.put(b"new", "value");
        tx.delete_range(KeyRange::all());
        Err::<(), _>(Fault::internal(REFUSED))
    });
    assert_eq!(refused.await.unwrap_err().message, REFUSED);
    assert!(has(&store, "kept") && !has(&store, "new"));
}

#[tokio::test]
async fn a_panic_is_the_fault_of_that_write_alone() {
    let store = Store::ephemeral();
    let panicking = store.write(|tx| -> Result<(), Fault> {
        tx.put(b"half", "value");
        panic!("a bug in a handler");
    });
    let (panicked, ()) = tokio::join!(panicking, put(&store, "next"));
    let fault = panicked.unwrap_err();
    assert!(fault.message.contains("a bug in a handler"), "{fault}");
    assert!(has(&store, "next") && !has(&store, "half"));
}

#[tokio::test]
async fn a_write_finishes_without_its_caller() {
    let store = Store::ephemeral();
    let mut write = Box::pin(store.write(|tx| {
        tx.put(b"alone", "value");
        Ok::<_, Fault>(())
    }));
    // Puts it in line.
    let _ = write.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    drop(write);
    put(&store, "later").await;
    assert!(has(&store, "alone"));
}

#[tokio::test]
async fn a_snapshot_stands_still() {
    let store = Store::ephemeral();
    let snapshot = store.snapshot().unwrap();
    put(&store, "new").await;
    assert_eq!(snapshot.get(b"new").unwrap(), None);
    assert!(has(&store, "new"));
}

#[tokio::test]
async fn a_watch_wakes_for_its_prefix_and_once_for_many() {
    let store = Store::ephemeral();
    let (apples, pears) = (store.watch(b"apple/"), store.watch_keys(|key| key.starts_with(b"pear/")));
    put(&store, "apple/1").await;
    put(&store, "apple/2").await;
    apples.changed().await;
    let mut again = Box::pin(apples.changed());
    let mut other = Box::pin(pears.changed());
    let mut context = Context::from_waker(Waker::noop());
    assert!(again.as_mut().poll(&mut context).is_pending());
    assert!(other.as_mut().poll(&mut context).is_pending());
    put(&store, "pear/1").await;
    other.await;
    let deleted = store.write(|tx| {
        tx.delete_range(KeyRange::prefix(b"apple"));
        Ok::<_, Fault>(())
    });
    deleted.await.unwrap();
    again.await;
}

#[tokio::test]
async fn a_lazy_write_comes_without_being_waited_for() {
    let store = Store::ephemeral();
    let watch = store.watch(b"seen");
    let lazy = store.write_lazily(|tx| {
        tx.put(b"seen", "value");
        Ok(())
    });
    lazy.await.unwrap();
    watch.changed().await;
    assert!(has(&store, "seen"));
}

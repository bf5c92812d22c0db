//! Rows with types: keys in order, scopes apart, records upgraded on read.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use base::{Fault, Timestamp};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::Bound::{Excluded, Included, Unbounded};
use store::{KeyPart, Order, Record, Rows, Store};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Note {
    text: String,
}
impl Record for Note {}

const NOTES: Rows<(String, u64), Note> = Rows::new("note");

fn note(text: &str) -> Note {
    Note { text: text.to_owned() }
}

async fn three_notes() -> Store {
    let store = Store::ephemeral();
    let written = store.write(|tx| {
        NOTES.put(tx, b"here", ("a", 1u64), &note("one"))?;
        NOTES.put(tx, b"here", ("a", 2u64), &note("two"))?;
        NOTES.put(tx, b"here", ("ab", 0u64), &note("three"))?;
        NOTES.put(tx, b"there", ("a", 3u64), &note("elsewhere"))
    });
    written.await.unwrap();
    store
}

fn keys(store: &Store, prefix: &str, from: std::ops::Bound<(&str, u64)>, order: Order) -> Vec<u64> {
    let snapshot = store.snapshot().unwrap();
    NOTES.scan_from(&snapshot, b"here", (prefix,), from, order).map(|row| row.unwrap().0.1).collect()
}

#[tokio::test]
async fn a_prefix_is_a_part_and_not_the_start_of_one() {
    let store = three_notes().await;
    assert_eq!(keys(&store, "a", Unbounded, Order::Forward), [1, 2]);
    assert_eq!(keys(&store, "a", Unbounded, Order::Backward), [2, 1]);
}

#[tokio::test]
async fn a_scan_continues_where_the_last_page_ended() {
    let store = three_notes().await;
    assert_eq!(keys(&store, "a", Excluded(("a", 1)), Order::Forward), [2]);
    assert_eq!(keys(&store, "a", Included(("a", 2)), Order::Forward), [2]);
    assert_eq!(keys(&store, "a", Included(("a", 2)), Order::Backward), [2, 1]);
    assert_eq!(keys(&store, "a", Excluded(("a", 2)), Order::Backward), [1]);
}

#[tokio::test]
async fn another_scope_sees_nothing() {
    let store = three_notes().await;
    let snapshot = store.snapshot().unwrap();
    assert_eq!(NOTES.get(&snapshot, b"there", ("a", 1u64)).unwrap(), None);
    assert_eq!(NOTES.get(&snapshot, b"here", ("a", 1u64)).unwrap(), Some(note("one")));
}

#[tokio::test]
async fn deleting_by_prefix_leaves_the_rest() {
    let store = three_notes().await;
    let deleted = store.write(|tx| {
        NOTES.delete_prefix(tx, b"here", ("a",));
        Ok::<_, Fault>(())
    });
    deleted.await.unwrap();
    let snapshot = store.snapshot().unwrap();
    let left: Vec<_> = NOTES.scan_prefix(&snapshot, b"here", (), Order::Forward).map(|row| row.unwrap().1).collect();
    assert_eq!(left, [note("three")]);
    assert!(NOTES.get(&snapshot, b"there", ("a", 3u64)).unwrap().is_some());
}

/// What `Note` became in a later version of the program.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Page {
    lines: Vec<String>,
}
impl Record for Page {
    const VERSION: u8 = 2;
    fn upgrade(_version: u8, bytes: &[u8]) -> Result<Self, Fault> {
        let old: Note = store::decode(bytes)?;
        Ok(Self { lines: vec![old.text] })
    }
}

const PAGES: Rows<(String, u64), Page> = Rows::new("note");

#[tokio::test]
async fn an_old_record_is_upgraded_when_it_is_read() {
    let store = three_notes().await;
    let page = PAGES.get(&store.snapshot().unwrap(), b"here", ("a", 1u64)).unwrap();
    assert_eq!(page, Some(Page { lines: vec!["one".to_owned()] }));
}

#[tokio::test]
async fn a_record_of_a_newer_version_is_refused() {
    let store = Store::ephemeral();
    let written = store.write(|tx| PAGES.put(tx, b"", ("a", 1u64), &Page { lines: vec![] }));
    written.await.unwrap();
    let refused = NOTES.get(&store.snapshot().unwrap(), b"", ("a", 1u64)).unwrap_err();
    assert!(refused.to_string().contains("version 2"), "{refused}");
}

fn encoded(key: &impl KeyPart) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.encode(&mut bytes);
    bytes
}

/// Text with many zeros in it, and short, so that one is often the start of another.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!['\0', '\u{1}', 'a', 'b', '\u{10ffff}']), 0..5)
        .prop_map(|letters| letters.into_iter().collect())
}

type Key = (String, i64, Vec<u8>, u64);

fn key() -> impl Strategy<Value = Key> {
    (text(), -2i64..2, prop::collection::vec(prop_oneof![Just(0u8), Just(1), Just(255)], 0..4), 0u64..3)
}

proptest! {
    #[test]
    fn bytes_are_in_the_order_of_their_keys(one in key(), other in key()) {
        prop_assert_eq!(encoded(&one).cmp(&encoded(&other)), one.cmp(&other));
    }

    #[test]
    fn keys_come_back_from_their_bytes(key in key()) {
        let bytes = encoded(&key);
        let mut left = bytes.as_slice();
        prop_assert_eq!(<Key as KeyPart>::decode(&mut left), Some(key));
        prop_assert!(left.is_empty());
    }

    #[test]
    fn times_are_in_order(one: i64, other: i64) {
        let (one, other) = (Timestamp::from_millis(one), Timestamp::from_millis(other));
        prop_assert_eq!(encoded(&one).cmp(&encoded(&other)), one.cmp(&other));
    }
}

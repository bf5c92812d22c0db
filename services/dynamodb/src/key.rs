//! Where an item stands among its rows.
//!
//! A row's place is (space, hash, partition, rest): the space is the table's or the index's own number; the hash, of
//! the partition key, spreads partitions so that a scan can be cut into segments, each one range; the rest is the sort
//! key in its order. So a Query is one range of rows. In an index the rest ends with the key of the item, since several
//! items may share an index key.

use crate::{
    expression::SortCondition,
    table::{Index, Key},
    value::{Item, Value},
};
use md5::{Digest, Md5};

/// The place of a row within its space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) hash: u64,
    pub(crate) partition: Vec<u8>,
    pub(crate) rest: Vec<u8>,
}

impl Place {
    pub(crate) fn within(partition: Vec<u8>, rest: Vec<u8>) -> Self {
        Self { hash: hash(&partition), partition, rest }
    }
    /// The place of an item, or of its key, in its table. None: key attributes are missing or of the wrong type.
    pub(crate) fn in_table(key: &Key, item: &Item) -> Option<Self> {
        let partition = ordered(key.hash.scalar(item)?);
        let mut rest = Vec::new();
        if let Some(range) = &key.range {
            put(&mut rest, &ordered(range.scalar(item)?));
        }
        Some(Self::within(partition, rest))
    }
    /// The place of an item in an index. None: the index is sparse and does not hold it.
    pub(crate) fn in_index(index: &Index, table: &Key, item: &Item) -> Option<Self> {
        let Self { partition, mut rest, .. } = Self::in_table(&index.key, item)?;
        for attribute in table.attributes() {
            put(&mut rest, &ordered(attribute.scalar(item)?));
        }
        Some(Self::within(partition, rest))
    }
}

/// A part of `rest`: its end is marked, so that the order of the whole is the order of the parts.
fn put(into: &mut Vec<u8>, part: &[u8]) {
    put_open(into, part);
    into.extend([0, 0]);
}

fn put_open(into: &mut Vec<u8>, part: &[u8]) {
    for byte in part {
        into.push(*byte);
        if *byte == 0 {
            into.push(0xff);
        }
    }
}

/// The bytes of a key attribute, ordered as DynamoDB orders its values.
pub(crate) fn ordered(value: &Value) -> Vec<u8> {
    match value {
        Value::S(text) => text.as_bytes().to_vec(),
        Value::B(bytes) => bytes.to_vec(),
        Value::N(number) => {
            let mut bytes = Vec::with_capacity(22);
            number.encode_ordered(&mut bytes);
            bytes
        }
        _ => unreachable!("key attributes are scalars"),
    }
}

/// Part of the format: it must not change.
// AWS: partitions come in the order of this hash, salt included, as those found out who scanned it; so scans here come
// in the order that programs have seen there.
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    let digest = Md5::new().chain_update(b"Outliers").chain_update(bytes).finalize();
    digest.iter().take(8).fold(0, |hash, byte| (hash << 8) | u64::from(*byte))
}

/// The hashes of a segment of a scan: the first of it, and the first behind it.
pub(crate) fn segment(segment: u64, total: u64) -> (u64, Option<u64>) {
    let start = |at: u64| u64::try_from((u128::from(at) << 64).div_ceil(u128::from(total))).ok();
    (start(segment).unwrap_or(u64::MAX), start(segment + 1))
}

/// A range of `rest`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: Vec<u8>,
    /// The first behind it.
    pub(crate) end: Option<Vec<u8>>,
}

impl Span {
    pub(crate) fn of(condition: &SortCondition) -> Self {
        let whole = |value: &Value| {
            let mut bytes = Vec::new();
            put(&mut bytes, &ordered(value));
            bytes
        };
        match condition {
            SortCondition::Equal(value) => Self::prefix(whole(value)),
            SortCondition::Less(value) => Self { start: Vec::new(), end: Some(whole(value)) },
            SortCondition::LessOrEqual(value) => Self { start: Vec::new(), end: after(whole(value)) },
            SortCondition::Greater(value) => Self { start: after(whole(value)).unwrap_or_default(), end: None },
            SortCondition::GreaterOrEqual(value) => Self { start: whole(value), end: None },
            SortCondition::Between(low, high) => Self { start: whole(low), end: after(whole(high)) },
            SortCondition::BeginsWith(prefix) => {
                let mut bytes = Vec::new();
                put_open(&mut bytes, &ordered(prefix));
                Self::prefix(bytes)
            }
        }
    }
    fn prefix(bytes: Vec<u8>) -> Self {
        Self { end: after(bytes.clone()), start: bytes }
    }
    pub(crate) fn contains(&self, rest: &[u8]) -> bool {
        self.start.as_slice() <= rest && self.end.as_deref().is_none_or(|end| rest < end)
    }
}

/// The first bytes behind all that begin with `prefix`, if there are any.
fn after(mut prefix: Vec<u8>) -> Option<Vec<u8>> {
    while prefix.last() == Some(&0xff) {
        prefix.pop();
    }
    *prefix.last_mut()? += 1;
    Some(prefix)
}

//! Reading: what a snapshot and a transaction have in common.

use crate::engine::{Engine, RowsTable};
use base::Fault;
use redb::{AccessGuard, ReadOnlyTable, ReadableTable, StorageError};
use std::{fmt, ops::Bound, sync::Arc};

pub type Row = (Vec<u8>, Vec<u8>);

/// Rows in the asked order. Lazy: what is not taken is not read.
pub type Scan<'a> = Box<dyn Iterator<Item = Result<Row, Fault>> + 'a>;

/// A point in the history of all rows.
pub trait Read {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault>;
    fn scan(&self, range: KeyRange, order: Order) -> Scan<'_>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Forward,
    /// Largest key first.
    Backward,
}

/// The keys from `start`, which belongs to it, to `end`, which does not. Without an end it reaches to the last key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRange {
    pub start: Vec<u8>,
    pub end: Option<Vec<u8>>,
}

impl KeyRange {
    pub fn all() -> Self {
        Self { start: Vec::new(), end: None }
    }
    /// Every key that begins with `prefix`.
    pub fn prefix(prefix: &[u8]) -> Self {
        Self { start: prefix.to_vec(), end: after_prefix(prefix) }
    }
    pub fn between(start: impl Into<Vec<u8>>, end: impl Into<Vec<u8>>) -> Self {
        Self { start: start.into(), end: Some(end.into()) }
    }
    pub fn contains(&self, key: &[u8]) -> bool {
        self.start.as_slice() <= key && self.end.as_deref().is_none_or(|end| key < end)
    }
    pub fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
    /// Whether some key could be in both.
    pub fn overlaps(&self, other: &Self) -> bool {
        let before = |end: &Option<Vec<u8>>, start: &Vec<u8>| end.as_ref().is_some_and(|end| end <= start);
        !(self.is_empty() || other.is_empty() || before(&self.end, &other.start) || before(&other.end, &self.start))
    }
    pub(crate) fn bounds(&self) -> (Bound<&[u8]>, Bound<&[u8]>) {
        (Bound::Included(self.start.as_slice()), self.end.as_deref().map_or(Bound::Unbounded, Bound::Excluded))
    }
}

/// The first key behind all that begin with `prefix`, if there is one.
fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let kept = prefix.iter().rposition(|byte| *byte != 0xff)?;
    let mut end = prefix[..=kept].to_vec();
    end[kept] += 1;
    Some(end)
}

/// All rows as the last commit left them. Cheap to make; old pages stay on disk as long as it lives, so keep it for
/// one operation, not for a connection.
pub struct Snapshot {
    table: ReadOnlyTable<&'static [u8], &'static [u8]>,
    engine: Arc<Engine>,
}

impl Snapshot {
    pub(crate) fn new(table: ReadOnlyTable<&'static [u8], &'static [u8]>, engine: Arc<Engine>) -> Self {
        Self { table, engine }
    }
}

impl Read for Snapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        read_row(&self.table, key).map_err(|error| self.engine.fault("read a row", error))
    }
    fn scan(&self, range: KeyRange, order: Order) -> Scan<'_> {
        scan_rows(&self.table, &range, order, &self.engine)
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Snapshot")
    }
}

pub(crate) fn read_row(table: &impl RowsTable, key: &[u8]) -> Result<Option<Vec<u8>>, StorageError> {
    Ok(table.get(key)?.map(|value| value.value().to_vec()))
}

pub(crate) fn scan_rows<'a>(table: &'a impl RowsTable, range: &KeyRange, order: Order, engine: &'a Engine) -> Scan<'a> {
    if range.is_empty() {
        return Box::new(std::iter::empty());
    }
    let found = match ReadableTable::range::<&[u8]>(table, range.bounds()) {
        Ok(found) => found,
        Err(error) => return Box::new(std::iter::once(Err(engine.fault("begin a scan", error)))),
    };
    let owned = move |row: Result<Guards<'a>, StorageError>| match row {
        Ok((key, value)) => Ok((key.value().to_vec(), value.value().to_vec())),
        Err(error) => Err(engine.fault("scan rows", error)),
    };
    match order {
        Order::Forward => Box::new(found.map(owned)),
        Order::Backward => Box::new(found.rev().map(owned)),
    }
}

type Guards<'a> = (AccessGuard<'a, &'static [u8]>, AccessGuard<'a, &'static [u8]>);

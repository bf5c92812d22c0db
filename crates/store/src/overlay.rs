//! What one transaction has changed so far: ranges that it cleared, then rows that it wrote or deleted on top.

use crate::{
    engine::WriteTable,
    read::{KeyRange, Order, Row, Scan},
};
use base::Fault;
use redb::StorageError;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(crate) struct Overlay {
    /// Everything below is hidden in these ranges. They come first: rows written afterwards stand above them.
    cleared: Vec<KeyRange>,
    /// None: deleted.
    rows: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    size_bytes: usize,
}

/// What a batch changed, for those who watch.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) keys: BTreeSet<Vec<u8>>,
    pub(crate) cleared: Vec<KeyRange>,
}

impl Overlay {
    pub(crate) fn is_empty(&self) -> bool {
        self.cleared.is_empty() && self.rows.is_empty()
    }
    pub(crate) fn size_bytes(&self) -> usize {
        self.size_bytes
    }
    /// What this transaction says about `key`, if it says anything.
    pub(crate) fn get(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        match self.rows.get(key) {
            Some(row) => Some(row.clone()),
            None => self.is_cleared(key).then_some(None),
        }
    }
    pub(crate) fn set(&mut self, key: &[u8], value: Option<Vec<u8>>) {
        self.size_bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        self.rows.insert(key.to_vec(), value);
    }
    pub(crate) fn clear(&mut self, range: KeyRange) {
        if !range.is_empty() {
            self.rows.retain(|key, _| !range.contains(key));
            self.cleared.push(range);
        }
    }
    fn is_cleared(&self, key: &[u8]) -> bool {
        self.cleared.iter().any(|range| range.contains(key))
    }

    /// The rows of `below`, which covers `range` in `order`, as they look through this overlay.
    pub(crate) fn over<'a>(&'a self, below: Scan<'a>, range: &KeyRange, order: Order) -> Scan<'a> {
        if self.is_empty() || range.is_empty() {
            return below;
        }
        let shown = below.filter(|row| match row {
            Ok((key, _)) => !self.rows.contains_key(key) && !self.is_cleared(key),
            Err(_) => true,
        });
        let ours = self.rows.range::<[u8], _>(range.bounds());
        let written = |(key, value): (&Vec<u8>, &Option<Vec<u8>>)| Some((key.clone(), value.clone()?));
        match order {
            Order::Forward => Box::new(merge(shown, ours.filter_map(written), |one, other| one < other)),
            Order::Backward => Box::new(merge(shown, ours.rev().filter_map(written), |one, other| one > other)),
        }
    }

    /// Writes itself into the batch's table and remembers what it touched.
    pub(crate) fn apply(self, table: &mut WriteTable<'_>, touched: &mut Touched) -> Result<(), StorageError> {
        for range in self.cleared {
            table.retain_in::<&[u8], _>(range.bounds(), |_, _| false)?;
            touched.cleared.push(range);
        }
        for (key, value) in self.rows {
            match value {
                Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
                None => drop(table.remove(key.as_slice())?),
            }
            touched.keys.insert(key);
        }
        Ok(())
    }
}

/// Two sorted streams without a common key as one. An error comes out where it happened.
fn merge(
    below: impl Iterator<Item = Result<Row, Fault>>,
    above: impl Iterator<Item = Row>,
    is_first: fn(&[u8], &[u8]) -> bool,
) -> impl Iterator<Item = Result<Row, Fault>> {
    let (mut below, mut above) = (below.peekable(), above.peekable());
    std::iter::from_fn(move || match (below.peek(), above.peek()) {
        (Some(Ok((one, _))), Some((other, _))) if is_first(other, one) => above.next().map(Ok),
        (None, _) => above.next().map(Ok),
        (Some(_), _) => below.next(),
    })
}

//! One write in progress.

use crate::{
    engine::{Engine, WriteTable},
    overlay::Overlay,
    read::{self, KeyRange, Order, Read, Scan},
};
use base::Fault;
use std::fmt;

/// What a write closure reads and writes. It sees its own writes over those of the closures that ran before it. It is
/// lent to the closure and cannot leave it.
pub struct Tx<'batch> {
    below: &'batch WriteTable<'batch>,
    engine: &'batch Engine,
    overlay: Overlay,
}

impl<'batch> Tx<'batch> {
    pub(crate) fn new(below: &'batch WriteTable<'batch>, engine: &'batch Engine) -> Self {
        Self { below, engine, overlay: Overlay::default() }
    }
    pub(crate) fn into_overlay(self) -> Overlay {
        self.overlay
    }
    pub fn put(&mut self, key: &[u8], value: impl Into<Vec<u8>>) {
        self.overlay.set(key, Some(value.into()));
    }
    /// Deleting what is not there is fine.
    pub fn delete(&mut self, key: &[u8]) {
        self.overlay.set(key, None);
    }
    pub fn delete_range(&mut self, range: KeyRange) {
        self.overlay.clear(range);
    }
}

impl Read for Tx<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.overlay.get(key) {
            Some(row) => Ok(row),
            None => read::read_row(self.below, key).map_err(|error| self.engine.fault("read a row", error)),
        }
    }
    fn scan(&self, range: KeyRange, order: Order) -> Scan<'_> {
        self.overlay.over(read::scan_rows(self.below, &range, order, self.engine), &range, order)
    }
}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").field("changed_bytes", &self.overlay.size_bytes()).finish()
    }
}

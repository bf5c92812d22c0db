//! The model's clock over restarts.

use crate::{Cloud, Scope, Tx, tx::KERNEL};
use base::Fault;
use serde::{Deserialize, Serialize};
use store::{Record, Rows};

/// One row: how far the model's time is from the machine's.
const CLOCK: Rows<String, Offset> = Rows::new("clock");
const KEY: &str = "offset";

#[derive(Serialize, Deserialize)]
struct Offset {
    millis: i64,
}
impl Record for Offset {}

impl Cloud {
    /// Moves the clock and remembers it: the next start goes on from there.
    pub async fn keep_clock(&self, offset_millis: i64) -> Result<(), Fault> {
        self.store()
            .write(move |tx| Tx::write(tx, KERNEL, Scope::shared()).put(&CLOCK, KEY, &Offset { millis: offset_millis }))
            .await
            .map_err(|fault: Fault| fault)?;
        self.clock().set_offset_millis(offset_millis);
        Ok(())
    }
    /// Sets the clock to where it was left.
    pub fn recall_clock(&self) -> Result<(), Fault> {
        let snapshot = self.store().snapshot()?;
        let found = Tx::snapshot(&snapshot, KERNEL, Scope::shared()).get(&CLOCK, KEY)?;
        if let Some(offset) = found {
            self.clock().set_offset_millis(offset.millis);
        }
        Ok(())
    }
}

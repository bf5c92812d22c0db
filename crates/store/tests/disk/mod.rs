//! A disk in memory that can forget what was not synced, tear a write, run full, fail, and make a sync wait.

use std::{
    io,
    sync::{Condvar, Mutex},
};
use store::StorageBackend;

#[derive(Debug, Default)]
pub(crate) struct Disk {
    state: Mutex<State>,
    gate: Condvar,
}

#[derive(Debug, Default)]
struct State {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// What was done since the last sync, in order.
    unsynced: Vec<Change>,
    syncs: usize,
    is_full: bool,
    is_failing: bool,
    is_gate_shut: bool,
    syncs_waiting: usize,
}

#[derive(Debug, Clone)]
enum Change {
    Len(usize),
    Write(usize, Vec<u8>),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Len(len) => bytes.resize(*len, 0),
            Self::Write(offset, data) => {
                let end = offset + data.len();
                bytes.resize(bytes.len().max(end), 0);
                bytes[*offset..end].copy_from_slice(data);
            }
        }
    }
}

impl Disk {
    /// What a power cut at this moment might leave: all that was synced, and of the rest what `luck` says, the last write
    /// torn in the middle.
    pub(crate) fn after_power_cut(&self, mut luck: u64) -> Self {
        let state = self.state.lock().unwrap();
        let mut bytes = state.synced.clone();
        let mut kept: Vec<Change> = Vec::new();
        for change in &state.unsynced {
            luck = luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            if luck >> 63 == 1 {
                kept.push(change.clone());
            }
        }
        if let Some(Change::Write(_, data)) = kept.last_mut() {
            data.truncate(data.len() / 2);
        }
        kept.iter().for_each(|change| change.apply(&mut bytes));
        let state = State { now: bytes.clone(), synced: bytes, ..State::default() };
        Self { state: Mutex::new(state), gate: Condvar::new() }
    }
    pub(crate) fn syncs(&self) -> usize {
        self.state.lock().unwrap().syncs
    }
    /// Whether it refuses to grow.
    pub(crate) fn set_full(&self, is_full: bool) {
        self.state.lock().unwrap().is_full = is_full;
    }
    /// Whether every write and every sync fails.
    pub(crate) fn set_failing(&self, is_failing: bool) {
        self.state.lock().unwrap().is_failing = is_failing;
    }
    /// While the gate is shut, a sync waits.
    pub(crate) fn set_gate_shut(&self, is_shut: bool) {
        self.state.lock().unwrap().is_gate_shut = is_shut;
        self.gate.notify_all();
    }
    /// Waits until a sync stands before the shut gate.
    pub(crate) fn wait_for_sync(&self) {
        let state = self.state.lock().unwrap();
        drop(self.gate.wait_while(state, |state| state.syncs_waiting == 0).unwrap());
    }
    fn change(&self, change: Change) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        if state.is_failing {
            return Err(io::Error::other("the disk fails"));
        }
        if let Change::Len(len) = change
            && state.is_full
            && len > state.now.len()
        {
            return Err(io::ErrorKind::StorageFull.into());
        }
        change.apply(&mut state.now);
        state.unsynced.push(change);
        Ok(())
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state.lock().unwrap().now.len() as u64)
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state.lock().unwrap();
        let found = state.now.get(offset as usize..offset as usize + out.len());
        out.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.change(Change::Len(len as usize))
    }
    fn sync_data(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        state.syncs_waiting += 1;
        self.gate.notify_all();
        let mut state = self.gate.wait_while(state, |state| state.is_gate_shut).unwrap();
        state.syncs_waiting -= 1;
        if state.is_failing {
            return Err(io::Error::other("the disk fails"));
        }
        state.syncs += 1;
        let changes = std::mem::take(&mut state.unsynced);
        changes.iter().for_each(|change| change.apply(&mut state.synced));
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.change(Change::Write(offset as usize, data.to_vec()))
    }
}

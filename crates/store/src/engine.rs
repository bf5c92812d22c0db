//! The redb database behind the rows, and how it comes back after an I/O error.
//!
//! redb refuses everything after an I/O error until it is opened again. Only the writer thread does that
//! ([`Engine::mend`]), because it alone knows that no write transaction is alive; whoever sees an error marks the
//! engine broken and nudges the writer.

use crate::{queue::Queue, read::Snapshot};
use base::{Fault, FaultKind};
use redb::{
    Builder, Database, Error, ReadableDatabase, ReadableTable, StorageBackend, Table, TableDefinition, WriteTransaction,
};
use std::{
    fmt, io,
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

pub(crate) const ROWS: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("rows");

pub(crate) type WriteTable<'tx> = Table<'tx, &'static [u8], &'static [u8]>;

pub(crate) trait RowsTable: ReadableTable<&'static [u8], &'static [u8]> {}
impl<T: ReadableTable<&'static [u8], &'static [u8]>> RowsTable for T {}

pub(crate) struct Engine {
    backend: Arc<dyn StorageBackend>,
    cache_bytes: usize,
    /// None while it could not be opened again.
    database: RwLock<Option<Database>>,
    is_broken: AtomicBool,
    pub(crate) queue: Queue,
}

impl Engine {
    pub(crate) fn open(backend: Arc<dyn StorageBackend>, cache_bytes: usize) -> Result<Self, Error> {
        let database = RwLock::new(Some(open_database(&backend, cache_bytes)?));
        Ok(Self { backend, cache_bytes, database, is_broken: AtomicBool::new(false), queue: Queue::default() })
    }

    pub(crate) fn snapshot(self: &Arc<Self>) -> Result<Snapshot, Fault> {
        let database = self.database.read().expect("opening a database does not panic");
        let Some(database) = database.as_ref() else {
            self.queue.nudge();
            return Err(unavailable());
        };
        let table = database.begin_read().map_err(Error::from).and_then(|tx| Ok(tx.open_table(ROWS)?));
        Ok(Snapshot::new(table.map_err(|error| self.fault("begin a read", error))?, self.clone()))
    }

    /// Only for the writer thread.
    pub(crate) fn begin_write(&self) -> Result<WriteTransaction, Fault> {
        self.mend()?;
        let database = self.database.read().expect("opening a database does not panic");
        let begun = database.as_ref().ok_or_else(unavailable)?.begin_write();
        begun.map_err(|error| self.fault("begin a write", error))
    }

    /// Opens the database again if it is broken. Only for the writer thread, and only while it has no transaction.
    pub(crate) fn mend(&self) -> Result<(), Fault> {
        if !self.is_broken.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut database = self.database.write().expect("opening a database does not panic");
        *database = None;
        let opened = open_database(&self.backend, self.cache_bytes);
        *database = Some(opened.map_err(|error| fault_of("open the rows again", error))?);
        self.is_broken.store(false, Ordering::Release);
        tracing::warn!("rows opened again after an error");
        Ok(())
    }

    pub(crate) fn mark_broken(&self) {
        if !self.is_broken.swap(true, Ordering::AcqRel) {
            self.queue.nudge();
        }
    }

    /// The fault for a redb error. Marks the engine broken when redb will refuse everything from now on.
    pub(crate) fn fault(&self, doing: &str, error: impl Into<Error>) -> Fault {
        let error = error.into();
        if !matches!(error, Error::DatabaseClosed | Error::ValueTooLarge(_)) {
            self.mark_broken();
        }
        fault_of(doing, error)
    }

    /// Syncs and closes. Snapshots that still live can only fail from here on.
    pub(crate) fn close(&self) {
        *self.database.write().expect("opening a database does not panic") = None;
    }
}

fn open_database(backend: &Arc<dyn StorageBackend>, cache_bytes: usize) -> Result<Database, Error> {
    let mut builder = Builder::new();
    let database = builder.set_cache_size(cache_bytes).create_with_backend(Shared(backend.clone()))?;
    let has_rows = database.begin_read()?.open_table(ROWS).is_ok();
    if !has_rows {
        let tx = database.begin_write()?;
        tx.open_table(ROWS)?;
        tx.commit()?;
    }
    Ok(database)
}

fn fault_of(doing: &str, error: Error) -> Fault {
    let kind = match &error {
        Error::Io(error) => FaultKind::of_io(error),
        _ => FaultKind::Internal,
    };
    Fault::of(kind, format!("cannot {doing}")).caused_by(error)
}

fn unavailable() -> Fault {
    Fault::internal("the rows could not be opened again after an error; they are tried again with every request")
}

/// The backend outlives each [`Database`] over it, so that it can be opened again.
#[derive(Debug)]
struct Shared(Arc<dyn StorageBackend>);

impl StorageBackend for Shared {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("backend", &self.backend).finish_non_exhaustive()
    }
}

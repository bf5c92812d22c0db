//! The handle that everybody holds.

use crate::{
    engine::Engine,
    open::{self, Folder, OpenError},
    queue::Urgency,
    read::{KeyRange, Snapshot},
    tx::Tx,
    watch::{Wanted, Watch, Watches},
    writer::{self, Closure},
};
use base::Fault;
use redb::{StorageBackend, backends::InMemoryBackend};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
};

/// Pages that redb may keep in memory. The kernel's page cache is behind it.
const CACHE_BYTES: usize = 64 << 20;
/// Over memory a cache would be a second copy.
const MEMORY_CACHE_BYTES: usize = 1 << 20;

/// All rows of a model. Clones share it; when the last one is dropped, what is in line is written, the database is
/// closed and the writer thread is joined.
#[derive(Clone, Debug)]
pub struct Store(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    engine: Arc<Engine>,
    watches: Arc<Watches>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// Let go of last.
    _folder: Option<Folder>,
}

impl Store {
    /// Opens the data folder `folder`, or makes it.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        let (held, file) = open::open_folder(folder)?;
        Self::start(Arc::new(file), CACHE_BYTES, Some(held)).map_err(|error| match error {
            redb::Error::Io(error) => OpenError::Io { path: folder.join("rows"), error },
            other => OpenError::Damaged { folder: folder.to_path_buf(), reason: other.to_string() },
        })
    }

    /// Rows in memory, gone when it is dropped.
    pub fn ephemeral() -> Self {
        Self::start(Arc::new(InMemoryBackend::new()), MEMORY_CACHE_BYTES, None).expect("memory has no I/O errors")
    }

    /// Rows in whatever `backend` is: a disk that tests can fill, tear or crash. It is opened again over the same
    /// backend after an error.
    pub fn with_backend(backend: Arc<dyn StorageBackend>) -> Result<Self, Fault> {
        let started = Self::start(backend, CACHE_BYTES, None);
        started.map_err(|error| Fault::internal("cannot open the rows").caused_by(error))
    }

    fn start(
        backend: Arc<dyn StorageBackend>,
        cache_bytes: usize,
        folder: Option<Folder>,
    ) -> Result<Self, redb::Error> {
        let engine = Arc::new(Engine::open(backend, cache_bytes)?);
        let watches = Arc::new(Watches::default());
        let (its_engine, its_watches) = (engine.clone(), watches.clone());
        let writer = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer::run(&its_engine, &its_watches))
            .map_err(redb::Error::Io)?;
        Ok(Self(Arc::new(Shared { engine, watches, writer: Mutex::new(Some(writer)), _folder: folder })))
    }

    /// All rows as they are now.
    pub fn snapshot(&self) -> Result<Snapshot, Fault> {
        self.0.engine.snapshot()
    }

    /// Runs `body` on the writer thread and answers when what it wrote, and all that it saw, is durable. An error of
    /// `body` undoes what it wrote. An error made from a [`Fault`] that `body` did not return means that the outcome
    /// is not known. Once it has a place in line it runs to its end, even if the caller goes away.
    ///
    /// `body` must not wait for anything: every other write stands behind it.
    pub async fn write<T, E, F>(&self, body: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let (work, answer) = Closure::new(body);
        self.0.engine.queue.push(Box::new(work), Urgency::Now).await?;
        answer.await.map_err(|_| Fault::internal("the writer lost a batch; whether it was kept is not known"))?
    }

    /// Writes with the next batch, at the latest after half a second, without anybody waiting for it. It may be lost
    /// in a crash before that. For what must not cost a sync of its own, such as the record of a read. Waits only when
    /// thousands are in line. What goes wrong is logged.
    pub async fn write_lazily<F>(&self, body: F) -> Result<(), Fault>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static,
    {
        let logged =
            |tx: &mut Tx<'_>| body(tx).inspect_err(|fault| tracing::error!(%fault, "a lazy write was not made"));
        self.0.engine.queue.push(Box::new(Closure::new(logged).0), Urgency::Lazy).await
    }

    /// Woken after commits that touched keys that begin with `prefix`.
    pub fn watch(&self, prefix: &[u8]) -> Watch {
        self.0.watches.add(Wanted::Prefix(KeyRange::prefix(prefix)))
    }

    /// Woken after commits that touched a key that `is_wanted`, or deleted any range. It is asked for each key of each
    /// commit, on the writer thread.
    pub fn watch_keys(&self, is_wanted: impl Fn(&[u8]) -> bool + Send + Sync + 'static) -> Watch {
        self.0.watches.add(Wanted::Keys(Box::new(is_wanted)))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.engine.queue.close();
        let writer = self.writer.get_mut().expect("only this takes it").take();
        // A write closure may hold the last handle; the writer cannot wait for itself.
        let writer = writer.filter(|writer| writer.thread().id() != thread::current().id());
        if writer.is_some_and(|writer| writer.join().is_err()) {
            tracing::error!("the store's writer panicked");
        }
    }
}

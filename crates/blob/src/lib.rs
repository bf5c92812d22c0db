//! Large bytes on disk: the bodies of objects, the code of functions.
//!
//! The idea: a blob is a file that is written aside, synced, and renamed to its id. It never changes afterwards. What it
//! means is said by a row that holds its id: write the blob first, the row second; delete the row first, the blob second.
//! A crash in between leaves a blob without a row, which [`Blobs::sweep`] finds, and never a row without its blob.
//!
//! Invariants:
//! * What [`BlobWriter::finish`] answered is durable: the bytes, the name, the folder.
//! * Memory is one chunk per writer and reader, however large the blob is.
//! * Whoever has a blob open can read it to its end, even if it is deleted meanwhile.
//!
//! Left out: sharing of equal bytes, encryption, and the lock on the folder, which is the store's: open that first.

mod read;
mod write;

pub use read::BlobReader;
pub use write::BlobWriter;

use base::{Entropy, Fault};
use serde::{Deserialize, Serialize};
use std::{
    fmt,
    fs::{self, File},
    io,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

/// What is read, written and hashed at a time.
const CHUNK_BYTES: usize = 256 * 1024;

/// The name of a blob: random, so that nobody has to be asked for the next one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BlobId(String);

impl BlobId {
    /// An id that was kept elsewhere, as text.
    pub fn known(id: impl Into<String>) -> Self {
        Self(id.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BlobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A blob that was just written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blob {
    pub id: BlobId,
    pub size_bytes: u64,
    pub md5: [u8; 16],
    pub sha256: [u8; 32],
}

/// All blobs of a model, or those of one owner. Clones share them.
#[derive(Clone, Debug)]
pub struct Blobs {
    shared: Arc<Shared>,
    /// What the ids of blobs made here begin with.
    owner: &'static str,
}

#[derive(Debug)]
struct Shared {
    /// Finished blobs, by id.
    whole: PathBuf,
    /// Blobs in the making.
    aside: PathBuf,
    entropy: Entropy,
    /// There if nothing is to outlive this.
    ephemeral: Option<TempDir>,
}

impl Blobs {
    /// Opens the blobs below `folder`, or makes it. What a crash left half written is removed.
    pub fn open(folder: &Path, entropy: Entropy) -> Result<Self, Fault> {
        Self::make(folder, entropy, None).map_err(|error| Fault::of_io("cannot open the blobs", error))
    }

    /// Blobs in a temporary folder that is removed with the last clone. Nothing is synced.
    pub fn ephemeral(entropy: Entropy) -> Result<Self, Fault> {
        let made = tempfile::Builder::new().prefix("maquette-blobs-").tempdir();
        let made = made.and_then(|folder| {
            let path = folder.path().to_owned();
            Self::make(&path, entropy, Some(folder))
        });
        made.map_err(|error| Fault::of_io("cannot make a temporary folder for blobs", error))
    }

    fn make(folder: &Path, entropy: Entropy, ephemeral: Option<TempDir>) -> io::Result<Self> {
        let (whole, aside) = (folder.join("whole"), folder.join("aside"));
        fs::create_dir_all(&whole)?;
        fs::create_dir_all(&aside)?;
        for left in fs::read_dir(&aside)? {
            fs::remove_file(left?.path())?;
        }
        let blobs = Self { shared: Arc::new(Shared { whole, aside, entropy, ephemeral }), owner: "" };
        blobs.sync_folder(folder)?;
        if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            blobs.sync_folder(parent)?;
        }
        Ok(blobs)
    }

    /// The blobs of `owner`: the ids of those made here begin with its name (`s3-`), and a sweep sees only those. So
    /// each service sweeps its own, whose rows it knows.
    #[must_use]
    pub fn owned_by(&self, owner: &'static str) -> Self {
        Self { shared: self.shared.clone(), owner }
    }

    /// A new blob, to be filled.
    pub fn writer(&self) -> BlobWriter {
        BlobWriter::new(self.clone(), BlobId(format!("{}{}", self.owner, self.shared.entropy.hex(32))))
    }

    /// The bytes in `range` of a blob, cut to its size. None: there is no such blob.
    pub async fn find(&self, id: &BlobId, range: Range<u64>) -> Result<Option<BlobReader>, Fault> {
        let path = self.path(id);
        blocking("open a blob", move || match File::open(&path) {
            Ok(file) => BlobReader::new(file, range).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .await
    }

    /// Deleting what is not there is fine.
    pub async fn delete(&self, id: &BlobId) -> Result<(), Fault> {
        let path = self.path(id);
        blocking("delete a blob", move || match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .await
    }

    /// A new blob of the bytes of `parts`, one after another, and its size. The kernel copies them, or shares them where
    /// the file system can. Nothing is hashed: who joins parts knows their hashes.
    pub async fn concat(&self, parts: &[BlobId]) -> Result<(BlobId, u64), Fault> {
        let writer = self.writer();
        let sources: Vec<PathBuf> = parts.iter().map(|part| self.path(part)).collect();
        blocking("join blobs", move || writer.concat(&sources)).await
    }

    /// Deletes the blobs that no row names: `is_live` says which ones do. A blob is written before its row, so only those
    /// are deleted that have been there for longer than `older_than`, in the machine's time. Answers how many.
    pub async fn sweep<F>(&self, older_than: Duration, is_live: F) -> Result<usize, Fault>
    where
        F: Fn(&BlobId) -> bool + Send + 'static,
    {
        let (whole, owner) = (self.shared.whole.clone(), self.owner);
        blocking("sweep the blobs", move || {
            let mut swept = 0;
            for found in fs::read_dir(&whole)? {
                let found = found?;
                let id = BlobId(found.file_name().to_string_lossy().into_owned());
                // A file from the future counts as new.
                let age = found.metadata()?.modified()?.elapsed().unwrap_or_default();
                if id.0.starts_with(owner) && age > older_than && !is_live(&id) {
                    fs::remove_file(found.path())?;
                    swept += 1;
                }
            }
            Ok(swept)
        })
        .await
    }

    /// Where a blob's file is, for programs that read it there. It must not be written to.
    pub fn path(&self, id: &BlobId) -> PathBuf {
        self.shared.whole.join(&id.0)
    }

    fn sync_file(&self, file: &File) -> io::Result<()> {
        if self.shared.ephemeral.is_some() { Ok(()) } else { file.sync_data() }
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        if self.shared.ephemeral.is_some() { Ok(()) } else { File::open(folder)?.sync_all() }
    }
}

/// Runs what waits for the disk where waiting is allowed.
async fn blocking<T: Send + 'static>(
    doing: &'static str,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(|error| Fault::of_io(format!("cannot {doing}"), error)),
        Err(panic) => Err(Fault::internal(format!("cannot {doing}")).caused_by(panic)),
    }
}

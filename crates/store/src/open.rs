//! The data folder: who holds it, which version of us wrote it, and the file the rows are in.
//!
//! `FORMAT` says the version and is looked at before anything is touched; `LOCK` is held as long as the store lives and
//! says by whom; `rows` is the redb file.

use redb::{StorageBackend, backends::FileBackend};
use rustix::fs::FallocateFlags;
use std::{
    error::Error,
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

/// The version of everything below the data folder. It grows when an older binary would misread what this one writes.
pub const FORMAT: u32 = 1;

/// Why a data folder cannot be used. Nothing was changed in it.
#[derive(Debug)]
pub enum OpenError {
    InUse { folder: PathBuf, pid: Option<u32> },
    Newer { folder: PathBuf, found: u32, supported: u32 },
    NotOurs { folder: PathBuf, reason: String },
    Damaged { folder: PathBuf, reason: String },
    Io { path: PathBuf, error: io::Error },
}

/// A data folder that is ours as long as this lives.
#[derive(Debug)]
pub(crate) struct Folder {
    _lock: File,
}

pub(crate) fn open_folder(folder: &Path) -> Result<(Folder, RowsFile), OpenError> {
    let found = read_format(folder)?;
    fs::create_dir_all(folder).map_err(at(folder))?;
    let lock = lock(folder)?;
    let rows = folder.join("rows");
    if found.is_none() {
        if rows.exists() {
            return Err(not_ours(folder, "it has rows but no FORMAT file"));
        }
        write_format(folder).map_err(at(&folder.join("FORMAT")))?;
    }
    let file = RowsFile::open(&rows).map_err(at(&rows))?;
    sync_folder(folder).map_err(at(folder))?;
    Ok((Folder { _lock: lock }, file))
}

/// The version that wrote the folder, if it has been written at all and if it is not beyond us.
fn read_format(folder: &Path) -> Result<Option<u32>, OpenError> {
    let path = folder.join("FORMAT");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(at(&path)(error)),
    };
    let version = text.trim().strip_prefix("maquette ").and_then(|number| number.parse().ok());
    match version {
        None => Err(not_ours(folder, "its FORMAT file does not name a version of maquette's data")),
        Some(found) if found > FORMAT => {
            Err(OpenError::Newer { folder: folder.to_path_buf(), found, supported: FORMAT })
        }
        Some(found) => Ok(Some(found)),
    }
}

fn write_format(folder: &Path) -> io::Result<()> {
    let aside = folder.join("FORMAT.new");
    let mut file = File::create(&aside)?;
    writeln!(file, "maquette {FORMAT}")?;
    file.sync_all()?;
    fs::rename(&aside, folder.join("FORMAT"))?;
    sync_folder(folder)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("LOCK");
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.map_err(at(&path))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let pid = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
            return Err(OpenError::InUse { folder: folder.to_path_buf(), pid });
        }
        Err(TryLockError::Error(error)) => return Err(at(&path)(error)),
    }
    let mut write_pid = || {
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{}", std::process::id())
    };
    write_pid().map_err(at(&path))?;
    Ok(file)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_path_buf();
    move |error| OpenError::Io { path, error }
}

fn not_ours(folder: &Path, reason: &str) -> OpenError {
    OpenError::NotOurs { folder: folder.to_path_buf(), reason: reason.to_owned() }
}

/// The redb file, with one difference to redb's own backend: growing it reserves the space. So a full disk shows when
/// the file is to grow, and not while redb overwrites what it has; it can be opened, mended and read on a full disk.
#[derive(Debug)]
pub(crate) struct RowsFile {
    backend: FileBackend,
    file: File,
}

impl RowsFile {
    fn open(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let backend = FileBackend::new(file.try_clone()?).map_err(io::Error::other)?;
        Ok(Self { backend, file })
    }
}

impl StorageBackend for RowsFile {
    fn len(&self) -> io::Result<u64> {
        self.backend.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.backend.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        let old_len = self.backend.len()?;
        if len <= old_len {
            return self.backend.set_len(len);
        }
        match rustix::fs::fallocate(&self.file, FallocateFlags::empty(), old_len, len - old_len) {
            Ok(()) => Ok(()),
            Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => self.backend.set_len(len),
            Err(error) => {
                // What it did reserve is not worth an error of its own.
                let _ = self.backend.set_len(old_len);
                Err(error.into())
            }
        }
    }
    fn sync_data(&self) -> io::Result<()> {
        self.backend.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.backend.write(offset, data)
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse { folder, pid } => {
                write!(f, "the data folder {} is in use by another process", folder.display())?;
                match pid {
                    Some(pid) => write!(f, " (pid {pid}): stop that one, or choose another folder"),
                    None => f.write_str(": stop that one, or choose another folder"),
                }
            }
            Self::Newer { folder, found, supported } => write!(
                f,
                "the data folder {} was written by a newer maquette (format {found}, this one knows up to \
                 {supported}); nothing was changed: use the newer version, or another folder",
                folder.display()
            ),
            Self::NotOurs { folder, reason } => write!(
                f,
                "{} is not a data folder of maquette: {reason}; nothing was changed: choose an empty or new folder",
                folder.display()
            ),
            Self::Damaged { folder, reason } => write!(
                f,
                "the rows in {} cannot be opened: {reason}; restore the folder from a copy, or start with another one",
                folder.display()
            ),
            Self::Io { path, error } => write!(
                f,
                "cannot use {}: {error}; see that it has room and belongs to this user, or choose another",
                path.display()
            ),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io { error, .. } => Some(error),
            _ => None,
        }
    }
}

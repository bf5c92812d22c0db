//! Packages: zip archives that are looked at, unpacked and, for code that stands in a template, made.
//!
//! Pure but for the files it writes. What an archive says of itself is not believed: sizes are counted while bytes are
//! unpacked, names that lead out of the folder are refused.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Cursor, Read, Seek, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// AWS quota: a function's code with its layers, unpacked.
pub(crate) const MOST_UNZIPPED_BYTES: u64 = 262_144_000;
/// AWS quota: a package that is sent in the request itself.
pub(crate) const MOST_ZIPPED_BYTES: usize = 52_428_800;
/// No real package has more; each costs an inode.
const MOST_ENTRIES: usize = 200_000;

/// Why a package cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    NotAZip,
    Empty,
    TooLarge,
    Io(io::Error),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        // The decoder reports damaged data as an I/O error of these kinds.
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidInput => Self::NotAZip,
            _ => Self::Io(error),
        }
    }
}

impl From<ZipError> for Unusable {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => error.into(),
            _ => Self::NotAZip,
        }
    }
}

/// Unpacks an archive below `folder`, which is there. Answers how many bytes that were.
pub(crate) fn unpack(archive: impl Read + Seek, folder: &Path, room_bytes: u64) -> Result<u64, Unusable> {
    let mut archive = ZipArchive::new(archive)?;
    if archive.is_empty() {
        return Err(Unusable::Empty);
    }
    if archive.len() > MOST_ENTRIES {
        return Err(Unusable::TooLarge);
    }
    let mut unpacked = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index)?;
        let name = entry.enclosed_name().ok_or(Unusable::NotAZip)?;
        let path = inside(folder, &name)?;
        let mode = entry.unix_mode().unwrap_or(0);
        if entry.is_dir() {
            make_folder(folder, &name)?;
            continue;
        }
        if let Some(parent) = name.parent() {
            make_folder(folder, parent)?;
        }
        let left = room_bytes - unpacked;
        if entry.is_symlink() {
            let mut target = String::new();
            entry.take(4096).read_to_string(&mut target)?;
            // Where it leads is looked up inside the sandbox, not here.
            let _ = fs::remove_file(&path);
            symlink(target, &path)?;
            continue;
        }
        // A sandbox's user is nobody's: what it is to read, everybody must be able to read.
        let mode = if mode & 0o111 == 0 { 0o644 } else { 0o755 };
        let _ = fs::remove_file(&path);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&path)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        unpacked += io::copy(&mut (&mut entry).take(left + 1), &mut file)?;
        if unpacked > room_bytes {
            return Err(Unusable::TooLarge);
        }
    }
    Ok(unpacked)
}

/// The path of an entry. A symbolic link of the archive must not lead later entries out of the folder.
fn inside(folder: &Path, name: &Path) -> Result<PathBuf, Unusable> {
    let mut path = folder.to_owned();
    for part in name.parent().into_iter().flat_map(Path::components) {
        path.push(part);
        if path.is_symlink() {
            return Err(Unusable::NotAZip);
        }
    }
    Ok(folder.join(name))
}

fn make_folder(folder: &Path, name: &Path) -> Result<(), Unusable> {
    let mut path = folder.to_owned();
    for part in name.components() {
        path.push(part);
        if path.is_symlink() {
            return Err(Unusable::NotAZip);
        }
        if !path.is_dir() {
            fs::create_dir(&path)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

/// Unpacks the archives at `sources`, one over the other, into a new folder that appears whole or not at all.
pub(crate) fn unpack_all(sources: &[PathBuf], cache: &Path, name: &str) -> Result<PathBuf, Unusable> {
    let whole = cache.join(name);
    if whole.is_dir() {
        return Ok(whole);
    }
    fs::create_dir_all(cache)?;
    let aside = tempfile::Builder::new().prefix(".aside-").tempdir_in(cache)?;
    fs::set_permissions(aside.path(), fs::Permissions::from_mode(0o755))?;
    let mut left = MOST_UNZIPPED_BYTES;
    for source in sources {
        left -= unpack(File::open(source)?, aside.path(), left)?;
    }
    let aside = aside.keep();
    if let Err(error) = fs::rename(&aside, &whole) {
        let _ = fs::remove_dir_all(&aside);
        // Somebody else was faster; theirs is the same.
        if !whole.is_dir() {
            return Err(error.into());
        }
    }
    Ok(whole)
}

/// An archive of these texts, the same bytes for the same texts.
pub(crate) fn pack(files: &[(&str, &str)]) -> Result<Vec<u8>, Unusable> {
    pack_with(files, 0o644)
}

/// The same, of programs.
#[cfg(test)]
pub(crate) fn pack_executable(files: &[(&str, &str)]) -> Result<Vec<u8>, Unusable> {
    pack_with(files, 0o755)
}

fn pack_with(files: &[(&str, &str)], mode: u32) -> Result<Vec<u8>, Unusable> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(mode)
        .last_modified_time(zip::DateTime::default());
    for (name, text) in files {
        writer.start_file(*name, options)?;
        writer.write_all(text.as_bytes())?;
    }
    Ok(writer.finish()?.into_inner())
}

#[cfg(test)]
mod tests;

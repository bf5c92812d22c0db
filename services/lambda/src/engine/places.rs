//! Folders of this machine: unpacked code, and the runner's own.

use crate::code::{self, Unusable};
use base::Fault;
use blob::{BlobId, Blobs};
use kernel::Cloud;
use runner::Runner;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where the engine keeps things. Everything here can be made again: code from its blobs.
#[derive(Debug)]
pub(crate) struct Places {
    pub(super) runner: Runner,
    code: PathBuf,
}

/// The blobs of this service begin with this.
pub(crate) fn blobs(cloud: &Cloud) -> Blobs {
    cloud.blobs().owned_by("lambda-")
}

impl Places {
    pub(super) fn open(cloud: &Cloud) -> Result<Self, Fault> {
        let folder = cloud.home().data.join("lambda");
        let code = folder.join("code");
        // What a crash left may be half written; unpacking again costs less than finding out.
        match fs::remove_dir_all(&code) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::of_io("cannot empty the folder of unpacked code", error));
            }
            _ => {}
        }
        fs::create_dir_all(&code).map_err(|error| Fault::of_io("cannot make the folder of unpacked code", error))?;
        let runner = Runner::new(folder.join("runner"))
            .map_err(|error| Fault::internal("functions cannot run here").caused_by(error))?;
        Ok(Self { runner, code })
    }

    /// The folder with these packages, unpacked one over the other.
    pub(crate) async fn unpacked(&self, cloud: &Cloud, packages: &[BlobId]) -> Result<PathBuf, Unusable> {
        let name = packages.iter().map(BlobId::as_str).collect::<Vec<_>>().join("+");
        let sources: Vec<PathBuf> = packages.iter().map(|id| cloud.blobs().path(id)).collect();
        let cache = self.code.clone();
        let done = tokio::task::spawn_blocking(move || code::unpack_all(&sources, &cache, &name)).await;
        done.map_err(|panic| Unusable::Io(std::io::Error::other(panic)))?
    }

    /// Removes the folders of packages that no function has any more.
    pub(crate) fn sweep(&self, older_than: Duration, is_live: impl Fn(&str) -> bool) -> std::io::Result<()> {
        for found in fs::read_dir(&self.code)? {
            let found = found?;
            let name = found.file_name().to_string_lossy().into_owned();
            let age = found.metadata()?.modified()?.elapsed().unwrap_or_default();
            if age > older_than && !name.split('+').all(&is_live) {
                fs::remove_dir_all(found.path())?;
            }
        }
        Ok(())
    }
}

/// Whether an unpacked package has this file.
pub(super) fn has(folder: Option<&Path>, name: &str) -> bool {
    folder.is_some_and(|folder| folder.join(name).exists())
}

/// The programs that AWS would start beside the function, which layers bring.
pub(super) fn extensions(layers: Option<&Path>) -> Vec<String> {
    let found = layers.and_then(|layers| fs::read_dir(layers.join("extensions")).ok());
    let mut names: Vec<String> =
        found.into_iter().flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

//! A running model as its command line sees it: found by its data folder, which says its port.

use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The port that a model takes unless told otherwise.
pub(crate) const DEFAULT_PORT: u16 = 4566;
/// The default credential of the account's root user.
pub(crate) const ACCESS_KEY: &str = "test";
pub(crate) const SECRET_KEY: &str = "test";
pub(crate) const REGION: &str = "us-east-1";

/// What a running model writes into its data folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Running {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    /// The CA bundle that clients trust.
    pub(crate) ca_bundle: PathBuf,
    /// SHA-256 of the CA's public key, base64: what a browser is told to trust.
    pub(crate) ca_key_hash: String,
}

impl Running {
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
    pub(crate) fn write(&self, data: &Path) -> io::Result<()> {
        let aside = data.join("run.json.new");
        fs::write(&aside, serde_json::to_vec(self).map_err(io::Error::other)?)?;
        fs::rename(aside, file(data))
    }
    pub(crate) fn remove(data: &Path) {
        // It may be gone already: what matters is that it is not there.
        fs::remove_file(file(data)).ok();
    }
    /// The model that runs over `data`, if one does.
    pub(crate) fn find(data: &Path) -> Option<Self> {
        let found: Self = serde_json::from_slice(&fs::read(file(data)).ok()?).ok()?;
        Path::new(&format!("/proc/{}", found.pid)).exists().then_some(found)
    }
    /// The model that runs over `data`, or a sentence that says how to start it.
    pub(crate) fn get(data: &Path) -> Result<Self, String> {
        Self::find(data).ok_or_else(|| {
            format!("no model runs over {}; start one with `maquette start` or `maquette up DIR`", data.display())
        })
    }
}

fn file(data: &Path) -> PathBuf {
    data.join("run.json")
}

/// `--data` or `MAQUETTE_DATA`, else `~/.maquette`; absolute, so that children in other folders find it too.
pub(crate) fn data_folder(given: Option<PathBuf>) -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/root".into())).join(".maquette");
    let folder = given.unwrap_or_else(home);
    std::path::absolute(&folder).unwrap_or(folder)
}

//! What programs need of the host to run at all: its system libraries, its interpreters.

use crate::{Error, spec::Mount};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Parts of `/usr` that programs run from; headers, sources, games and local additions are left out.
const USR_PARTS: [&str; 4] = ["bin", "sbin", "libexec", "share"];
/// What the dynamic linker and Debian's choice of commands read.
const ETC_PARTS: [&str; 2] = ["ld.so.cache", "alternatives"];

/// Read-only binds of the host's system directories, with merged-usr symlinks as they are there.
pub fn system_layers() -> Vec<Mount> {
    let is_library = |name: &str| name.starts_with("lib") && name != "libexec";
    let top = entries(Path::new("/"), |name| name == "bin" || name == "sbin" || is_library(name));
    let usr = entries(Path::new("/usr"), |name| USR_PARTS.contains(&name) || is_library(name));
    let etc = entries(Path::new("/etc"), |name| ETC_PARTS.contains(&name));
    usr.into_iter().chain(top).chain(etc).filter_map(mirror).collect()
}

fn entries(directory: &Path, wanted: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(&wanted))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

fn mirror(path: PathBuf) -> Option<Mount> {
    if let Ok(target) = fs::read_link(&path) {
        return Some(Mount::symlink(path, target));
    }
    path.exists().then(|| Mount::bind(path.clone(), path))
}

/// An interpreter of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The real program, behind version managers' shims; the same path inside as outside.
    pub path: PathBuf,
    /// As it says itself: `3.11.7`, `20.19.2`.
    pub version: String,
    /// What it needs besides [`system_layers`].
    pub mounts: Vec<Mount>,
}

/// Asks the interpreter itself where it lives, since what is in `PATH` may be a shim or a virtual environment.
const ASK_PYTHON: &str = "import os, sys, platform\n\
    print(os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable))\n\
    print(os.path.realpath(sys.base_prefix))\n\
    print(platform.python_version())";
const ASK_NODE: &str = "const fs = require('fs'), path = require('path'), self = fs.realpathSync(process.execPath);\
    console.log([self, path.dirname(path.dirname(self)), process.versions.node].join('\\n'))";

/// Finds `python3`, `python3.12`, `node` and the like by name in `PATH`; the first that runs. It takes as long as the
/// interpreter takes to start: ask once and keep the answer.
pub fn interpreter(name: &str) -> Result<Interpreter, Error> {
    let question = if name.starts_with("node") { ["-e", ASK_NODE] } else { ["-c", ASK_PYTHON] };
    let search = env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/local/bin", "/usr/bin"].map(PathBuf::from);
    let mut last = io::Error::new(io::ErrorKind::NotFound, "not in PATH");
    for candidate in env::split_paths(&search).chain(system).map(|directory| directory.join(name)) {
        if !candidate.exists() {
            continue;
        }
        match ask(&candidate, &question) {
            Ok(found) => return Ok(found),
            Err(error) => last = error,
        }
    }
    Err(Error::Interpreter { name: name.to_owned(), source: last })
}

fn ask(candidate: &Path, question: &[&str]) -> io::Result<Interpreter> {
    let output = Command::new(candidate).args(question).stdin(Stdio::null()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines = text.lines();
    let (Some(path), Some(prefix), Some(version), true) =
        (lines.next(), lines.next(), lines.next(), output.status.success())
    else {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(io::Error::other(format!("{}: {} {said}", candidate.display(), output.status)));
    };
    Ok(Interpreter {
        path: PathBuf::from(path),
        version: version.to_owned(),
        mounts: if prefix == "/usr" { Vec::new() } else { vec![Mount::bind(prefix, prefix)] },
    })
}

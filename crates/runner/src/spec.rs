//! What a sandbox is: plain data, written by the caller, carried to the shim as JSON.

use serde::{Deserialize, Serialize};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Component, Path, PathBuf},
};

/// A program and the whole world that it is to see.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// Shown in process lists and logs.
    pub name: String,
    /// What the root holds besides `/dev`, `/proc`, `/tmp` and default `/etc/passwd` and `/etc/group`; made in this
    /// order: a later entry may lie inside an earlier [`Mount::Tmpfs`], or on something that an earlier bind has there.
    pub root: Vec<Mount>,
    /// The program: a path inside the sandbox, or a name looked up in the `PATH` of `env`.
    pub command: PathBuf,
    pub args: Vec<String>,
    /// Exactly this; nothing is inherited.
    pub env: Vec<(String, String)>,
    pub cwd: PathBuf,
    pub hostname: String,
    pub limits: Limits,
    pub net: Net,
}

impl Spec {
    /// A program with nothing but itself: no files, no environment, default limits.
    pub fn new(name: impl Into<String>, command: impl Into<PathBuf>) -> Self {
        Self {
            name: name.into(),
            root: Vec::new(),
            command: command.into(),
            args: Vec::new(),
            env: Vec::new(),
            cwd: PathBuf::from("/"),
            hostname: "sandbox".to_owned(),
            limits: Limits::default(),
            net: Net::default(),
        }
    }

    /// The first thing that cannot be, in a sentence.
    pub(crate) fn check(&self) -> Result<(), String> {
        let plain = |path: &Path| {
            path.is_absolute()
                && path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)))
        };
        if let Some(mount) = self.root.iter().find(|mount| !plain(mount.at()) || mount.at() == Path::new("/")) {
            return Err(format!("{} is not an absolute path below the root", mount.at().display()));
        }
        if !plain(&self.cwd) {
            return Err(format!("the working directory {} is not an absolute path", self.cwd.display()));
        }
        if self.net.listeners.len() > MAX_LISTENERS {
            return Err(format!("{} listeners; at most {MAX_LISTENERS}", self.net.listeners.len()));
        }
        Ok(())
    }
}

/// The kernel passes at most 253 descriptors in one message (`SCM_MAX_FD`).
const MAX_LISTENERS: usize = 250;

/// One thing in the sandbox's root. Parent directories are made as needed; the root itself is read-only in the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mount {
    /// A file or directory of the host, read-only, without set-uid or devices. The sandbox's user must be able to read
    /// it by its mode bits; the directories above it on the host do not matter when the runner is root.
    Bind {
        from: PathBuf,
        at: PathBuf,
    },
    /// An empty writable directory in memory.
    Tmpfs {
        at: PathBuf,
        size_bytes: u64,
    },
    /// A small text file, such as `/etc/resolv.conf`.
    File {
        at: PathBuf,
        contents: String,
    },
    Symlink {
        at: PathBuf,
        to: PathBuf,
    },
}

impl Mount {
    pub fn bind(from: impl Into<PathBuf>, at: impl Into<PathBuf>) -> Self {
        Self::Bind { from: from.into(), at: at.into() }
    }
    pub fn tmpfs(at: impl Into<PathBuf>, size_bytes: u64) -> Self {
        Self::Tmpfs { at: at.into(), size_bytes }
    }
    pub fn file(at: impl Into<PathBuf>, contents: impl Into<String>) -> Self {
        Self::File { at: at.into(), contents: contents.into() }
    }
    pub fn symlink(at: impl Into<PathBuf>, to: impl Into<PathBuf>) -> Self {
        Self::Symlink { at: at.into(), to: to.into() }
    }
    /// Where it is, inside.
    pub fn at(&self) -> &Path {
        match self {
            Self::Bind { at, .. } | Self::Tmpfs { at, .. } | Self::File { at, .. } | Self::Symlink { at, .. } => at,
        }
    }
}

/// How much a sandbox may take. [`crate::Runner::enforcement`] says by what means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of all its processes together, files in `/tmp` not counted. More ends the sandbox.
    pub memory_bytes: u64,
    /// Processes and threads. For an ordinary user's runner on Linux before 5.14, all that this user runs counts.
    pub pids: u64,
    pub open_files: u64,
    /// The size of `/tmp`, which lives in memory.
    pub tmp_bytes: u64,
    /// The largest single file.
    pub file_bytes: u64,
    /// Thousandths of one CPU; `None` is no limit. Held only where there are cgroups.
    pub cpu_millis: Option<u64>,
}

const MIB: u64 = 1024 * 1024;

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 * MIB,
            pids: 1024,
            open_files: 1024,
            tmp_bytes: 512 * MIB,
            file_bytes: 512 * MIB,
            cpu_millis: None,
        }
    }
}

/// The sandbox's network: its own namespace with a loopback device and no way out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Net {
    /// Addresses on the loopback device besides 127.0.0.1.
    pub addresses: Vec<Ipv4Addr>,
    /// Sockets made inside and handed to the caller, who serves them from outside.
    pub listeners: Vec<Listen>,
}

/// A socket to be made inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listen {
    Tcp(SocketAddr),
    Udp(SocketAddr),
}

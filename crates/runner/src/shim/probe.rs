//! Tries each thing that a sandbox needs, in a process that is thrown away.

use super::{At, enter_namespaces, fork, leave, net, privileges, root, seccomp, wait_for};
use crate::wire::Failure;
use rustix::mount::{MountPropagationFlags, mount_change};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What came of the tries: the first that failed ends them, since the later ones build on it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Probed {
    pub passed: Vec<Probe>,
    pub failed: Option<(Probe, Failure)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Probe {
    Namespaces,
    Loopback,
    Tmpfs,
    Proc,
    MountAttributes,
    Seccomp,
}

type Try = (Probe, fn() -> Result<(), Failure>);

const OUTSIDE: [Try; 2] =
    [(Probe::Namespaces, || enter_namespaces(1000)), (Probe::Loopback, || net::raise_loopback(&[]))];
const INSIDE: [Try; 4] = [
    (Probe::Tmpfs, || {
        mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).at("make mounts private")?;
        root::tmpfs(Path::new("/tmp"), 1 << 20, "755")
    }),
    (Probe::Proc, || root::new_proc().map(drop).at("make /proc")),
    (Probe::MountAttributes, || root::clone_read_only(Path::new("/tmp")).map(drop)),
    (Probe::Seccomp, || {
        privileges::drop_all(65534)?;
        seccomp::install().at("install the system call filter")
    }),
];

/// Prints one [`Probed`] as JSON.
pub(super) fn run() -> i32 {
    let mut probed = Probed { passed: Vec::new(), failed: None };
    probed.attempt(&OUTSIDE);
    if probed.failed.is_some() {
        return probed.print();
    }
    // The new pid namespace begins with the next child.
    match fork() {
        Ok(0) => {
            probed.attempt(&INSIDE);
            leave(probed.print())
        }
        Ok(child) => {
            wait_for(child);
            0
        }
        Err(_) => 1,
    }
}

impl Probed {
    fn attempt(&mut self, tries: &[Try]) {
        for (probe, attempt) in tries {
            match attempt() {
                Ok(()) => self.passed.push(*probe),
                Err(failure) => {
                    self.failed = Some((*probe, failure));
                    return;
                }
            }
        }
    }

    fn print(&self) -> i32 {
        match serde_json::to_writer(std::io::stdout(), self) {
            Ok(()) => 0,
            Err(_) => 1,
        }
    }
}

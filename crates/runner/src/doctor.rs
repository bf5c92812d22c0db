//! What this machine allows: each thing that a sandbox needs, tried, with what its lack costs and how to mend it.

use crate::{
    Error,
    cgroup::Hierarchy,
    shim::probe::{Probe, Probed},
    wire::PROBE_ARGUMENT,
};
use rustix::process::geteuid;
use std::{
    fs, io,
    process::{Command, Stdio},
};

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub name: &'static str,
    pub outcome: Outcome,
    /// What does not work without it.
    pub cost: &'static str,
    /// What to do about it.
    pub remedy: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Works,
    /// Everything runs, with less.
    Weaker(String),
    /// Sandboxes cannot start.
    Missing(String),
    /// Not tried, because something that it builds on is missing.
    Unknown,
}

const PROBES: [(Probe, &str, &str); 6] = [
    (Probe::Namespaces, "namespaces", "no program can be confined, so functions cannot run"),
    (Probe::Loopback, "loopback in a network namespace", "a program cannot be given addresses of its own"),
    (Probe::Tmpfs, "tmpfs in a mount namespace", "a program cannot be given a root of its own"),
    (Probe::Proc, "/proc of a pid namespace", "a program would see the host's processes"),
    (Probe::MountAttributes, "recursive read-only binds", "system libraries cannot be lent safely"),
    (Probe::Seccomp, "system call filters", "a program could reach parts of the kernel that it has no business with"),
];

/// Tries everything; takes a few milliseconds. Needs [`crate::shim_main`] in the binary, like the runner itself.
pub fn examine() -> Result<Vec<Finding>, Error> {
    let probed = probe().map_err(|source| Error::Start { source })?;
    let mut findings: Vec<_> = PROBES
        .iter()
        .map(|(probe, name, cost)| Finding { name, cost, outcome: probed.outcome(*probe), remedy: remedy(*probe) })
        .collect();
    findings.push(control_groups());
    Ok(findings)
}

fn probe() -> io::Result<Probed> {
    let output = Command::new("/proc/self/exe").arg(PROBE_ARGUMENT).env_clear().stdin(Stdio::null()).output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

impl Probed {
    fn outcome(&self, probe: Probe) -> Outcome {
        match &self.failed {
            Some((failed, failure)) if *failed == probe => {
                let reason = io::Error::from_raw_os_error(failure.errno);
                Outcome::Missing(format!("cannot {}: {reason}", failure.step))
            }
            _ if self.passed.contains(&probe) => Outcome::Works,
            _ => Outcome::Unknown,
        }
    }
}

fn remedy(probe: Probe) -> String {
    match probe {
        Probe::Namespaces if setting("kernel/apparmor_restrict_unprivileged_userns") == Some(1) => {
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root"
        }
        Probe::Namespaces if setting("kernel/unprivileged_userns_clone") == Some(0) => {
            "sudo sysctl kernel.unprivileged_userns_clone=1, or run as root"
        }
        Probe::Namespaces if setting("user/max_user_namespaces") == Some(0) => {
            "sudo sysctl user.max_user_namespaces=10000, or run as root"
        }
        Probe::Namespaces | Probe::Loopback | Probe::Tmpfs => {
            "in a container, start it with --privileged, or with CAP_SYS_ADMIN and without its seccomp profile"
        }
        Probe::Proc => "in a container, start it with --security-opt systempaths=unconfined, so that /proc is whole",
        Probe::MountAttributes => "use Linux 5.12 or newer",
        Probe::Seccomp => "use a kernel with CONFIG_SECCOMP_FILTER",
    }
    .to_owned()
}

fn setting(name: &str) -> Option<u64> {
    fs::read_to_string(format!("/proc/sys/{name}")).ok()?.trim().parse().ok()
}

fn control_groups() -> Finding {
    let outcome = match Hierarchy::detect() {
        _ if !geteuid().is_root() => Outcome::Weaker("only root uses control groups".to_owned()),
        found if found.limits_memory() => Outcome::Works,
        _ => Outcome::Weaker("no writable control group with a memory controller".to_owned()),
    };
    Finding {
        name: "control groups",
        outcome,
        cost: "memory is counted twenty times a second instead of held by the kernel, and CPU is not limited",
        remedy: "run as root with /sys/fs/cgroup writable".to_owned(),
    }
}

//! Limits by control groups, versions 1 and 2.
//!
//! Groups are made beside or below the runner's own, never at the top of somebody else's tree, one per sandbox, and
//! carry the runner's pid in their name, so that the next runner can remove what a killed one left. Only a root runner
//! uses them; for an ordinary user, resource limits and init's own count of memory have to do.

use crate::spec::Limits;
use rustix::process::{Pid, test_kill_process};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

const PREFIX: &str = "maquette-";
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];
/// The kernel's default period for CPU quotas.
const CPU_PERIOD_US: u64 = 100_000;
/// The largest number of processes that a 64-bit kernel knows (`PID_MAX_LIMIT`); it refuses more.
const MAX_PIDS: u64 = 4 << 20;
/// The kernel refuses less.
const MIN_QUOTA_US: u64 = 1000;

/// Where groups can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Hierarchy {
    V2 {
        parent: PathBuf,
    },
    /// One directory per controller that there is.
    V1 {
        parents: Vec<(&'static str, PathBuf)>,
    },
    None,
}

impl Hierarchy {
    /// What this process may use, and removes what dead runners left there.
    pub(crate) fn detect() -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let found = Self::find(Path::new("/sys/fs/cgroup"), &own);
        for parent in found.parents() {
            sweep(parent);
        }
        found
    }

    fn find(mounted: &Path, own: &str) -> Self {
        let below = |path: &str| mounted.join(path.trim_start_matches('/'));
        if mounted.join("cgroup.controllers").exists() {
            let own = own.lines().find_map(|line| line.strip_prefix("0::")).unwrap_or("/");
            // A group with processes in it cannot have children with controllers, unless it is the topmost; the one
            // above it usually does.
            return below(own)
                .ancestors()
                .take(2)
                .chain([mounted])
                .filter(|parent| parent.starts_with(mounted))
                .find(|parent| delegates(parent))
                .map_or(Self::None, |parent| Self::V2 { parent: parent.to_owned() });
        }
        let parent_of = |controller: &'static str| {
            let path = own.lines().find_map(|line| {
                let (_, rest) = line.split_once(':')?;
                let (controllers, path) = rest.split_once(':')?;
                controllers.split(',').any(|name| name == controller).then_some(path)
            })?;
            let top = mounted.join(controller);
            let candidates = [top.join(path.trim_start_matches('/')), top];
            candidates.into_iter().find(|parent| accepts(parent, "cgroup.procs")).map(|parent| (controller, parent))
        };
        let parents: Vec<_> = CONTROLLERS.into_iter().filter_map(parent_of).collect();
        if parents.is_empty() { Self::None } else { Self::V1 { parents } }
    }

    fn parents(&self) -> Vec<&Path> {
        match self {
            Self::V2 { parent } => vec![parent],
            Self::V1 { parents } => parents.iter().map(|(_, parent)| parent.as_path()).collect(),
            Self::None => Vec::new(),
        }
    }

    pub(crate) fn limits_memory(&self) -> bool {
        match self {
            Self::V2 { .. } => true,
            Self::V1 { parents } => parents.iter().any(|(controller, _)| *controller == "memory"),
            Self::None => false,
        }
    }

    /// A group for one sandbox. `memory_bytes` is the ceiling including what the sandbox's tmpfs mounts may hold.
    pub(crate) fn create(&self, number: u64, limits: &Limits, memory_bytes: u64) -> io::Result<Group> {
        let name = format!("{PREFIX}{}-{number}", std::process::id());
        let mut group = Group { directories: Vec::new(), oom_events: None };
        for parent in self.parents() {
            let directory = parent.join(&name);
            fs::create_dir(&directory)?;
            group.directories.push(directory);
        }
        // The kernel's counters are signed.
        let memory_bytes = memory_bytes.min(i64::MAX.unsigned_abs());
        let pids = limits.pids.min(MAX_PIDS).to_string();
        let quota = limits.cpu_millis.map(|millis| (millis.saturating_mul(CPU_PERIOD_US) / 1000).max(MIN_QUOTA_US));
        match self {
            Self::None => {}
            Self::V2 { parent } => {
                let directory = parent.join(&name);
                fs::write(directory.join("memory.max"), memory_bytes.to_string())?;
                fs::write(directory.join("memory.oom.group"), "1")?;
                // Absent where the kernel has no swap accounting.
                write_if_present(&directory.join("memory.swap.max"), "0")?;
                fs::write(directory.join("pids.max"), pids)?;
                if let Some(quota) = quota {
                    write_if_present(&directory.join("cpu.max"), &format!("{quota} {CPU_PERIOD_US}"))?;
                }
                group.oom_events = Some(directory.join("memory.events"));
            }
            Self::V1 { parents } => {
                for (controller, parent) in parents {
                    let directory = parent.join(&name);
                    match *controller {
                        "memory" => {
                            fs::write(directory.join("memory.limit_in_bytes"), memory_bytes.to_string())?;
                            group.oom_events = Some(directory.join("memory.oom_control"));
                        }
                        "pids" => fs::write(directory.join("pids.max"), &pids)?,
                        _ => {
                            if let Some(quota) = quota {
                                fs::write(directory.join("cpu.cfs_quota_us"), quota.to_string())?;
                            }
                        }
                    }
                }
            }
        }
        Ok(group)
    }
}

/// One sandbox's groups; removed when dropped, by which time nothing may run in them.
#[derive(Debug)]
pub(crate) struct Group {
    directories: Vec<PathBuf>,
    oom_events: Option<PathBuf>,
}

impl Group {
    pub(crate) fn members_files(&self) -> Vec<PathBuf> {
        self.directories.iter().map(|directory| directory.join("cgroup.procs")).collect()
    }

    /// Whether the kernel killed a member for want of memory.
    pub(crate) fn ran_out_of_memory(&self) -> bool {
        let events = self.oom_events.as_ref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        events.lines().filter_map(|line| line.strip_prefix("oom_kill ")).any(|count| count.trim() != "0")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for directory in &self.directories {
            if let Err(error) = fs::remove_dir(directory) {
                tracing::warn!(directory = %directory.display(), %error, "cannot remove a control group");
            }
        }
    }
}

fn write_if_present(path: &Path, value: &str) -> io::Result<()> {
    if path.exists() { fs::write(path, value) } else { Ok(()) }
}

/// Whether children of this version 2 group can have memory and pids limits, which is asked for if need be.
fn delegates(parent: &Path) -> bool {
    for controller in CONTROLLERS {
        // Refused in a group that has processes, and then another candidate is looked at; one by one, since a machine
        // without one of them still has the others.
        let _ = fs::write(parent.join("cgroup.subtree_control"), format!("+{controller}"));
    }
    accepts(parent, "memory.max") && accepts(parent, "pids.max")
}

/// Whether a child can be made here and has this file, found out by making one.
fn accepts(parent: &Path, file: &str) -> bool {
    static TRIES: AtomicU64 = AtomicU64::new(0);
    let number = TRIES.fetch_add(1, Ordering::Relaxed);
    let child = parent.join(format!("{PREFIX}{}-probe-{number}", std::process::id()));
    if fs::create_dir(&child).is_err() {
        return false;
    }
    let has_file = child.join(file).exists();
    fs::remove_dir(&child).is_ok() && has_file
}

fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')?.0.parse().ok());
        if let Some(owner) = owner.and_then(Pid::from_raw)
            && test_kill_process(owner) == Err(rustix::io::Errno::SRCH)
        {
            // Refused while something runs there, which is right.
            let _ = fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_control_group_there_is_none() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(Hierarchy::find(empty.path(), "0::/user.slice\n"), Hierarchy::None);
    }

    #[test]
    fn a_controller_that_is_not_mounted_is_left_out() {
        let mounted = tempfile::tempdir().unwrap();
        fs::create_dir_all(mounted.path().join("pids")).unwrap();
        let own = "4:memory:/a\n3:pids:/\n0::/\n";
        // A plain directory gives a new child no `cgroup.procs`, as a control group would.
        assert_eq!(Hierarchy::find(mounted.path(), own), Hierarchy::None);
    }
}

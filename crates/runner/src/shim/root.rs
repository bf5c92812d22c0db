//! The file system that the program sees.
//!
//! First everything that must come from the host is taken in hand as detached mounts; then the root becomes an empty
//! tmpfs and the host's tree is let go; only then are paths of the new root resolved. So no symlink, whoever wrote it,
//! can lead a file or a mount back to the host.

use super::At;
use crate::{
    spec::Mount,
    wire::{Failure, Job},
};
use rustix::{
    fs::CWD,
    mount::{
        FsMountFlags, FsOpenFlags, MountAttrFlags, MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags,
        UnmountFlags, fsconfig_create, fsmount, fsopen, mount, mount_change, move_mount, open_tree, unmount,
    },
    process::{chdir, pivot_root},
};
use std::{
    ffi::CString,
    fs::{self, File},
    io,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
        unix::fs::symlink,
    },
    path::Path,
};

const DEVICES: [&str; 5] = ["null", "zero", "full", "random", "urandom"];
pub(crate) const SHARED_MEMORY_BYTES: u64 = 64 << 20;
/// For directories, symlinks and small files only: it is read-only in the end.
const ROOT_BYTES: u64 = 16 << 20;

pub(super) fn build(job: &Job) -> Result<(), Failure> {
    let spec = &job.spec;
    mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC).at("make mounts private")?;
    let mut sources = Vec::new();
    for entry in &spec.root {
        sources.push(match entry {
            Mount::Bind { from, .. } => Some(clone_read_only(from)?),
            _ => None,
        });
    }
    let devices = DEVICES
        .iter()
        .map(|name| {
            let path = Path::new("/dev").join(name);
            take(&path).at(format!("take {}", path.display()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let processes = new_proc().at("make /proc")?;

    tmpfs(&job.mountpoint, ROOT_BYTES, "755")?;
    chdir(&job.mountpoint).at("enter the new root")?;
    pivot_root(".", ".").at("change the root")?;
    unmount(".", UnmountFlags::DETACH).at("let the host's root go")?;
    chdir("/").at("enter the new root")?;

    system_directories(&devices, &processes)?;
    tmpfs_at(Path::new("/tmp"), spec.limits.tmp_bytes)?;
    for (entry, source) in spec.root.iter().zip(&sources) {
        place(entry, source.as_ref())?;
    }
    default_accounts(job.uid)?;
    create_directories(&spec.cwd)?;
    // Low ports are nothing special in a network of one's own.
    fs::write("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0").at("open low ports")?;
    let root = File::open("/").at("open the new root")?;
    set_attributes(root.as_fd(), READ_ONLY, false).at("make the root read-only")
}

fn system_directories(devices: &[OwnedFd], processes: &OwnedFd) -> Result<(), Failure> {
    create_directories(Path::new("/proc"))?;
    attach(processes, Path::new("/proc"))?;
    create_directories(Path::new("/dev"))?;
    for (name, device) in DEVICES.iter().zip(devices) {
        let path = Path::new("/dev").join(name);
        File::create(&path).at(format!("make {}", path.display()))?;
        attach(device, &path)?;
    }
    for (name, target) in [("fd", ""), ("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2")] {
        symlink(format!("/proc/self/fd{target}"), Path::new("/dev").join(name)).at(format!("make /dev/{name}"))?;
    }
    tmpfs_at(Path::new("/dev/shm"), SHARED_MEMORY_BYTES)
}

fn place(entry: &Mount, source: Option<&OwnedFd>) -> Result<(), Failure> {
    let at = entry.at();
    let step = || format!("make {}", at.display());
    create_directories(at.parent().unwrap_or(Path::new("/")))?;
    match (entry, source) {
        (Mount::Bind { .. }, Some(source)) => {
            let is_directory = File::from(source.try_clone().at(step())?).metadata().at(step())?.is_dir();
            if is_directory {
                create_directories(at)?;
            } else if !at.exists() {
                File::create(at).at(step())?;
            }
            attach(source, at)
        }
        (Mount::Bind { .. }, None) => unreachable!("every bind had its source taken"),
        (Mount::Tmpfs { size_bytes, .. }, _) => tmpfs_at(at, *size_bytes),
        (Mount::File { contents, .. }, _) => fs::write(at, contents).at(step()),
        (Mount::Symlink { to, .. }, _) => symlink(to, at).at(step()),
    }
}

/// Names for the sandbox's own user, unless the caller gave some.
fn default_accounts(uid: u32) -> Result<(), Failure> {
    create_directories(Path::new("/etc"))?;
    for (path, contents) in [
        ("/etc/passwd", format!("root:x:0:0::/:/usr/sbin/nologin\nsandbox:x:{uid}:{uid}::/tmp:/usr/sbin/nologin\n")),
        ("/etc/group", format!("root:x:0:\nsandbox:x:{uid}:\n")),
    ] {
        if !Path::new(path).exists() {
            fs::write(path, contents).at(format!("make {path}"))?;
        }
    }
    Ok(())
}

fn create_directories(path: &Path) -> Result<(), Failure> {
    fs::create_dir_all(path).at(format!("make {}", path.display()))
}

fn tmpfs_at(path: &Path, size_bytes: u64) -> Result<(), Failure> {
    create_directories(path)?;
    tmpfs(path, size_bytes, "1777")
}

pub(super) fn tmpfs(path: &Path, size_bytes: u64, mode: &str) -> Result<(), Failure> {
    // An inode costs about a kilobyte of kernel memory; without a bound, empty files would get past the size.
    let inodes = (size_bytes / 4096).clamp(1024, 1 << 20);
    let options = CString::new(format!("size={size_bytes},nr_inodes={inodes},mode={mode}"))
        .expect("numbers contain no zero byte");
    mount("tmpfs", path, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options.as_c_str())
        .at(format!("mount a tmpfs on {}", path.display()))
}

/// A copy of the host's mounts from `path` down, attached nowhere.
fn take(path: &Path) -> rustix::io::Result<OwnedFd> {
    open_tree(
        CWD,
        path,
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE,
    )
}

pub(super) fn clone_read_only(path: &Path) -> Result<OwnedFd, Failure> {
    let tree = take(path).at(format!("take {}", path.display()))?;
    set_attributes(tree.as_fd(), READ_ONLY | libc::MOUNT_ATTR_NODEV, true)
        .at(format!("make {} read-only", path.display()))?;
    Ok(tree)
}

/// Processes of the pid namespace that this process is the first of.
pub(super) fn new_proc() -> rustix::io::Result<OwnedFd> {
    let context = fsopen("proc", FsOpenFlags::FSOPEN_CLOEXEC)?;
    fsconfig_create(&context)?;
    let attributes =
        MountAttrFlags::MOUNT_ATTR_NOSUID | MountAttrFlags::MOUNT_ATTR_NODEV | MountAttrFlags::MOUNT_ATTR_NOEXEC;
    fsmount(&context, FsMountFlags::FSMOUNT_CLOEXEC, attributes)
}

fn attach(tree: &OwnedFd, at: &Path) -> Result<(), Failure> {
    move_mount(tree, "", CWD, at, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH).at(format!("attach {}", at.display()))
}

const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID;

/// Sets attributes and leaves the others alone, which matters in a user namespace: there, what the host has set may not
/// be taken away, and `mount(2)` can only replace them all.
fn set_attributes(tree: BorrowedFd<'_>, attributes: u64, recursive: bool) -> io::Result<()> {
    let change = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    let flags = libc::AT_EMPTY_PATH | if recursive { libc::AT_RECURSIVE } else { 0 };
    // SAFETY: the path is a terminated string, and pointer and size describe `change`, which outlives the call.
    #[expect(unsafe_code, reason = "rustix has no mount_setattr")]
    let answer = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw const change,
            size_of::<libc::mount_attr>(),
        )
    };
    if answer == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

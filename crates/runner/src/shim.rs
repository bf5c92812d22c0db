//! The other side: what happens in the process that the runner starts.
//!
//! The runner is a threaded process, and the kernel lets only a process with one thread enter a user namespace; so the
//! runner executes its own binary again, and [`shim_main`], called first thing in `main`, turns that copy into the shim.
//!
//! ```text
//! runner (any threads) ── shim: new namespaces, loopback, sockets ── init: pid 1 inside, root, /proc ── program
//! ```
//!
//! *Shim* stays outside the pid namespace, to wait for init, so that the end of the control stream is the end of
//! everything. *Init* builds the root, starts the program, reaps orphans, watches memory and obeys commands. When the
//! runner dies, init sees the stream end and exits; with pid 1 the kernel ends all that runs inside.
//!
//! Privileges fall in one place ([`privileges::drop_all`]), after the last mount and before the program.

mod init;
mod net;
mod privileges;
pub(crate) mod probe;
mod root;
mod seccomp;

pub(crate) use root::SHARED_MEMORY_BYTES;

use crate::wire::{self, Failure, Job, PROBE_ARGUMENT, SHIM_ARGUMENT, Started};
use rustix::{
    io::Errno,
    process::{Pid, WaitOptions, getegid, geteuid, waitpid},
    thread::UnshareFlags,
};
use std::{
    fs::{self, File},
    io,
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::net::UnixStream,
    },
};

/// Makes this process a sandbox's shim if it was started as one, and then never returns. Call it first thing in `main`,
/// before any thread exists.
pub fn shim_main() {
    match std::env::args_os().nth(1) {
        Some(argument) if argument == SHIM_ARGUMENT => leave(run()),
        Some(argument) if argument == PROBE_ARGUMENT => leave(probe::run()),
        _ => {}
    }
}

#[expect(clippy::exit, reason = "the shim is a process of its own, and this is its end")]
fn leave(code: i32) -> ! {
    std::process::exit(code)
}

/// A failure with the step that it belongs to.
trait At<T> {
    fn at(self, step: impl Into<String>) -> Result<T, Failure>;
}

impl<T, E: Into<io::Error>> At<T> for Result<T, E> {
    fn at(self, step: impl Into<String>) -> Result<T, Failure> {
        self.map_err(|error| {
            let errno = error.into().raw_os_error().unwrap_or(Errno::IO.raw_os_error());
            Failure { step: step.into(), errno }
        })
    }
}

fn run() -> i32 {
    // Whatever leaked through exec into this process must not reach the program. The runner opens everything
    // close-on-exec; this is for what a library in it may have forgotten.
    close_range(0);
    // SAFETY: the runner starts the shim with its end of the control stream as standard input; nothing else owns it.
    #[expect(unsafe_code, reason = "descriptor 0 is ours by agreement with the runner")]
    let control = UnixStream::from(unsafe { OwnedFd::from_raw_fd(0) });
    let Ok((job, fds)) = wire::receive::<Job>(&control) else { return 1 };
    match start(&control, &job, fds) {
        Ok(init) => {
            silence_output();
            wait_for(init);
            0
        }
        Err(failure) => report_failure(&control, failure),
    }
}

/// The pid of init, which from then on does the talking.
fn start(control: &UnixStream, job: &Job, mut fds: Vec<OwnedFd>) -> Result<i32, Failure> {
    let peak = File::from(fds.pop().ok_or(Errno::BADF).at("receive the memory file")?);
    enter_namespaces(job.uid)?;
    rustix::system::sethostname(job.spec.hostname.as_bytes()).at("set the host name")?;
    net::raise_loopback(&job.spec.net.addresses)?;
    let listeners = net::listen(&job.spec.net.listeners)?;
    match fork().at("fork init")? {
        0 => leave(init::run(control, job, &peak, listeners)),
        pid => Ok(pid),
    }
}

fn report_failure(control: &UnixStream, failure: Failure) -> i32 {
    // If the runner is gone, nobody is left to be told.
    let _ = wire::send(control, &Started::Failed(failure), &[]);
    1
}

/// As root: all but the user namespace. As anybody else: the user namespace first, which gives the right to the rest.
fn enter_namespaces(uid: u32) -> Result<(), Failure> {
    let (outer_uid, outer_gid) = (geteuid().as_raw(), getegid().as_raw());
    if outer_uid != 0 {
        unshare(UnshareFlags::NEWUSER).at("make a user namespace")?;
        fs::write("/proc/self/setgroups", "deny").at("give up setgroups")?;
        fs::write("/proc/self/uid_map", format!("{uid} {outer_uid} 1")).at("map the user")?;
        fs::write("/proc/self/gid_map", format!("{uid} {outer_gid} 1")).at("map the group")?;
    }
    for (flag, step) in [
        (UnshareFlags::NEWNS, "make a mount namespace"),
        (UnshareFlags::NEWPID, "make a pid namespace"),
        (UnshareFlags::NEWNET, "make a network namespace"),
        (UnshareFlags::NEWIPC, "make an ipc namespace"),
        (UnshareFlags::NEWUTS, "make a uts namespace"),
    ] {
        unshare(flag).at(step)?;
    }
    Ok(())
}

fn unshare(flags: UnshareFlags) -> rustix::io::Result<()> {
    // SAFETY: only namespaces are unshared, never the descriptor table, and this process has one thread.
    #[expect(unsafe_code, reason = "rustix marks it so because of CLONE_FILES, which is not asked for")]
    unsafe {
        rustix::thread::unshare_unsafe(flags)
    }
}

/// 0 in the child, its pid in the parent.
fn fork() -> io::Result<i32> {
    // SAFETY: the shim and init have one thread each, so the child inherits no lock that another thread holds.
    #[expect(unsafe_code, reason = "there is no safe fork")]
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        pid => Ok(pid),
    }
}

fn wait_for(pid: i32) {
    let pid = Pid::from_raw(pid);
    while matches!(waitpid(pid, WaitOptions::empty()), Err(Errno::INTR)) {}
}

/// Closes (or marks, as the flags say) all but the three standard descriptors.
fn close_range(flags: u32) {
    // SAFETY: called where nothing above standard error is owned yet (shim), or only to mark close-on-exec (program).
    #[expect(unsafe_code, reason = "a plain system call on descriptors")]
    unsafe {
        libc::syscall(libc::SYS_close_range, 3, u32::MAX, flags);
    }
}

/// Gives up the program's standard output and error, so that their readers see the end when the program ends.
fn silence_output() {
    if let Ok(null) = File::options().write(true).open("/dev/null") {
        let _ = rustix::stdio::dup2_stdout(&null);
        let _ = rustix::stdio::dup2_stderr(&null);
    }
}

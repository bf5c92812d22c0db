//! Process 1 of the sandbox: builds the root, starts the program, then watches until it ends.

use super::{At, close_range, fork, leave, privileges, report_failure, root, seccomp, silence_output, unshare};
use crate::{
    spec::Limits,
    wire::{self, Ended, Failure, Job, PAUSE, RESUME, Started, Status},
};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    pipe::{PipeFlags, pipe_with},
    process::{
        DumpableBehavior, Gid, Pid, PidfdFlags, Resource, Rlimit, Signal, Uid, WaitOptions, geteuid, getrlimit,
        kill_process_group, pidfd_open, set_dumpable_behavior, set_parent_process_death_signal, setrlimit, setsid,
        wait,
    },
    thread::UnshareFlags,
};
use std::{
    fs::{self, File},
    io::{Read, Write},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{fs::FileExt, net::UnixStream, process::CommandExt},
    },
    process::Command,
};

/// How often memory is looked at and orphans are reaped.
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

pub(super) fn run(control: &UnixStream, job: &Job, peak: &File, listeners: Vec<OwnedFd>) -> i32 {
    let program = match launch(job) {
        Ok(program) => program,
        Err(failure) => return report_failure(control, failure),
    };
    let fds: Vec<_> = listeners.iter().map(AsFd::as_fd).collect();
    if wire::send(control, &Started::Running, &fds).is_err() {
        return 1;
    }
    drop(listeners);
    silence_output();
    watch(control, &job.spec.limits, peak, &program);
    0
}

/// The program, waited for by its pid and noticed by its descriptor.
struct Program {
    pid: Pid,
    fd: OwnedFd,
}

/// Returns once the program has replaced this one's copy, or could not.
fn launch(job: &Job) -> Result<Program, Failure> {
    let groups = job
        .cgroups
        .iter()
        .map(|path| File::options().write(true).open(path).at(format!("open {}", path.display())))
        .collect::<Result<Vec<_>, _>>()?;
    root::build(job)?;
    let (report, reporter) = pipe_with(PipeFlags::CLOEXEC).at("make a pipe")?;
    let pid = match fork().at("fork the program")? {
        0 => {
            let failure = become_program(job, &groups);
            let told = serde_json::to_vec(&failure).expect("a failure is a string and a number");
            // If init is gone, so is this process in a moment.
            let _ = File::from(reporter).write_all(&told);
            leave(127)
        }
        pid => Pid::from_raw(pid).expect("the parent's side of fork gets a pid"),
    };
    drop(reporter);
    let program = Program { pid, fd: pidfd_open(pid, PidfdFlags::empty()).at("watch the program")? };
    privileges::drop_all(job.uid)?;
    // The program runs as the same user: it must not read or trace the init of its own sandbox.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).at("hide init")?;
    // After the change of user, which clears it.
    set_parent_process_death_signal(Some(Signal::KILL)).at("tie init to the shim")?;
    let mut told = Vec::new();
    File::from(report).read_to_end(&mut told).at("wait for the program to start")?;
    if told.is_empty() {
        return Ok(program);
    }
    Err(serde_json::from_slice(&told).unwrap_or(Failure { step: "start the program".to_owned(), errno: libc::EIO }))
}

/// Comes back only if the program could not be executed.
fn become_program(job: &Job, groups: &[File]) -> Failure {
    let spec = &job.spec;
    let ready = || -> Result<(), Failure> {
        for group in groups {
            group.write_at(b"0", 0).at("join a cgroup")?;
        }
        // After joining: the group joined becomes the top, and the host's names stay outside.
        unshare(UnshareFlags::NEWCGROUP).at("make a cgroup namespace")?;
        give_output(job.uid)?;
        privileges::drop_all(job.uid)?;
        limit(&spec.limits)?;
        setsid().at("start a session")?;
        rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
        close_range(libc::CLOSE_RANGE_CLOEXEC);
        seccomp::install().at("install the system call filter")
    };
    if let Err(failure) = ready() {
        return failure;
    }
    let input = match File::open("/dev/null").at("open /dev/null") {
        Ok(input) => input,
        Err(failure) => return failure,
    };
    let error = Command::new(&spec.command)
        .args(&spec.args)
        .env_clear()
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .current_dir(&spec.cwd)
        .stdin(input)
        .exec();
    Err::<(), _>(error)
        .at(format!("execute {} in {}", spec.command.display(), spec.cwd.display()))
        .expect_err("it is one")
}

/// Programs open `/dev/stderr` by name, which asks the pipe's owner and mode; who made it was the runner's user.
fn give_output(uid: u32) -> Result<(), Failure> {
    if geteuid().is_root() {
        let (user, group) = (Uid::from_raw(uid), Gid::from_raw(uid));
        for output in [rustix::stdio::stdout(), rustix::stdio::stderr()] {
            rustix::fs::fchown(output, Some(user), Some(group)).at("hand over the output")?;
        }
    }
    Ok(())
}

fn limit(limits: &Limits) -> Result<(), Failure> {
    // Two more than asked for: init counts, and so does the program itself while it becomes another one.
    for (resource, wanted, name) in [
        (Resource::Nproc, limits.pids.saturating_add(2), "processes"),
        (Resource::Nofile, limits.open_files, "open files"),
        (Resource::Fsize, limits.file_bytes, "file size"),
        // One byte, not none: where the host pipes cores to a collector, only one keeps it from being started.
        (Resource::Core, 1, "core files"),
    ] {
        // Raising a hard limit takes a capability that may be missing: then the host's own limit holds.
        let value = getrlimit(resource).maximum.map_or(wanted, |hard| wanted.min(hard));
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) }).at(format!("limit {name}"))?;
    }
    Ok(())
}

/// Until the program ends, uses too much memory, or the runner says so or is gone. Leaves nothing alive.
fn watch(control: &UnixStream, limits: &Limits, peak: &File, program: &Program) {
    let mut highest = 0;
    let mut over_memory = false;
    let mut is_paused = false;
    let status = loop {
        let used = memory_used();
        if used > highest {
            highest = used;
            // A lost peak is a lost number in a report, not a reason to end the program.
            let _ = peak.write_at(&highest.to_le_bytes(), 0);
        }
        over_memory |= used > limits.memory_bytes;
        let mut events = [PollFd::new(control, PollFlags::IN), PollFd::new(&program.fd, PollFlags::IN)];
        // What stands still does not grow.
        let is_commanded = poll(&mut events, (!is_paused).then_some(&TICK)).is_ok() && !events[0].revents().is_empty();
        if let Some(status) = reap(program.pid) {
            break status;
        }
        let command = if is_commanded { obey(control) } else { Obeyed::Nothing };
        match command {
            Obeyed::End => break Status::Signal(Signal::KILL.as_raw()),
            _ if over_memory => break Status::Signal(Signal::KILL.as_raw()),
            Obeyed::Paused => is_paused = true,
            Obeyed::Resumed => is_paused = false,
            Obeyed::Nothing => {}
        }
    };
    broadcast(Signal::KILL);
    while !matches!(wait(WaitOptions::empty()), Err(Errno::CHILD)) {}
    // If the runner is gone, nobody is left to be told.
    let _ = wire::send(control, &Ended { status, over_memory }, &[]);
}

/// Buries who died; the program's status if it was among them.
fn reap(program: Pid) -> Option<Status> {
    let mut ended = None;
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        if pid == program {
            let signal = status.terminating_signal().map(Status::Signal);
            ended = signal.or(status.exit_status().map(Status::Code));
        }
    }
    ended
}

enum Obeyed {
    Paused,
    Resumed,
    Nothing,
    End,
}

fn obey(control: &UnixStream) -> Obeyed {
    let mut command = [0];
    match rustix::io::read(control.as_fd(), &mut command) {
        Ok(1) if command[0] == PAUSE => {
            broadcast(Signal::STOP);
            Obeyed::Paused
        }
        Ok(1) if command[0] == RESUME => {
            broadcast(Signal::CONT);
            Obeyed::Resumed
        }
        Err(Errno::INTR) => Obeyed::Nothing,
        // The runner is gone, or wants the sandbox to be.
        _ => Obeyed::End,
    }
}

/// To every process in the namespace but this one.
fn broadcast(signal: Signal) {
    // The group of pid 1 is spelled -1 in kill(2), where it means everybody. Nobody there is no failure.
    let _ = kill_process_group(Pid::INIT, signal);
}

/// What all processes hold that is not a file on disk. Shared pages count once per process, so a program that forks
/// looks larger than it is.
fn memory_used() -> u64 {
    let Ok(entries) = fs::read_dir("/proc") else { return 0 };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(|name| name != "1" && name.parse::<u32>().is_ok()))
        // A process may end between the two reads.
        .filter_map(|entry| fs::read_to_string(entry.path().join("status")).ok())
        .map(|status| resident_bytes(&status))
        .sum()
}

fn resident_bytes(status: &str) -> u64 {
    let kilobytes = status.lines().filter_map(|line| {
        let value = line.strip_prefix("RssAnon:").or_else(|| line.strip_prefix("RssShmem:"))?;
        value.trim().strip_suffix(" kB")?.parse::<u64>().ok()
    });
    kilobytes.sum::<u64>() * 1024
}

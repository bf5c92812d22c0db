//! The runner's side: starts sandboxes, holds what comes out of them, ends them.

use crate::{
    Error,
    cgroup::{Group, Hierarchy},
    shim::SHARED_MEMORY_BYTES,
    spec::{Listen, Mount, Spec},
    wire::{self, Ended, Job, PAUSE, RESUME, SHIM_ARGUMENT, Started, Status},
};
use rustix::{
    fs::{MemfdFlags, memfd_create},
    pipe::{PipeFlags, pipe_with},
    process::geteuid,
};
use std::{
    fs::{self, File},
    io,
    net::{SocketAddr, TcpListener, UdpSocket},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{fs::FileExt, net::UnixStream, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::net::unix::pipe::Receiver;

/// How long the kernel may take to make a sandbox, on the slowest machine, before something is wrong.
const START_TIMEOUT: Duration = Duration::from_secs(30);

const NO_ANSWER: &str = "the shim gave no answer; main must begin with runner::shim_main()";

/// Sandboxes run as users from here up, one each (for a root runner): above the ranges that distributions, directory
/// services and container tools hand out, and below the sign bit.
const FIRST_UID: u32 = 2_000_000_000;
const UIDS: u64 = 100_000_000;

/// Starts programs confined.
#[derive(Clone, Debug)]
pub struct Runner {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    mountpoint: PathBuf,
    hierarchy: Hierarchy,
    is_root: bool,
}

/// Sandboxes of this process are numbered through, whichever runner starts them: groups and users are named by it.
static STARTED: AtomicU64 = AtomicU64::new(0);

/// By what means limits are held on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enforcement {
    /// The kernel holds memory, processes and CPU.
    ControlGroups,
    /// Processes are bounded by the kernel; memory is counted twenty times a second and over-use killed; CPU is not
    /// limited.
    ResourceLimits,
}

impl Runner {
    /// `state_dir` belongs to this runner; it is made if need be and stays nearly empty.
    pub fn new(state_dir: impl AsRef<Path>) -> Result<Self, Error> {
        let mountpoint = state_dir.as_ref().join("root");
        fs::create_dir_all(&mountpoint).map_err(|source| Error::State { path: mountpoint.clone(), source })?;
        let mountpoint = mountpoint.canonicalize().map_err(|source| Error::State { path: mountpoint, source })?;
        let is_root = geteuid().is_root();
        let hierarchy = if is_root { Hierarchy::detect() } else { Hierarchy::None };
        let shared = Shared { mountpoint, hierarchy, is_root };
        Ok(Self { shared: Arc::new(shared) })
    }

    pub fn enforcement(&self) -> Enforcement {
        if self.shared.hierarchy.limits_memory() { Enforcement::ControlGroups } else { Enforcement::ResourceLimits }
    }

    /// Returns once the program itself runs. A program that cannot be executed is an error here, not an exit code.
    pub async fn start(&self, spec: Spec) -> Result<Sandbox, Error> {
        spec.check().map_err(Error::Spec)?;
        let shared = Arc::clone(&self.shared);
        let launched = tokio::task::spawn_blocking(move || shared.launch(spec)).await;
        let launched = launched.map_err(|error| Error::Start { source: io::Error::other(error) })??;
        launched.into_sandbox().map_err(|source| Error::Start { source })
    }
}

impl Shared {
    fn launch(&self, spec: Spec) -> Result<Launched, Error> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let failed = |source| Error::Start { source };
        let group = self.hierarchy.create(number, &spec.limits, memory_ceiling(&spec)).map_err(failed)?;
        let (control, theirs) = UnixStream::pair().map_err(failed)?;
        let (stdout, stdout_theirs) = pipe_with(PipeFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        let (stderr, stderr_theirs) = pipe_with(PipeFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        let peak = memfd_create("peak", MemfdFlags::CLOEXEC).map_err(|error| failed(error.into()))?;
        let shim = Command::new("/proc/self/exe")
            .arg0(format!("sandbox:{}", spec.name))
            .arg(SHIM_ARGUMENT)
            .env_clear()
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::from(stdout_theirs))
            .stderr(Stdio::from(stderr_theirs))
            .spawn()
            .map_err(failed)?;
        let life = Life { control: Some(control), shim: Some(shim), group: Some(group) };
        let job = Job {
            mountpoint: self.mountpoint.clone(),
            uid: self.uid(number),
            cgroups: life.group.as_ref().map(Group::members_files).unwrap_or_default(),
            spec,
        };
        let control = life.control.as_ref().expect("it was put there above");
        control.set_read_timeout(Some(START_TIMEOUT)).map_err(failed)?;
        wire::send(control, &job, &[peak.as_fd()]).map_err(failed)?;
        let (answer, listeners) = wire::receive::<Started>(control).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => failed(io::Error::other(NO_ANSWER)),
            _ => failed(error),
        })?;
        if let Started::Failed(failure) = answer {
            return Err(Error::Step { source: io::Error::from_raw_os_error(failure.errno), step: failure.step });
        }
        let memory_bytes = job.spec.limits.memory_bytes;
        let listeners = job.spec.net.listeners.into_iter().zip(listeners).collect();
        Ok(Launched { life, stdout, stderr, listeners, peak: peak.into(), memory_bytes })
    }

    /// For root, a user that nothing else on the machine runs as. Otherwise any number does: it is only a name for the
    /// runner's own user.
    fn uid(&self, number: u64) -> u32 {
        let offset = if self.is_root { (u64::from(std::process::id()) * 1000 + number) % UIDS } else { 0 };
        FIRST_UID + u32::try_from(offset).expect("the remainder is smaller than the range")
    }
}

/// What the control group allows: files in memory count there, too, and must not be taken for the program's memory.
/// Init, which can tell them apart, holds the program to its own limit.
fn memory_ceiling(spec: &Spec) -> u64 {
    let mounted: u64 = spec
        .root
        .iter()
        .map(|mount| match mount {
            Mount::Tmpfs { size_bytes, .. } => *size_bytes,
            _ => 0,
        })
        .sum();
    [spec.limits.tmp_bytes, mounted, SHARED_MEMORY_BYTES]
        .into_iter()
        .fold(spec.limits.memory_bytes, u64::saturating_add)
}

/// A sandbox that runs, not yet known to the asynchronous runtime.
struct Launched {
    life: Life,
    stdout: OwnedFd,
    stderr: OwnedFd,
    listeners: Vec<(Listen, OwnedFd)>,
    peak: File,
    memory_bytes: u64,
}

impl Launched {
    fn into_sandbox(self) -> io::Result<Sandbox> {
        let control = self.life.control.as_ref().expect("it is taken only when dropped").try_clone()?;
        control.set_nonblocking(true)?;
        Ok(Sandbox {
            control: tokio::net::UnixStream::from_std(control)?,
            stdout: Some(Receiver::from_owned_fd(self.stdout)?),
            stderr: Some(Receiver::from_owned_fd(self.stderr)?),
            listeners: self.listeners,
            peak: self.peak,
            memory_bytes: self.memory_bytes,
            received: Mutex::new(Vec::new()),
            exit: OnceLock::new(),
            life: self.life,
        })
    }
}

/// A running program and its world. Dropping it ends both.
#[derive(Debug)]
pub struct Sandbox {
    /// What the program writes. The pipe holds 64 KiB: whoever does not read makes the program wait.
    pub stdout: Option<Receiver>,
    pub stderr: Option<Receiver>,
    control: tokio::net::UnixStream,
    listeners: Vec<(Listen, OwnedFd)>,
    peak: File,
    memory_bytes: u64,
    received: Mutex<Vec<u8>>,
    exit: OnceLock<Exit>,
    life: Life,
}

/// How a sandbox ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    pub status: Status,
    /// It was ended because it used more memory than its limit.
    pub out_of_memory: bool,
}

impl Sandbox {
    /// The listener that was asked for at `address`; once. Non-blocking; it belongs to the sandbox's network for ever.
    pub fn take_listener(&mut self, address: SocketAddr) -> Option<TcpListener> {
        self.take(Listen::Tcp(address)).map(TcpListener::from)
    }

    /// The same for a datagram socket.
    pub fn take_socket(&mut self, address: SocketAddr) -> Option<UdpSocket> {
        self.take(Listen::Udp(address)).map(UdpSocket::from)
    }

    fn take(&mut self, wanted: Listen) -> Option<OwnedFd> {
        let index = self.listeners.iter().position(|(listen, _)| *listen == wanted)?;
        Some(self.listeners.swap_remove(index).1)
    }

    /// Returns when nothing of the sandbox is left. May be called again, concurrently, and given up at any point.
    pub async fn wait(&self) -> Exit {
        loop {
            if let Some(exit) = self.exit.get() {
                return *exit;
            }
            if self.control.readable().await.is_err() {
                // The runtime is going down, and this future with it: nothing true can be said any more.
                std::future::pending::<()>().await;
            }
            self.read_control();
        }
    }

    fn read_control(&self) {
        let mut received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chunk = [0; 256];
        match self.control.try_read(&mut chunk) {
            Ok(0) => {
                let ended = wire::parse::<Ended>(&received);
                // Without a last word, init itself was killed.
                let killed = Ended { status: Status::Signal(libc::SIGKILL), over_memory: false };
                let ended = ended.unwrap_or(killed);
                let by_kernel = self.life.group.as_ref().is_some_and(Group::ran_out_of_memory);
                self.exit.get_or_init(|| Exit { status: ended.status, out_of_memory: ended.over_memory || by_kernel });
            }
            Ok(count) => received.extend_from_slice(&chunk[..count]),
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
            Err(_) => {
                self.exit.get_or_init(|| Exit { status: Status::Signal(libc::SIGKILL), out_of_memory: false });
            }
        }
    }

    /// Ends every process inside. [`Self::wait`] tells when that is done.
    pub fn kill(&self) {
        // Refused only when the other side is gone already.
        let _ = rustix::net::shutdown(&self.control, rustix::net::Shutdown::Write);
    }

    /// Stops every process inside where it stands, until [`Self::resume`]. A stopped sandbox can be killed.
    pub fn pause(&self) -> io::Result<()> {
        self.command(PAUSE)
    }

    pub fn resume(&self) -> io::Result<()> {
        self.command(RESUME)
    }

    fn command(&self, command: u8) -> io::Result<()> {
        self.control.try_write(&[command]).map(drop)
    }

    /// The most memory that all processes together were seen to use, files not counted; looked at twenty times a second
    /// and after each pause. At least the limit, if that was what ended the sandbox.
    pub fn peak_memory_bytes(&self) -> u64 {
        let mut bytes = [0; 8];
        // Nothing is written until the first look.
        let seen = self.peak.read_exact_at(&mut bytes, 0).map_or(0, |()| u64::from_le_bytes(bytes));
        match self.exit.get() {
            Some(exit) if exit.out_of_memory => seen.max(self.memory_bytes),
            _ => seen,
        }
    }
}

/// The processes and the control group. Ends the first when dropped, then removes the second.
#[derive(Debug)]
struct Life {
    control: Option<UnixStream>,
    shim: Option<Child>,
    group: Option<Group>,
}

impl Drop for Life {
    fn drop(&mut self) {
        if let Some(control) = self.control.take() {
            // Closing would not do: [`Sandbox`] holds another descriptor of the same socket.
            let _ = control.shutdown(std::net::Shutdown::Both);
        }
        let (shim, group) = (self.shim.take(), self.group.take());
        let bury = move || {
            if let Some(mut shim) = shim
                && let Err(error) = shim.wait()
            {
                tracing::warn!(%error, "cannot wait for a sandbox to end");
            }
            drop(group);
        };
        // The end takes milliseconds, too long for a thread that serves others.
        if let Err(error) = std::thread::Builder::new().name("sandbox-end".to_owned()).spawn(bury) {
            tracing::warn!(%error, "cannot wait for a sandbox to end");
        }
    }
}

//! What a confined program can and cannot do, seen from inside and from outside.
//!
//! Every test runs twice where it can: as root, and in a child process as an ordinary user.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "helpers of tests fail and talk as tests do; deadlines here are those of real processes"
)]

use runner::{Enforcement, Exit, Limits, Listen, Mount, Runner, Sandbox, Spec, Status};
use std::{
    env, fs,
    future::Future,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tokio::io::AsyncReadExt;

runner::shim_before_main!();

/// Set in the child that runs a test once more as an ordinary user.
const AGAIN: &str = "RUNNER_TEST_AGAIN";
/// Nobody's.
const ORDINARY_UID: u32 = 54321;

/// Runs `body` here and, if this is root, in another process as an ordinary user.
fn as_everybody<F: Future<Output = ()>>(test: &str, body: impl Fn(World) -> F) {
    let findings = runner::doctor::examine().unwrap();
    for finding in &findings {
        if let runner::doctor::Outcome::Missing(reason) = &finding.outcome {
            println!("skipped: {}: {reason}; {}", finding.name, finding.remedy);
            return;
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(body(World::new()));
    if rustix::process::geteuid().is_root() && env::var_os(AGAIN).is_none() {
        let status = Command::new("/proc/self/exe")
            .args(["--exact", test, "--nocapture"])
            .env(AGAIN, "1")
            .current_dir("/")
            .uid(ORDINARY_UID)
            .gid(ORDINARY_UID)
            .status()
            .unwrap();
        assert!(status.success(), "the same as an ordinary user: {status}");
    }
}

macro_rules! for_everybody {
    ($($(#[$meta:meta])* async fn $name:ident($world:ident: World) $body:block)*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            as_everybody(stringify!($name), |$world| async move { $body });
        }
    )*};
}

struct World {
    runner: Runner,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("runner-test").tempdir_in("/tmp").unwrap();
        Self { runner: Runner::new(folder.path()).unwrap(), folder }
    }

    /// The host's shell and tools with nothing else.
    fn shell(&self, script: &str) -> Spec {
        let mut spec = Spec::new("test", "/bin/sh");
        spec.root = runner::system_layers();
        spec.args = vec!["-c".to_owned(), script.to_owned()];
        spec.env = vec![("PATH".to_owned(), "/usr/bin:/bin:/usr/sbin:/sbin".to_owned())];
        spec
    }

    fn python(&self, script: &str) -> Spec {
        let python = runner::interpreter("python3").expect("the tests need Python");
        let mut spec = self.shell("");
        spec.root.extend(python.mounts);
        spec.command = python.path;
        spec.args = vec!["-c".to_owned(), script.to_owned()];
        spec
    }

    async fn run(&self, spec: Spec) -> (String, Exit) {
        finish(self.runner.start(spec).await.unwrap()).await
    }

    /// What a shell script prints, both streams.
    async fn says(&self, script: &str) -> String {
        self.run(self.shell(script)).await.0
    }
}

async fn finish(mut sandbox: Sandbox) -> (String, Exit) {
    let (mut stdout, mut stderr) = (sandbox.stdout.take().unwrap(), sandbox.stderr.take().unwrap());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let (_, _) = tokio::join!(stdout.read_to_end(&mut out), stderr.read_to_end(&mut err));
    let exit = sandbox.wait().await;
    out.extend(err);
    (String::from_utf8_lossy(&out).into_owned(), exit)
}

fn ended(code: i32) -> Exit {
    Exit { status: Status::Code(code), out_of_memory: false }
}

for_everybody! {
    async fn a_program_runs_and_its_exit_code_is_reported(world: World) {
        let before = Instant::now();
        let sandbox = world.runner.start(world.shell("echo hello; exit 7")).await.unwrap();
        println!("started in {:?} with {:?}", before.elapsed(), world.runner.enforcement());
        assert_eq!(finish(sandbox).await, ("hello\n".to_owned(), ended(7)));
    }

    async fn a_signal_that_ends_the_program_is_reported(world: World) {
        let (_, exit) = world.run(world.shell("kill -SEGV $$")).await;
        assert_eq!(exit.status, Status::Signal(11));
    }

    async fn a_program_that_does_not_exist_is_an_error_that_names_it(world: World) {
        let mut spec = world.shell("");
        spec.command = PathBuf::from("/opt/bootstrap");
        let error = world.runner.start(spec).await.unwrap_err().to_string();
        assert_eq!(error, "cannot execute /opt/bootstrap in /: No such file or directory (os error 2)");
    }

    async fn a_bind_of_nothing_is_an_error_that_names_it(world: World) {
        let mut spec = world.shell("");
        spec.root.push(Mount::bind("/nowhere", "/var/task"));
        let error = world.runner.start(spec).await.unwrap_err().to_string();
        assert_eq!(error, "cannot take /nowhere: No such file or directory (os error 2)");
    }

    async fn a_program_sees_only_the_files_it_was_given(world: World) {
        fs::write(world.folder.path().join("code"), "mine").unwrap();
        fs::set_permissions(world.folder.path().join("code"), fs::Permissions::from_mode(0o644)).unwrap();
        let mut spec = world.shell("cat /var/task/code /etc/hosts; ls -A / /etc /dev /tmp /var; ls /root /home /work /sys; cat /etc/shadow");
        spec.root.push(Mount::bind(world.folder.path().join("code"), "/var/task/code"));
        spec.root.push(Mount::file("/etc/hosts", "127.0.0.1 localhost\n"));
        let (said, _) = world.run(spec).await;
        let listed = said.lines().skip_while(|line| *line != "/:").take_while(|line| !line.is_empty()).skip(1);
        let system = ["bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr"];
        let listed: Vec<_> = listed.filter(|name| !system.contains(name)).collect();
        assert_eq!(listed, ["dev", "etc", "proc", "tmp", "var"], "{said}");
        assert!(said.starts_with("mine127.0.0.1 localhost\n"), "{said}");
        assert!(said.contains("/etc:\nalternatives\ngroup\nhosts\nld.so.cache\npasswd\n"), "{said}");
        assert!(said.contains("/dev:\nfd\nfull\nnull\nrandom\nshm\nstderr\nstdin\nstdout\nurandom\nzero\n"), "{said}");
        assert!(said.contains("/tmp:\n\n"), "{said}");
        for gone in ["/root", "/home", "/work", "/sys", "/etc/shadow"] {
            assert!(said.contains(&format!("{gone}': No such file")) || said.contains(&format!("{gone}: No such file")), "{said}");
        }
    }

    async fn only_tmp_is_writable(world: World) {
        let said = world.says("for d in / /etc /usr/bin /dev /proc /tmp /dev/shm; do touch $d/x 2>/dev/null && echo $d; done").await;
        // `/dev` lies on the root and is read-only with it.
        assert_eq!(said, "/tmp\n/dev/shm\n");
    }

    async fn a_symlink_in_the_root_cannot_lead_to_the_host(world: World) {
        let mut spec = world.shell("cat /escape/planted");
        let outside = world.folder.path().join("outside");
        fs::create_dir(&outside).unwrap();
        spec.root.push(Mount::symlink("/escape", &outside));
        spec.root.push(Mount::file("/escape/planted", "x"));
        // Whether this is refused or lands in the sandbox's own tree, the host's folder stays as it was.
        if let Ok(sandbox) = world.runner.start(spec).await {
            finish(sandbox).await;
        }
        assert_eq!(fs::read_dir(outside).unwrap().count(), 0);
    }

    async fn a_program_sees_no_process_but_its_own(world: World) {
        let said = world.says("echo $$; echo /proc/[0-9]*").await;
        assert_eq!(said, "2\n/proc/1 /proc/2\n");
    }

    async fn a_program_does_not_learn_the_names_of_the_hosts_control_groups(world: World) {
        let said = world.says("sed 's/.*://' /proc/self/cgroup | sort -u").await;
        assert!(["", "/\n"].contains(&said.as_str()), "{said}");
    }

    async fn a_program_has_exactly_the_environment_it_was_given(world: World) {
        let mut spec = world.shell("");
        spec.command = PathBuf::from("/usr/bin/env");
        spec.args.clear();
        spec.env = vec![("ONE".to_owned(), "1".to_owned()), ("TWO".to_owned(), "zwei".to_owned())];
        assert_eq!(world.run(spec).await.0, "ONE=1\nTWO=zwei\n");
    }

    async fn a_program_has_its_own_directory_and_host_name(world: World) {
        let mut spec = world.shell("pwd; uname -n");
        spec.cwd = PathBuf::from("/tmp");
        spec.hostname = "model".to_owned();
        assert_eq!(world.run(spec).await.0, "/tmp\nmodel\n");
    }

    async fn no_descriptor_of_the_runner_leaks(world: World) {
        let open = TcpListener::bind("127.0.0.1:0").unwrap();
        rustix::io::fcntl_setfd(&open, rustix::io::FdFlags::empty()).unwrap();
        let said = world.says("echo /proc/self/fd/*").await;
        assert_eq!(said, "/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n", "3 is the shell's listing");
    }

    async fn a_program_is_nobody_and_cannot_become_anybody(world: World) {
        let said = world.says("id -u; id -G; grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status").await;
        let uid = said.lines().next().unwrap();
        assert!(uid.parse::<u32>().unwrap() >= 2_000_000_000, "{said}");
        assert_eq!(said.lines().nth(1), Some(uid), "only its own group: {said}");
        for line in ["CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000",
            "CapBnd:\t0000000000000000", "CapAmb:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"]
        {
            assert!(said.contains(line), "{line} in {said}");
        }
    }

    async fn system_calls_that_could_undo_the_confinement_are_refused(world: World) {
        let (said, _) = world.run(world.python(FORBIDDEN)).await;
        for line in said.lines() {
            let (call, errno) = line.split_once(' ').unwrap();
            let allowed: &[&str] = match call {
                "clone3" => &["ENOSYS"],
                "vsock" | "alg" => &["EAFNOSUPPORT"],
                "kill-host" => &["ESRCH"],
                // A call that wants what nobody has may find the arguments wrong first.
                "setgroups" => &["EPERM", "EINVAL"],
                "setuid" | "setresuid" => &["EPERM", "EINVAL"],
                _ => &["EPERM"],
            };
            assert!(allowed.contains(&errno), "{line}");
        }
        assert_eq!(said.lines().count(), 22, "{said}");
    }

    async fn the_init_of_the_sandbox_cannot_be_looked_into_or_killed(world: World) {
        let said = world.says("cat /proc/1/mem /proc/1/environ; ls -l /proc/1/exe; kill -9 1; kill -STOP 1; echo alive").await;
        assert_eq!(said.lines().filter(|line| line.contains("Permission denied") || line.contains("cannot read")).count(), 3, "{said}");
        assert!(said.contains("alive"), "{said}");
    }

    async fn a_program_cannot_reach_the_host_or_the_world(world: World) {
        let host = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = host.local_addr().unwrap().port();
        let (said, _) = world.run(world.python(&format!(
            "import socket, errno\n\
             for at in [('127.0.0.1', {port}), ('1.1.1.1', 80), ('169.254.169.254', 80)]:\n\
             \x20 s = socket.socket(); s.settimeout(2)\n\
             \x20 print(errno.errorcode[s.connect_ex(at)])\n\
             print(socket.if_nameindex())"
        ))).await;
        assert_eq!(said, "ECONNREFUSED\nENETUNREACH\nENETUNREACH\n[(1, 'lo')]\n");
    }

    async fn a_listener_inside_is_served_from_outside(world: World) {
        let at: SocketAddr = "169.254.100.1:80".parse().unwrap();
        let names: SocketAddr = "169.254.100.1:53".parse().unwrap();
        let mut spec = world.python(
            "import socket\n\
             u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.sendto(b'name?', ('169.254.100.1', 53)); print(u.recv(99))\n\
             s = socket.create_connection(('169.254.100.1', 80)); print(s.recv(99))\n\
             own = socket.socket(); own.bind(('127.0.0.1', 443)); print('low port')",
        );
        spec.net.addresses = vec![Ipv4Addr::new(169, 254, 100, 1)];
        spec.net.listeners = vec![Listen::Tcp(at), Listen::Udp(names)];
        let mut sandbox = world.runner.start(spec).await.unwrap();
        let listener = tokio::net::TcpListener::from_std(sandbox.take_listener(at).unwrap()).unwrap();
        let socket = tokio::net::UdpSocket::from_std(sandbox.take_socket(names).unwrap()).unwrap();
        assert!(sandbox.take_listener(at).is_none(), "it is handed out once");
        let mut question = [0; 9];
        let (_, from) = socket.recv_from(&mut question).await.unwrap();
        socket.send_to(b"answer", from).await.unwrap();
        let (client, _) = listener.accept().await.unwrap();
        client.writable().await.unwrap();
        client.try_write(b"served").unwrap();
        drop(client);
        assert_eq!(finish(sandbox).await.0, "b'answer'\nb'served'\nlow port\n");
    }

    async fn a_program_that_takes_too_much_memory_is_ended_for_it(world: World) {
        // Little by little, and faster than one can look.
        for script in ["x = []\nwhile True: x.append(bytearray(4 << 20))", "b'x' * (4 << 30)"] {
            let mut spec = world.python(script);
            spec.limits = Limits { memory_bytes: 64 << 20, tmp_bytes: 1 << 20, ..Limits::default() };
            let sandbox = world.runner.start(spec).await.unwrap();
            let exit = sandbox.wait().await;
            assert!(sandbox.peak_memory_bytes() >= 64 << 20);
            assert_eq!(exit, Exit { status: Status::Signal(9), out_of_memory: true });
        }
    }

    async fn the_peak_of_memory_is_known(world: World) {
        let mut spec = world.python("x = bytearray(40 << 20); print('held', flush=True); import time; time.sleep(60)");
        spec.limits.memory_bytes = 256 << 20;
        let mut sandbox = world.runner.start(spec).await.unwrap();
        let mut stdout = sandbox.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 5]).await.unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while sandbox.peak_memory_bytes() < 40 << 20 {
            assert!(Instant::now() < deadline, "peak {}", sandbox.peak_memory_bytes());
            tokio::task::yield_now().await;
        }
    }

    async fn files_in_tmp_are_bounded_and_are_not_memory_of_the_program(world: World) {
        let mut spec = world.shell("head -c 100M /dev/zero > /tmp/big && echo fits; head -c 100M /dev/zero > /tmp/more || echo full");
        spec.limits = Limits { memory_bytes: 32 << 20, tmp_bytes: 128 << 20, ..Limits::default() };
        let (said, exit) = world.run(spec).await;
        assert!(said.starts_with("fits\n") && said.contains("full\n"), "{said}");
        assert!(!exit.out_of_memory);
    }

    async fn a_fork_bomb_is_bounded(world: World) {
        let mut spec = world.python(
            "import os, time\n\
             count = 0\n\
             try:\n\
             \x20 while True:\n\
             \x20   if os.fork() == 0: time.sleep(60)\n\
             \x20   count += 1\n\
             except OSError as error: print(count, error.strerror, flush=True)",
        );
        spec.limits = Limits { pids: 20, memory_bytes: 1 << 30, ..Limits::default() };
        let (said, exit) = world.run(spec).await;
        let count: u32 = said.split(' ').next().unwrap().parse().unwrap();
        assert!((15..=21).contains(&count), "{said}");
        assert_eq!(exit, ended(0));
    }

    async fn output_that_nobody_reads_makes_the_program_wait(world: World) {
        let mut sandbox = world.runner.start(world.shell("head -c 1G /dev/zero; echo done >&2")).await.unwrap();
        let mut stdout = sandbox.stdout.take().unwrap();
        let mut chunk = vec![0; 1 << 20];
        let mut total = 0;
        while total < 1 << 30 {
            total += stdout.read(&mut chunk).await.unwrap();
        }
        assert_eq!(finish_stderr(sandbox).await, "done\n");
    }

    async fn output_can_be_opened_by_name(world: World) {
        let said = world.says("echo one > /dev/stdout; echo two > /dev/stderr; echo three > /proc/self/fd/1").await;
        assert_eq!(said, "one\nthree\ntwo\n");
    }

    async fn a_tmpfs_may_lie_anywhere_and_is_bounded(world: World) {
        let mut spec = world.shell("echo x > small && cat small; head -c 2M /dev/zero > big || echo full");
        spec.root.push(Mount::tmpfs("/var/lib/data", 1 << 20));
        spec.cwd = PathBuf::from("/var/lib/data");
        let (said, exit) = world.run(spec).await;
        assert!(said.starts_with("x\nfull\n"), "{said}");
        assert_eq!(exit, ended(0));
    }

    async fn a_share_of_a_cpu_is_held_where_there_are_control_groups(world: World) {
        let mut spec = world.python(
            "import time\n\
             begin = time.monotonic()\n\
             while time.monotonic() < begin + 1: pass\n\
             print(time.process_time())",
        );
        spec.limits.cpu_millis = Some(250);
        let used: f64 = world.run(spec).await.0.trim().parse().unwrap();
        assert!(world.runner.enforcement() == Enforcement::ResourceLimits || used < 0.6, "{used} seconds of one");
    }

    async fn a_killed_sandbox_leaves_nothing(world: World) {
        let sandbox = world.runner.start(world.shell("sleep 1000 & setsid sleep 1000 & wait")).await.unwrap();
        sandbox.kill();
        assert_eq!(sandbox.wait().await.status, Status::Signal(9));
        // Again, and after the end: the answer stays.
        sandbox.kill();
        assert_eq!(sandbox.wait().await.status, Status::Signal(9));
    }

    async fn a_dropped_sandbox_ends(world: World) {
        let mut sandbox = world.runner.start(world.shell("sleep 1000")).await.unwrap();
        let mut stdout = sandbox.stdout.take().unwrap();
        drop(sandbox);
        assert_eq!(stdout.read(&mut [0]).await.unwrap(), 0, "the last writer is gone");
    }

    async fn a_paused_sandbox_stands_still_and_can_go_on_or_be_killed(world: World) {
        let mut sandbox = world.runner.start(world.shell("while true; do echo tick; done")).await.unwrap();
        let mut stdout = sandbox.stdout.take().unwrap();
        stdout.read_exact(&mut [0; 5]).await.unwrap();
        sandbox.pause().unwrap();
        // It is still once its pipe stays empty; until then there is something to read.
        let mut chunk = vec![0; 1 << 16];
        while let Ok(Ok(_)) = tokio::time::timeout(Duration::from_millis(200), stdout.read(&mut chunk)).await {}
        sandbox.resume().unwrap();
        stdout.read_exact(&mut [0; 5]).await.unwrap();
        sandbox.pause().unwrap();
        sandbox.kill();
        assert_eq!(sandbox.wait().await.status, Status::Signal(9));
    }

    async fn many_sandboxes_start_at_once(world: World) {
        let one = || async { world.run(world.shell("exit 3")).await.1 };
        let (a, b, c, d) = tokio::join!(one(), one(), one(), one());
        assert_eq!([a, b, c, d], [ended(3); 4]);
    }

    async fn an_interpreter_runs_inside_wherever_it_lives(world: World) {
        for (name, script, flag) in [("python3", "import ssl, json; print('ok')", "-c"), ("node", "require('https'); console.log('ok')", "-e")] {
            let found = match runner::interpreter(name) {
                Ok(found) => found,
                Err(error) => { println!("skipped: {error}"); continue; }
            };
            println!("{name} {} at {} with {:?}", found.version, found.path.display(), found.mounts);
            let mut spec = world.shell("");
            spec.root.extend(found.mounts);
            spec.command = found.path;
            spec.args = vec![flag.to_owned(), script.to_owned()];
            spec.limits.memory_bytes = 512 << 20;
            assert_eq!(world.run(spec).await, ("ok\n".to_owned(), ended(0)));
        }
    }
}

async fn finish_stderr(mut sandbox: Sandbox) -> String {
    let mut said = String::new();
    sandbox.stderr.take().unwrap().read_to_string(&mut said).await.unwrap();
    assert_eq!(sandbox.wait().await, ended(0));
    said
}

/// Prints a name and the error of each call that must fail.
const FORBIDDEN: &str = r#"
import ctypes, errno, os, platform
libc = ctypes.CDLL(None, use_errno=True)
x86 = platform.machine() == 'x86_64'
numbers = {
    'mount': (165, 40), 'umount2': (166, 39), 'pivot_root': (155, 41), 'ptrace': (101, 117), 'bpf': (321, 280),
    'keyctl': (250, 219), 'kexec_load': (246, 104), 'init_module': (175, 105), 'reboot': (169, 142),
    'swapon': (167, 224), 'setns': (308, 268), 'perf_event_open': (298, 241), 'userfaultfd': (323, 282),
    'io_uring_setup': (425, 425), 'clone3': (435, 435),
}
def tell(name, result):
    print(name, 'ALLOWED' if result >= 0 else errno.errorcode[ctypes.get_errno()])
for name, pair in numbers.items():
    tell(name, libc.syscall(pair[0 if x86 else 1], 0, 0, 0, 0, 0))
tell('unshare', libc.unshare(0x10000000))
tell('vsock', libc.socket(40, 1, 0))
tell('alg', libc.socket(38, 5, 0))
tell('setuid', libc.setuid(0))
tell('setgroups', libc.setgroups(0, None))
tell('mknod', libc.mknod(b'/tmp/device', 0o20666, os.makedev(1, 3)))
tell('kill-host', libc.kill(999999, 0))
"#;

/// Started by the next test as a process of its own, to be killed.
#[test]
#[ignore = "a part of the next test"]
fn hold_a_sandbox() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let world = World::new();
        let mut spec = world.shell("sleep 1000 & setsid sleep 1000 & echo up; wait");
        spec.name = env::var("RUNNER_TEST_NAME").unwrap();
        let mut sandbox = world.runner.start(spec).await.unwrap();
        sandbox.stdout.take().unwrap().read_exact(&mut [0; 3]).await.unwrap();
        println!("\nholding in {}", world.folder.path().display());
        std::io::stdout().flush().unwrap();
        std::future::pending::<()>().await;
    });
}

for_everybody! {
    async fn killing_the_runner_leaves_no_process_and_no_control_group(world: World) {
        let name = format!("orphan-{}", std::process::id());
        let mut holder = Command::new("/proc/self/exe")
            .args(["--exact", "hold_a_sandbox", "--ignored", "--nocapture"])
            .env("RUNNER_TEST_NAME", &name)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(holder.stdout.take().unwrap()).lines();
        let folder = lines.map(Result::unwrap).find_map(|line| line.strip_prefix("holding in ").map(PathBuf::from)).unwrap();
        let shim = descendants(holder.id());
        assert!(shim.len() >= 4, "shim, init, shell, two sleepers: {shim:?}");
        holder.kill().unwrap();
        holder.wait().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while shim.iter().any(|pid| Path::new(&format!("/proc/{pid}/exe")).exists() && !is_dead(*pid)) {
            assert!(Instant::now() < deadline, "still there: {shim:?}");
            std::thread::yield_now();
        }
        fs::remove_dir_all(folder).unwrap();
        let again = Runner::new(world.folder.path()).unwrap();
        if again.enforcement() == Enforcement::ControlGroups {
            assert_eq!(groups_of(holder.id()), Vec::<PathBuf>::new());
        }
    }
}

fn is_dead(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z "))
}

fn descendants(of: u32) -> Vec<u32> {
    let mut found = vec![of];
    let mut index = 0;
    while index < found.len() {
        let parent = found[index];
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let fields = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
            if fields.split(' ').nth(1) == Some(&parent.to_string()) {
                found.push(pid);
            }
        }
        index += 1;
    }
    found.split_off(1)
}

fn groups_of(pid: u32) -> Vec<PathBuf> {
    fn search(directory: &Path, prefix: &str, depth: u32, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                found.push(entry.path());
            } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                search(&entry.path(), prefix, depth - 1, found);
            }
        }
    }
    let mut found = Vec::new();
    search(Path::new("/sys/fs/cgroup"), &format!("maquette-{pid}-"), 4, &mut found);
    found
}

#[test]
fn the_doctor_names_what_it_looked_at() {
    let findings = runner::doctor::examine().unwrap();
    for finding in &findings {
        println!("{}: {:?}; without it {}; {}", finding.name, finding.outcome, finding.cost, finding.remedy);
    }
    assert_eq!(findings.len(), 7);
}

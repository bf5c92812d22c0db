//! One environment: a sandbox, the sockets in it that we serve, and what it writes.

use crate::engine::{
    Target,
    credentials::Session,
    names,
    output::{Output, Sink},
    plan::{HTTP, HTTPS, NAMES, RUNTIME_API},
    port::{Job, Port, Ready, Reply},
    runtime_api::Api,
    shipper::Shipper,
};
use base::{Fault, Timestamp};
use bytes::Bytes;
use kernel::{Cloud, Via};
use runner::{Exit, Runner, Sandbox, Spec, Status};
use serde_json::json;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
    net::{TcpListener, UdpSocket},
    sync::oneshot,
    task::{JoinHandle, JoinSet},
    time::Instant,
};

/// AWS quota: what initialisation may take before it counts as part of the invocation.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// What services see as the address of functions: one of those that are reserved for documentation.
const SOURCE_IP: &str = "198.51.100.1";
const MOST_CONNECTIONS: usize = 1024;

#[derive(Debug)]
pub(super) struct Environment {
    sandbox: Arc<Sandbox>,
    port: Arc<Port>,
    sink: Arc<Sink>,
    outputs: Vec<Arc<Output>>,
    tasks: Vec<JoinHandle<Result<(), Fault>>>,
    started: Instant,
    /// Told in the report of the first invocation.
    init: Option<Duration>,
    is_fresh: bool,
    timeout: Duration,
    memory_mb: i32,
    pub(super) expires: Option<Timestamp>,
    pub(super) idle_since: Timestamp,
    rested: Instant,
    is_paused: bool,
    /// Ends when the program does.
    watch: Option<JoinHandle<Result<(), Fault>>>,
}

/// What came of an invocation.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    pub(crate) payload: Bytes,
    /// The function failed; the payload says how.
    pub(crate) is_error: bool,
    pub(crate) tail: Option<Vec<u8>>,
}

/// How an invocation ended, before it is told.
enum End {
    Reply(Reply),
    Exited(Exit),
    TimedOut,
    InitFailed(Bytes),
}

/// What an environment is started with.
pub(super) struct Start<'a> {
    pub(super) target: &'a Target,
    pub(super) spec: Spec,
    pub(super) description: &'a str,
    pub(super) is_ours: bool,
    pub(super) stream: String,
    /// What of its layers AWS would start beside the function.
    pub(super) extensions: Vec<String>,
    pub(super) session: Option<Session>,
}

impl Environment {
    pub(super) async fn start(cloud: &Cloud, runner: &Runner, start: Start<'_>) -> Result<Self, runner::Error> {
        let started = Instant::now();
        let target = start.target;
        let mut sandbox = runner.start(start.spec).await?;
        let (port, sink) = (Arc::new(Port::default()), Sink::new(cloud.clock().clone()));
        sink.push(&format!("INIT_START Runtime Version: {}", start.description));
        for name in &start.extensions {
            sink.push(&format!("EXTENSION\tName: {name}\tState: not started (Maquette does not start extensions)"));
        }
        let timeout = Duration::from_secs(u64::try_from(target.config.timeout_secs).unwrap_or(1));
        let clock = cloud.clock().clone();
        let api = Arc::new(Api {
            port: port.clone(),
            sink: sink.clone(),
            timeout,
            function: target.name.function.clone(),
            version: target.version.clone(),
            handler: target.config.handler.clone(),
            machine_now: Box::new(move || clock.now().millis() - clock.offset_millis()),
        });
        let outputs: Vec<_> = [sandbox.stdout.take(), sandbox.stderr.take()]
            .into_iter()
            .flatten()
            .map(|pipe| Output::new(pipe, sink.clone(), start.is_ours))
            .collect();
        let mut tasks = Vec::new();
        if let Some(listener) = tcp(&mut sandbox, RUNTIME_API) {
            tasks.push(cloud.spawn("serve a runtime API", api.serve(listener)));
        }
        if let Some(socket) = sandbox.take_socket(NAMES).and_then(|socket| UdpSocket::from_std(socket).ok()) {
            tasks.push(cloud.spawn("answer a function's names", serve_names(socket)));
        }
        for at in [HTTP, HTTPS] {
            if let Some(listener) = tcp(&mut sandbox, at) {
                let via = Via { port: at.port(), source_ip: SOURCE_IP.into() };
                tasks.push(cloud.spawn("serve a function's requests", serve_web(cloud.clone(), listener, via)));
            }
        }
        for output in &outputs {
            drop(cloud.spawn("read a function's output", output.clone().pump()));
        }
        let expires = start.session.as_ref().map(|session| session.expires);
        let shipper = Shipper {
            cloud: cloud.clone(),
            call: start.session.map(|session| session.call),
            sink: sink.clone(),
            group: target.log_group(),
            stream: start.stream,
        };
        drop(cloud.spawn_to_end(shipper.run()));
        let sandbox = Arc::new(sandbox);
        let watched = sandbox.clone();
        let watch = cloud.spawn("watch an environment", async move {
            watched.wait().await;
        });
        Ok(Self {
            sandbox,
            port,
            sink,
            outputs,
            tasks,
            started,
            init: None,
            is_fresh: true,
            timeout,
            memory_mb: target.config.memory_mb,
            expires,
            idle_since: cloud.clock().now(),
            rested: started,
            is_paused: false,
            watch: Some(watch),
        })
    }

    /// Runs one invocation. `true`: the environment can run another.
    pub(super) async fn run(&mut self, mut job: Job, wants_tail: bool) -> (Ran, bool) {
        let request_id = job.request_id.clone();
        let (reply, answer) = oneshot::channel();
        job.reply = reply;
        if wants_tail {
            self.sink.begin_tail();
        }
        if self.is_paused {
            // A sandbox that cannot be resumed has ended, which the wait below finds out.
            let _ = self.sandbox.resume();
            self.is_paused = false;
        }
        self.port.offer(job);
        let mut is_initialised = true;
        if self.is_fresh {
            self.is_fresh = false;
            match self.initialise().await {
                None => {}
                Some(end) => return self.conclude(&request_id, end, None),
            }
            is_initialised = self.init.is_some();
        }
        let begun = Instant::now();
        let end = tokio::select! {
            biased;
            answer = answer => match answer {
                Ok(reply) => End::Reply(reply),
                Err(_) => End::Exited(self.sandbox.wait().await),
            },
            exit = self.sandbox.wait() => End::Exited(exit),
            Ready::Failed(error) = self.port.ready(), if !is_initialised => End::InitFailed(error),
            () = pause(self.timeout) => End::TimedOut,
        };
        self.conclude(&request_id, end, Some(begun.elapsed()))
    }

    /// `Some`: there will be no invocation.
    async fn initialise(&mut self) -> Option<End> {
        let end = tokio::select! {
            biased;
            ready = self.port.ready() => match ready {
                Ready::Yes => {
                    self.init = Some(self.started.elapsed());
                    return None;
                }
                Ready::Failed(error) => End::InitFailed(error),
            },
            exit = self.sandbox.wait() => End::Exited(exit),
            () = pause(INIT_TIMEOUT) => {
                self.sink.push(&format!("INIT_REPORT Init Duration: {} ms\tPhase: init\tStatus: timeout", millis(INIT_TIMEOUT)));
                // AWS: what is left of initialisation is part of the invocation.
                return None;
            }
        };
        let kind = match &end {
            End::InitFailed(error) => error_type(error),
            _ => "Runtime.ExitError".to_owned(),
        };
        let took = millis(self.started.elapsed());
        self.drain();
        self.sink
            .push(&format!("INIT_REPORT Init Duration: {took} ms\tPhase: init\tStatus: error\tError Type: {kind}"));
        Some(end)
    }

    fn drain(&self) {
        for output in &self.outputs {
            output.drain();
        }
    }

    /// Writes the last lines and says what is answered.
    fn conclude(&mut self, request_id: &str, end: End, took: Option<Duration>) -> (Ran, bool) {
        self.drain();
        let took = took.unwrap_or_default();
        let is_alive = matches!(end, End::Reply(_));
        let (payload, is_error, status) = match end {
            End::Reply(Reply::Response(payload)) => (payload, false, String::new()),
            End::Reply(Reply::Error(payload)) | End::InitFailed(payload) => {
                let status = format!("\tStatus: error\tError Type: {}", error_type(&payload));
                (payload, true, status)
            }
            End::TimedOut => {
                let seconds = self.timeout.as_secs_f64();
                let message = format!("RequestId: {request_id} Error: Task timed out after {seconds:.2} seconds");
                self.sink.push(&message);
                (error_payload("Sandbox.Timedout", &message), true, "\tStatus: timeout".to_owned())
            }
            End::Exited(exit) => {
                let (kind, how) = describe(exit);
                let message = format!("RequestId: {request_id} Error: {how}");
                self.sink.push(&format!("{message}\n{kind}"));
                (error_payload(kind, &message), true, format!("\tStatus: error\tError Type: {kind}"))
            }
        };
        self.sink.push(&format!("END RequestId: {request_id}"));
        let report = self.report(request_id, took, &status);
        self.sink.push(&report);
        let tail = self.sink.take_tail();
        (Ran { payload, is_error, tail }, is_alive)
    }

    fn report(&mut self, request_id: &str, took: Duration, status: &str) -> String {
        let init = self.init.take();
        // AWS: initialisation is billed since August 2025.
        let billed = ((took + init.unwrap_or_default()).as_secs_f64() * 1000.0).ceil();
        let init = init.map(|init| format!("Init Duration: {} ms\t", millis(init))).unwrap_or_default();
        let used = self.sandbox.peak_memory_bytes().div_ceil(1024 * 1024).max(1);
        format!(
            "REPORT RequestId: {request_id}\tDuration: {} ms\tBilled Duration: {billed} ms\tMemory Size: {} MB\t\
             Max Memory Used: {used} MB\t{init}{}",
            millis(took),
            self.memory_mb,
            status.trim_start()
        )
    }

    /// The invocation is over.
    pub(super) fn rest(&mut self, now: Timestamp) {
        self.idle_since = now;
        self.rested = Instant::now();
    }
    pub(super) fn pause_after(&mut self, idle: Duration) {
        if !self.is_paused && self.rested.elapsed() >= idle {
            // Refused only when the sandbox has ended, which its next user finds out.
            self.is_paused = self.sandbox.pause().is_ok();
        }
    }
    /// Whether the program is still there, as far as is known without waiting.
    pub(super) fn is_running(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| !watch.is_finished())
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        self.sandbox.kill();
        for task in self.tasks.iter().chain(&self.watch) {
            task.abort();
        }
        self.sink.close();
    }
}

fn tcp(sandbox: &mut Sandbox, at: std::net::SocketAddr) -> Option<TcpListener> {
    sandbox.take_listener(at).and_then(|listener| TcpListener::from_std(listener).ok())
}

/// Answers each question at once: there is nothing to look up.
async fn serve_names(socket: UdpSocket) {
    let mut question = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut question).await {
        if let Some(answer) = names::answer(&question[..length]) {
            // Who does not take its answer asks again.
            let _ = socket.try_send_to(&answer, from);
        }
    }
}

/// Hands each connection to the gateway.
async fn serve_web(cloud: Cloud, listener: TcpListener, via: Via) {
    let mut connections = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        if connections.len() >= MOST_CONNECTIONS {
            continue;
        }
        let _ = connection.set_nodelay(true);
        let (cloud, via) = (cloud.clone(), via.clone());
        connections.spawn(async move { cloud.accept(connection, &via).await });
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a function is a real process: its limits are those of the machine's time"
)]
fn pause(time: Duration) -> impl Future<Output = ()> {
    tokio::time::sleep(time)
}

fn millis(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64() * 1000.0)
}

fn error_payload(kind: &str, message: &str) -> Bytes {
    json!({"errorType": kind, "errorMessage": message}).to_string().into()
}

fn error_type(payload: &[u8]) -> String {
    let json: serde_json::Value = serde_json::from_slice(payload).unwrap_or_default();
    json["errorType"].as_str().unwrap_or("Function.Unknown").to_owned()
}

/// AWS's words for the end of a runtime.
fn describe(exit: Exit) -> (&'static str, String) {
    if exit.out_of_memory {
        return ("Runtime.OutOfMemory", "Runtime exited with error: signal: killed".into());
    }
    let how = match exit.status {
        Status::Code(0) => return ("Runtime.ExitError", "Runtime exited without providing a reason".into()),
        Status::Code(code) => format!("exit status {code}"),
        Status::Signal(signal) => format!("signal: {}", signal_name(signal)),
    };
    ("Runtime.ExitError", format!("Runtime exited with error: {how}"))
}

fn signal_name(signal: i32) -> String {
    match signal {
        4 => "illegal instruction".into(),
        6 => "aborted".into(),
        7 => "bus error".into(),
        8 => "floating point exception".into(),
        9 => "killed".into(),
        11 => "segmentation fault".into(),
        13 => "broken pipe".into(),
        15 => "terminated".into(),
        other => format!("signal {other}"),
    }
}

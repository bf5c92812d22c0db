//! Environments by version: taken, given back, paused, ended.

use crate::{
    code::Unusable,
    engine::{
        Target,
        credentials::{self, Session},
        environment::{Environment, Start},
        places::{self, Places},
        plan::{self, Parts},
        port::Job,
    },
    runtime::{Family, Interpreters},
};
use api_lambda::{ThrottleReason, TooManyRequestsException, errors};
use base::{Fault, Timestamp};
use blob::BlobId;
use bytes::Bytes;
use kernel::{Cloud, Outcome, Scope};
use serde_json::json;
use shape::ApiError;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

pub(crate) use crate::engine::environment::Ran;

/// AWS quota: invocations at one time, in an account and region.
pub(crate) const MOST_CONCURRENT: i32 = 1000;
/// However much memory the machine has, an idle Python takes about this much of it.
const BYTES_PER_ENVIRONMENT: u64 = 32 * 1024 * 1024;
/// An environment that idles so long stands still,
const PAUSE_AFTER: Duration = Duration::from_secs(1);
/// and after so long, by the model's clock, it is ended.
const END_AFTER_MS: i64 = 10 * 60 * 1000;
/// An environment is not used when its credentials end sooner than this after the invocation's own limit.
const CREDENTIALS_MARGIN_SECS: i64 = 300;
const TEND_EVERY: Duration = Duration::from_millis(500);

/// One invocation.
#[derive(Clone, Debug)]
pub(crate) struct Invocation {
    pub(crate) request_id: String,
    pub(crate) payload: Bytes,
    pub(crate) client_context: Option<String>,
    pub(crate) wants_tail: bool,
}

/// Whose environments: they differ in everything that a version is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct PoolKey {
    scope: Scope,
    function: String,
    version: String,
    revision: String,
}

#[derive(Debug, Default)]
struct Pools {
    /// Idle environments, the one that was used last at the end.
    idle: BTreeMap<PoolKey, Vec<Environment>>,
    /// Invocations that run, by function.
    running: BTreeMap<(Scope, String), i32>,
    environments: usize,
    is_tended: bool,
}

/// Shared by the service and its reconcilers.
#[derive(Debug, Default)]
pub(crate) struct Engine {
    places: OnceLock<Result<Places, Fault>>,
    pub(crate) interpreters: Arc<Interpreters>,
    pools: Mutex<Pools>,
}

impl Engine {
    fn pools(&self) -> MutexGuard<'_, Pools> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opened by whoever needs them first.
    pub(crate) fn places(&self, cloud: &Cloud) -> Result<&Places, Fault> {
        self.places.get_or_init(|| Places::open(cloud)).as_ref().map_err(Clone::clone)
    }

    /// Removes unpacked packages that are not live.
    pub(crate) fn sweep(&self, older_than: Duration, is_live: impl Fn(&str) -> bool) -> Result<(), Fault> {
        // Nothing was unpacked yet, or nothing can be.
        let Some(Ok(places)) = self.places.get() else { return Ok(()) };
        places.sweep(older_than, is_live).map_err(|error| Fault::of_io("cannot sweep unpacked code", error))
    }

    pub(crate) async fn invoke(self: &Arc<Self>, cloud: &Cloud, target: &Target, asked: Invocation) -> Outcome<Ran> {
        let running = self.admit(target)?;
        let key = PoolKey {
            scope: target.name.scope.clone(),
            function: target.name.function.clone(),
            version: target.version.clone(),
            revision: target.config.revision.clone(),
        };
        let mut environment = match self.take(cloud, &key, target) {
            Some(warm) => warm,
            None => match self.start(cloud, target).await? {
                Ok(environment) => environment,
                Err(broken) => return Ok(refused(&asked.request_id, "Runtime.InvalidEntrypoint", &broken)),
            },
        };
        let job = Job {
            trace_id: trace_id(cloud),
            invoked_arn: target.invoked_arn.clone(),
            request_id: asked.request_id,
            payload: asked.payload,
            client_context: asked.client_context,
            reply: oneshot::channel().0,
        };
        let (ran, is_alive) = environment.run(job, asked.wants_tail).await;
        if is_alive {
            self.give_back(cloud, key, environment);
        } else {
            drop(environment);
            self.pools().environments -= 1;
        }
        drop(running);
        Ok(ran)
    }

    /// Counts the invocation, if there is room for it.
    fn admit(self: &Arc<Self>, target: &Target) -> Outcome<Running> {
        let key = (target.name.scope.clone(), target.name.function.clone());
        let mut pools = self.pools();
        let own = pools.running.get(&key).copied().unwrap_or(0);
        let all: i32 = pools.running.values().sum();
        let reason = match target.reserved {
            Some(reserved) if own >= reserved => {
                Some(ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded)
            }
            _ if all >= MOST_CONCURRENT => Some(ThrottleReason::ConcurrentInvocationLimitExceeded),
            _ => None,
        };
        if let Some(reason) = reason {
            return Err(throttled(reason));
        }
        *pools.running.entry(key.clone()).or_default() += 1;
        Ok(Running { engine: self.clone(), key })
    }

    /// The environment that was used last and can be used again.
    fn take(&self, cloud: &Cloud, key: &PoolKey, target: &Target) -> Option<Environment> {
        let now = cloud.clock().now();
        let needed = now.plus_secs(i64::from(target.config.timeout_secs) + CREDENTIALS_MARGIN_SECS);
        let mut pools = self.pools();
        let mut gone: Vec<Environment> = Vec::new();
        let mut found = None;
        if let Some(idle) = pools.idle.get_mut(key) {
            while let Some(environment) = idle.pop() {
                if environment.is_running() && environment.expires.is_none_or(|expires| expires > needed) {
                    found = Some(environment);
                    break;
                }
                gone.push(environment);
            }
        }
        // The function changed: what idles of other revisions has no use any more.
        let stale: Vec<PoolKey> = pools.idle.keys().filter(|other| other.is_older(key)).cloned().collect();
        for other in stale {
            gone.extend(pools.idle.remove(&other).into_iter().flatten());
        }
        pools.environments -= gone.len();
        found
    }

    fn give_back(self: &Arc<Self>, cloud: &Cloud, key: PoolKey, mut environment: Environment) {
        environment.rest(cloud.clock().now());
        let mut pools = self.pools();
        pools.idle.entry(key).or_default().push(environment);
        if !pools.is_tended {
            pools.is_tended = true;
            drop(cloud.spawn("tend idle environments", tend(self.clone(), cloud.clone())));
        }
    }

    /// Makes room by ending what idles longest, of whatever function.
    fn reserve(&self) -> Outcome<()> {
        let mut pools = self.pools();
        while pools.environments >= most_environments() {
            let oldest =
                pools.idle.iter().filter_map(|(key, idle)| Some((idle.first()?.idle_since, key.clone()))).min();
            let Some((_, key)) = oldest else {
                return Err(throttled(ThrottleReason::ConcurrentInvocationLimitExceeded));
            };
            let idle = pools.idle.get_mut(&key).expect("it was just seen");
            drop(idle.remove(0));
            if idle.is_empty() {
                pools.idle.remove(&key);
            }
            pools.environments -= 1;
        }
        pools.environments += 1;
        Ok(())
    }

    /// A new environment; the inner error is the function's own fault.
    async fn start(&self, cloud: &Cloud, target: &Target) -> Outcome<Result<Environment, String>> {
        self.reserve()?;
        let started = self.start_reserved(cloud, target).await;
        if !matches!(started, Ok(Ok(_))) {
            self.pools().environments -= 1;
        }
        started
    }

    async fn start_reserved(&self, cloud: &Cloud, target: &Target) -> Outcome<Result<Environment, String>> {
        let config = &target.config;
        let places = self.places(cloud)?;
        let session = assume(cloud, target).await?;
        let unusable = |why: Unusable| Fault::internal(format!("a stored package cannot be unpacked: {why:?}"));
        let code = places.unpacked(cloud, std::slice::from_ref(&config.code.blob)).await.map_err(unusable)?;
        let layers: Vec<BlobId> = config.layers.iter().map(|layer| layer.code.blob.clone()).collect();
        let layers = match layers.as_slice() {
            [] => None,
            some => Some(places.unpacked(cloud, some).await.map_err(unusable)?),
        };
        let family = Family::of(&config.runtime).map_err(ApiError::not_implemented)?;
        let (interpreters, runtime) = (self.interpreters.clone(), config.runtime.clone());
        let launcher = tokio::task::spawn_blocking(move || interpreters.launcher(family, &runtime)).await;
        let launcher = launcher
            .map_err(|panic| Fault::internal("looking for an interpreter broke off").caused_by(panic))?
            .map_err(errors::invalid_runtime_exception)?;
        let now = cloud.clock().now();
        let day = now.iso()[..10].replace('-', "/");
        let stream = format!("{day}/[{}]{}", target.version, cloud.entropy().hex(32));
        let parts = Parts {
            code: &code,
            layers: layers.as_deref(),
            launcher: &launcher,
            family,
            ca_pem: &cloud.home().ca_pem,
            log_stream: &stream,
            credentials: session.as_ref().map_or(&[], |session| &session.variables),
        };
        let spec = match plan::spec(target, &parts) {
            Ok(spec) => spec,
            Err(broken) => return Ok(Err(broken)),
        };
        let is_ours = family != Family::Provided;
        let extensions = places::extensions(layers.as_deref());
        let start = Start { target, spec, description: &launcher.description, is_ours, stream, extensions, session };
        match Environment::start(cloud, &places.runner, start).await {
            Ok(environment) => Ok(Ok(environment)),
            // The program is there but cannot be executed: that is the package's fault.
            Err(runner::Error::Step { step, source }) if step.starts_with("execute") => {
                Ok(Err(format!("fork/exec: {source}")))
            }
            Err(error) => Err(Fault::internal("an environment did not start").caused_by(error).into()),
        }
    }

    /// Pauses and ends what idles. Answers whether there is anything left to look after.
    fn tend(&self, now: Timestamp) -> bool {
        let mut pools = self.pools();
        let mut ended = 0;
        for idle in pools.idle.values_mut() {
            let before = idle.len();
            idle.retain(|environment| {
                environment.is_running() && now.millis_since(environment.idle_since) < END_AFTER_MS
            });
            ended += before - idle.len();
            for environment in idle.iter_mut() {
                environment.pause_after(PAUSE_AFTER);
            }
        }
        pools.idle.retain(|_, idle| !idle.is_empty());
        pools.environments -= ended;
        pools.is_tended = !pools.idle.is_empty();
        pools.is_tended
    }
}

impl PoolKey {
    /// Of the same version of the same function, before it changed.
    fn is_older(&self, other: &Self) -> bool {
        self.revision != other.revision
            && (&self.scope, &self.function, &self.version) == (&other.scope, &other.function, &other.version)
    }
}

/// An invocation that is counted until this is dropped.
struct Running {
    engine: Arc<Engine>,
    key: (Scope, String),
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut pools = self.engine.pools();
        if let Some(count) = pools.running.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                pools.running.remove(&self.key);
            }
        }
    }
}

async fn tend(engine: Arc<Engine>, cloud: Cloud) {
    let mut every = tokio::time::interval(TEND_EVERY);
    loop {
        every.tick().await;
        if !engine.tend(cloud.clock().now()) {
            return;
        }
    }
}

async fn assume(cloud: &Cloud, target: &Target) -> Outcome<Option<Session>> {
    let role = &target.config.role;
    credentials::assume(cloud, &target.name, role).await.map_err(|error| match error.fault {
        Some(_) => error,
        None => ApiError::new(
            "AccessDeniedException",
            403,
            "The role defined for the function cannot be assumed by Lambda.",
        ),
    })
}

fn throttled(reason: ThrottleReason) -> ApiError {
    let detail = TooManyRequestsException { reason: Some(reason), type_: Some("User".into()), ..Default::default() };
    errors::too_many_requests_exception("Rate Exceeded.").with(&api_lambda::shapes::TooManyRequestsException, detail)
}

/// What AWS answers when there was nothing to start.
fn refused(request_id: &str, kind: &str, why: &str) -> Ran {
    let message = format!("RequestId: {request_id} Error: {why}");
    let payload = json!({"errorType": kind, "errorMessage": message}).to_string().into();
    Ran { payload, is_error: true, tail: None }
}

/// `Root=1-<time>-<24 hex>;Parent=<16 hex>;Sampled=0`
fn trace_id(cloud: &Cloud) -> String {
    let entropy = cloud.entropy();
    format!("Root=1-{:08x}-{};Parent={};Sampled=0", cloud.clock().now().secs(), entropy.hex(24), entropy.hex(16))
}

fn most_environments() -> usize {
    static MOST: OnceLock<usize> = OnceLock::new();
    *MOST.get_or_init(|| {
        let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let kib = text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
        let bytes = kib.unwrap_or(1024 * 1024) * 1024_u64;
        usize::try_from(bytes / BYTES_PER_ENVIRONMENT).unwrap_or(16).clamp(16, 1000)
    })
}

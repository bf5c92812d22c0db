//! One model: its rows, its clock, its services. Handed to whoever calls.

use crate::{
    AnyResource, Call, Directory, Identity, Key, Origins, Outcome, Request, Response, Scope, Service, Tx, Via, Web,
    authorize::Documents, reconcile, service::Entry, site::AnySite, wait::Alarm,
};
use base::{AccountId, Arn, Clock, Entropy, Fault, Region, Timestamp};
use blob::Blobs;
use policy::{Context, Principal};
use shape::{Api, ApiError, OperationSpec};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    future::Future,
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};
use store::Store;
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A running model. Clones share it.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

struct Inner {
    store: Store,
    blobs: Blobs,
    clock: Clock,
    entropy: Entropy,
    alarm: Alarm,
    home: Home,
    services: Vec<Service>,
    /// By the address of the operation's data, which is one static.
    entries: HashMap<usize, Arc<dyn Entry>>,
    directories: HashMap<&'static str, (&'static str, Arc<dyn Directory>)>,
    /// APIs whose rows are those of another, by name.
    rows_of: HashMap<&'static str, &'static Api>,
    identity: Option<(&'static str, Arc<dyn Identity>)>,
    resources: BTreeMap<&'static str, Arc<dyn AnyResource>>,
    documents: Documents,
    web: OnceLock<Arc<dyn Web>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
    /// The scopes whose row is known to be written.
    noted: Mutex<HashSet<Scope>>,
}

/// Where the model lives on this machine.
#[derive(Clone, Debug, Default)]
pub struct Home {
    /// The data folder; a temporary one when the model is ephemeral.
    pub data: PathBuf,
    /// The port that the API and the proxy listen on.
    pub port: u16,
    /// The certificate authority's certificate, as PEM.
    pub ca_pem: String,
}

/// What a model is made of.
pub struct CloudBuilder {
    pub store: Store,
    pub blobs: Blobs,
    pub clock: Clock,
    pub entropy: Entropy,
    pub home: Home,
    pub services: Vec<Service>,
}

impl fmt::Debug for CloudBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudBuilder").field("services", &self.services).finish_non_exhaustive()
    }
}

impl CloudBuilder {
    pub fn build(self) -> Cloud {
        let Self { store, blobs, clock, entropy, home, services } = self;
        let mut entries = HashMap::new();
        let mut directories = HashMap::new();
        let mut rows_of = HashMap::new();
        let mut identity = None;
        let mut resources = BTreeMap::new();
        for service in &services {
            for entry in &service.entries {
                entries.insert(address(entry.spec()), entry.clone());
            }
            if let Some(directory) = &service.directory {
                directories.insert(service.api.action_prefix, (service.rows_of.name, directory.clone()));
            }
            if service.rows_of.name != service.api.name {
                rows_of.insert(service.api.name, service.rows_of);
            }
            identity = identity.or_else(|| Some((service.rows_of.name, service.identity.clone()?)));
            for resource in &service.resources {
                resources.insert(resource.schema().type_name, resource.clone());
            }
        }
        Cloud(Arc::new(Inner {
            alarm: Alarm::new(clock.clone()),
            store,
            blobs,
            clock,
            entropy,
            home,
            services,
            entries,
            directories,
            rows_of,
            identity,
            resources,
            documents: Documents::default(),
            web: OnceLock::new(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            noted: Mutex::default(),
        }))
    }
}

fn address(spec: &'static OperationSpec) -> usize {
    std::ptr::from_ref(spec).addr()
}

impl Cloud {
    /// Starts the reconcilers.
    pub fn start(&self) {
        for service in &self.0.services {
            for reconciler in &service.reconcilers {
                let run = reconcile::run(self.clone(), service.rows_of.name, reconciler.clone());
                drop(self.spawn(reconciler.name(), run));
            }
        }
        drop(self.spawn("deliver letters", self.clone().deliver_letters()));
        let cloud = self.clone();
        drop(self.spawn("trim the audit trail", async move {
            loop {
                let next = cloud.trim_audit().await.unwrap_or_else(|fault| {
                    tracing::error!(%fault, "the audit trail was not trimmed");
                    cloud.clock().now().plus_secs(3600)
                });
                cloud.wait_until(next).await;
            }
        }));
    }

    /// Ends the tasks: those that wait are dropped, those that run are given until `deadline` passes.
    pub async fn stop(&self) {
        self.0.stopping.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// Runs `task` under a name until it ends or the model stops.
    pub fn spawn<T: Send + 'static>(
        &self,
        name: &'static str,
        task: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<Result<T, Fault>> {
        let stopping = self.0.stopping.clone();
        self.0.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stopping.cancelled() => {
                    Err(Fault::of(base::FaultKind::Stopping, format!("{name} ends because the model stops")))
                }
                done = task => Ok(done),
            }
        })
    }

    /// Runs `task` to its own end, also when the model stops, which waits for it: so it ends soon after
    /// [`Self::stopping`] returns.
    pub fn spawn_to_end(&self, task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        self.0.tasks.spawn(task)
    }

    /// Returns when the model begins to stop.
    pub async fn stopping(&self) {
        self.0.stopping.cancelled().await;
    }

    pub fn store(&self) -> &Store {
        &self.0.store
    }
    pub fn blobs(&self) -> &Blobs {
        &self.0.blobs
    }
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }
    pub fn entropy(&self) -> &Entropy {
        &self.0.entropy
    }
    pub fn home(&self) -> &Home {
        &self.0.home
    }
    pub fn services(&self) -> &[Service] {
        &self.0.services
    }
    /// The credential of this id, be it current or expired; `None` for one that does not exist or is inactive.
    pub fn find_key(&self, access_key_id: &str) -> Result<Option<Key>, Fault> {
        let Some((rows, identity)) = self.identity() else { return Ok(None) };
        let snapshot = self.store().snapshot()?;
        identity.find_key(&Tx::snapshot(&snapshot, rows, Scope::shared()), access_key_id)
    }
    /// Who knows keys and policies, and whose rows say so.
    pub(crate) fn identity(&self) -> Option<(&'static str, &dyn Identity)> {
        self.0.identity.as_ref().map(|(rows, identity)| (*rows, &**identity))
    }
    pub fn find_resource(&self, type_name: &str) -> Option<&Arc<dyn AnyResource>> {
        self.0.resources.get(type_name)
    }
    pub fn resource_types(&self) -> impl Iterator<Item = &'static str> {
        self.0.resources.keys().copied()
    }
    pub(crate) fn documents(&self) -> &Documents {
        &self.0.documents
    }
    pub(crate) fn directory(&self, arn_service: &str) -> Option<(&'static str, &dyn Directory)> {
        self.0.directories.get(arn_service).map(|(service, directory)| (*service, &**directory))
    }
    pub(crate) fn entry(&self, spec: &'static OperationSpec) -> Option<Arc<dyn Entry>> {
        self.0.entries.get(&address(spec)).cloned()
    }

    /// The site that answers under `host`.
    pub fn find_site(&self, host: &str, request: &http::request::Parts) -> Option<SiteRef> {
        let mut sites = self.0.services.iter().flat_map(|service| &service.sites);
        sites.find(|site| site.owns(host, &request.method, &request.uri)).cloned().map(SiteRef)
    }
    /// Who says which pages may call `api`; `None`: all may.
    pub fn origins(&self, api: &'static Api) -> Option<&dyn Origins> {
        let service = self.0.services.iter().find(|service| service.api.name == api.name)?;
        service.origins.as_deref()
    }
    /// Sets who answers the model's hosts: once, by the gateway.
    pub fn set_web(&self, web: Arc<dyn Web>) {
        let is_first = self.0.web.set(web).is_ok();
        assert!(is_first, "a model has one gateway");
    }
    /// Asks a host of the model, as a client outside would.
    pub async fn fetch(&self, request: Request) -> Outcome<Response> {
        let Some(web) = self.0.web.get() else { return Err(Fault::internal("the gateway does not run yet").into()) };
        Ok(web.fetch(self, request).await)
    }

    /// Hands a connection that was made inside a sandbox to the gateway; returns when it has ended.
    pub async fn accept(&self, connection: tokio::net::TcpStream, via: &Via) {
        if let Some(web) = self.0.web.get() {
            web.accept(self, connection, via).await;
        }
    }

    pub async fn wait_until(&self, at: Timestamp) {
        self.0.alarm.until(at).await;
    }

    /// A call that a service makes in its own name, for `source`.
    pub fn service_call(&self, name: &str, account: &AccountId, region: &Region, source: &Arn) -> Call {
        self.anonymous_call(account, region).as_service(name, source)
    }
    /// A call of nobody, from here and now.
    pub fn anonymous_call(&self, account: &AccountId, region: &Region) -> Call {
        let entropy = self.entropy().child();
        Call {
            principal: Principal::Anonymous,
            account: account.clone(),
            region: region.clone(),
            now: self.clock().now(),
            request_id: entropy.uuid(),
            entropy: Arc::new(entropy),
            access_key_id: String::new(),
            source_ip: "127.0.0.1".into(),
            user_agent: String::new(),
            host: String::new(),
            is_secure: true,
            context: Context::new(),
            invoked_by: None,
            session_policies: Arc::default(),
        }
    }

    /// The scope in which an operation of `api` sees its rows.
    pub fn scope_of(&self, api: &'static Api, call: &Call) -> Scope {
        let api = self.rows_of(api);
        if api.is_global { Scope::global(&call.account) } else { Scope::new(&call.account, &call.region) }
    }

    /// Whose rows the operations of `api` see: nearly always its own.
    fn rows_of(&self, api: &'static Api) -> &'static Api {
        self.0.rows_of.get(api.name).copied().unwrap_or(api)
    }

    /// Reads rows of a service: for `Serve` operations and reconcilers.
    pub fn read<T, E: From<Fault>>(
        &self,
        api: &'static Api,
        scope: &Scope,
        read: impl FnOnce(&Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let snapshot = self.store().snapshot()?;
        read(&Tx::snapshot(&snapshot, self.rows_of(api).name, scope.clone()))
    }

    /// Writes rows of a service, all or nothing; durable when it answers.
    pub async fn write<T, E>(
        &self,
        api: &'static Api,
        scope: &Scope,
        write: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let scope = scope.clone();
        let rows = self.rows_of(api).name;
        let is_new = !self.0.noted.lock().expect("inserting does not panic").contains(&scope);
        let noted = scope.clone();
        let done = self
            .store()
            .write(move |tx| {
                let mut tx = Tx::write(tx, rows, scope);
                if is_new {
                    tx.note_scope()?;
                }
                write(&mut tx)
            })
            .await?;
        if is_new {
            self.0.noted.lock().expect("inserting does not panic").insert(noted);
        }
        Ok(done)
    }

    pub(crate) fn read_as<T>(
        &self,
        api: &'static Api,
        call: &Call,
        read: impl FnOnce(&Tx<'_>) -> Outcome<T>,
    ) -> Outcome<T> {
        let scope = self.scope_of(api, call);
        self.guarded(api, || self.read(api, &scope, read))
    }

    pub(crate) async fn write_as<T: Send + 'static>(
        &self,
        api: &'static Api,
        call: Call,
        write: impl FnOnce(&mut Tx<'_>, &Call) -> Result<T, ApiError> + Send + 'static,
    ) -> Outcome<T> {
        let scope = self.scope_of(api, &call);
        self.write(api, &scope, move |tx| write(tx, &call)).await
    }
}

/// A site found by [`Cloud::find_site`].
#[derive(Clone)]
pub struct SiteRef(Arc<dyn AnySite>);

impl SiteRef {
    pub async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        self.0.answer(cloud, call, request).await
    }
}

impl fmt::Debug for SiteRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SiteRef")
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cloud").field("services", &self.0.services).finish_non_exhaustive()
    }
}

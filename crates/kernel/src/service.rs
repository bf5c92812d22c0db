//! A service as a table: everything it does, and nothing else.

use crate::{
    AnyResource, Call, Cloud, Directory, Identity, Origins, Outcome, Read, Reconciler, Resource, Serve, Site, Write,
    access::Access, audit::Draft, reconcile::AnyReconciler, site::AnySite,
};
use base::Fault;
use shape::{Api, Operation, OperationSpec, Shape, Value};
use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

/// What a service does. Built by [`Service::of`].
pub struct Service {
    pub(crate) api: &'static Api,
    /// Whose rows it sees.
    pub(crate) rows_of: &'static Api,
    pub(crate) entries: Vec<Arc<dyn Entry>>,
    pub(crate) resources: Vec<Arc<dyn AnyResource>>,
    pub(crate) reconcilers: Vec<Arc<dyn AnyReconciler>>,
    pub(crate) directory: Option<Arc<dyn Directory>>,
    pub(crate) identity: Option<Arc<dyn Identity>>,
    pub(crate) sites: Vec<Arc<dyn AnySite>>,
    pub(crate) origins: Option<Arc<dyn Origins>>,
}

impl Service {
    /// A service of `api`, whose operations are `impl Read | Write | Serve` for `S`.
    pub fn of<S: Send + Sync + 'static>(api: &'static Api, service: S) -> ServiceBuilder<S> {
        Self::shared(api, Arc::new(service))
    }
    /// The same, where others hold the service too (its reconcilers, its site).
    pub fn shared<S: Send + Sync + 'static>(api: &'static Api, service: Arc<S>) -> ServiceBuilder<S> {
        let table = Self {
            api,
            rows_of: api,
            entries: Vec::new(),
            resources: Vec::new(),
            reconcilers: Vec::new(),
            directory: None,
            identity: None,
            sites: Vec::new(),
            origins: None,
        };
        ServiceBuilder { service, table }
    }
    pub fn api(&self) -> &'static Api {
        self.api
    }
    /// The operations that are served.
    pub fn operations(&self) -> impl Iterator<Item = &'static OperationSpec> {
        self.entries.iter().map(|entry| entry.spec())
    }
    pub fn resource_types(&self) -> impl Iterator<Item = &'static shape::Resource> {
        self.resources.iter().map(|resource| resource.schema())
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Service({}, {} operations)", self.api.name, self.entries.len())
    }
}

pub struct ServiceBuilder<S> {
    service: Arc<S>,
    table: Service,
}

impl<S: Send + Sync + 'static> ServiceBuilder<S> {
    #[must_use]
    pub fn read<Op: Operation>(self) -> Self
    where
        S: Read<Op>,
    {
        self.entry(ReadEntry::<S, Op>(PhantomData))
    }
    #[must_use]
    pub fn write<Op: Operation>(self) -> Self
    where
        S: Write<Op>,
    {
        self.entry(WriteEntry::<S, Op>(PhantomData))
    }
    #[must_use]
    pub fn serve<Op: Operation>(self) -> Self
    where
        S: Serve<Op>,
    {
        let service = self.service.clone();
        self.entry(ServeEntry::<S, Op>(service, PhantomData))
    }
    fn entry(mut self, entry: impl Entry + 'static) -> Self {
        self.table.entries.push(Arc::new(entry));
        self
    }
    #[must_use]
    pub fn resource(mut self, resource: impl Resource) -> Self {
        self.table.resources.push(Arc::new(resource));
        self
    }
    #[must_use]
    pub fn reconciler(mut self, reconciler: impl Reconciler) -> Self {
        self.table.reconcilers.push(Arc::new(reconciler));
        self
    }
    /// The service sees the rows of another API: STS those of IAM. Both are one crate.
    #[must_use]
    pub fn rows_of(mut self, api: &'static Api) -> Self {
        self.table.rows_of = api;
        self
    }
    /// The service knows the policies and tags of its resources.
    #[must_use]
    pub fn directory(mut self) -> Self
    where
        S: Directory,
    {
        self.table.directory = Some(self.service.clone());
        self
    }
    /// The service knows keys and identities: IAM.
    #[must_use]
    pub fn identity(mut self) -> Self
    where
        S: Identity,
    {
        self.table.identity = Some(self.service.clone());
        self
    }
    #[must_use]
    pub fn site(mut self, site: impl Site) -> Self {
        self.table.sites.push(Arc::new(site));
        self
    }
    /// Pages of other origins may call the API as `origins` says; without it, all may.
    #[must_use]
    pub fn origins(mut self, origins: impl Origins) -> Self {
        self.table.origins = Some(Arc::new(origins));
        self
    }
    pub fn build(self) -> Service {
        self.table
    }
}

impl<S> std::fmt::Debug for ServiceBuilder<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ServiceBuilder({})", self.table.api.name)
    }
}

pub(crate) type Answer<'a> = Pin<Box<dyn Future<Output = Outcome<Value>> + Send + 'a>>;

/// An operation behind a pointer.
pub(crate) trait Entry: Send + Sync {
    fn spec(&self) -> &'static OperationSpec;
    fn prepare(&self, input: Value) -> Outcome<Box<dyn Ready>>;
}

/// An operation with its input, to be authorized and then run.
pub(crate) trait Ready: Send {
    fn access(&self, call: &Call) -> Access;
    /// Runs it. `draft` is the record of the call: a write puts it beside its own rows and says so by taking it.
    fn run<'a>(self: Box<Self>, cloud: &'a Cloud, call: Call, draft: &'a mut Option<Draft>) -> Answer<'a>;
}

struct ReadEntry<S, Op>(PhantomData<fn() -> (S, Op)>);
struct WriteEntry<S, Op>(PhantomData<fn() -> (S, Op)>);
struct ServeEntry<S, Op>(Arc<S>, PhantomData<fn() -> Op>);

struct ReadReady<S, Op: Operation>(Op::Input, PhantomData<fn() -> S>);
struct WriteReady<S, Op: Operation>(Op::Input, PhantomData<fn() -> S>);
struct ServeReady<S, Op: Operation>(Arc<S>, Op::Input);

fn typed<Op: Operation>(input: Value) -> Outcome<Op::Input> {
    Op::Input::from_value(input).map_err(|mismatch| {
        let what = format!("the input of {} does not fit its type", Op::SPEC.name);
        Fault::internal(what).caused_by(mismatch).into()
    })
}

impl<S: Read<Op>, Op: Operation> Entry for ReadEntry<S, Op> {
    fn spec(&self) -> &'static OperationSpec {
        Op::SPEC
    }
    fn prepare(&self, input: Value) -> Outcome<Box<dyn Ready>> {
        Ok(Box::new(ReadReady::<S, Op>(typed::<Op>(input)?, PhantomData)))
    }
}

impl<S: Write<Op>, Op: Operation> Entry for WriteEntry<S, Op> {
    fn spec(&self) -> &'static OperationSpec {
        Op::SPEC
    }
    fn prepare(&self, input: Value) -> Outcome<Box<dyn Ready>> {
        Ok(Box::new(WriteReady::<S, Op>(typed::<Op>(input)?, PhantomData)))
    }
}

impl<S: Serve<Op>, Op: Operation> Entry for ServeEntry<S, Op> {
    fn spec(&self) -> &'static OperationSpec {
        Op::SPEC
    }
    fn prepare(&self, input: Value) -> Outcome<Box<dyn Ready>> {
        Ok(Box::new(ServeReady::<S, Op>(self.0.clone(), typed::<Op>(input)?)))
    }
}

impl<S: Read<Op>, Op: Operation> Ready for ReadReady<S, Op> {
    fn access(&self, call: &Call) -> Access {
        S::access(call, &self.0)
    }
    fn run<'a>(self: Box<Self>, cloud: &'a Cloud, call: Call, _: &'a mut Option<Draft>) -> Answer<'a> {
        Box::pin(async move {
            let answer = cloud.read_as(Op::SPEC.api, &call, |tx| S::read(tx, &call, self.0))?;
            Ok(answer.into_value())
        })
    }
}

impl<S: Write<Op>, Op: Operation> Ready for WriteReady<S, Op> {
    fn access(&self, call: &Call) -> Access {
        S::access(call, &self.0)
    }
    fn run<'a>(self: Box<Self>, cloud: &'a Cloud, call: Call, draft: &'a mut Option<Draft>) -> Answer<'a> {
        Box::pin(async move {
            let input = self.0;
            let record = draft.clone();
            let answer = cloud
                .write_as(Op::SPEC.api, call, move |tx, call| {
                    let output = S::write(tx, call, input)?.into_value();
                    if let Some(record) = record {
                        record.answered(Op::SPEC, &output).put(tx)?;
                    }
                    Ok(output)
                })
                .await?;
            *draft = None;
            Ok(answer)
        })
    }
}

impl<S: Serve<Op>, Op: Operation> Ready for ServeReady<S, Op> {
    fn access(&self, call: &Call) -> Access {
        S::access(call, &self.1)
    }
    fn run<'a>(self: Box<Self>, cloud: &'a Cloud, call: Call, _: &'a mut Option<Draft>) -> Answer<'a> {
        Box::pin(async move {
            let Self(service, input) = *self;
            let owned = cloud.clone();
            // Detached: once begun it runs to its end, whether or not the client is still there.
            let task = cloud.spawn(Op::SPEC.name, async move { service.serve(&owned, &call, input).await });
            match task.await {
                Ok(answer) => answer?.map(Shape::into_value),
                Err(broken) => Err(Fault::internal(format!("{} broke off", Op::SPEC.name)).caused_by(broken).into()),
            }
        })
    }
}

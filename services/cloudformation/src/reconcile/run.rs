//! What a driver knows of its stack, and how it writes it down.

use super::{
    finish::Settled,
    job::{Job, Report, Work},
};
use crate::{
    api::API,
    cfn,
    request::{self, world},
    state::{
        Action, OPERATIONS, Operation, Outcome, Phase, Physical, RESOURCES, Resource, STACKS, Said, Stack, Step, say,
    },
};
use base::{Fault, Timestamp};
use kernel::{AnyResource, Call, Cloud, Scope, StackCall};
use serde_json::Value as Json;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use template::{Bound, Environment, TemplateError};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// How many resources of one stack are worked on at once.
pub(super) const MOST_AT_ONCE: usize = 16;

pub(super) struct Run {
    pub(super) cloud: Cloud,
    pub(super) scope: Scope,
    pub(super) uuid: String,
    pub(super) operation: Operation,
    /// As it was when the operation began; its status is only in its row.
    pub(super) stack: Stack,
    /// What is to be made, in the phases that make from a template.
    pub(super) bound: Option<Bound>,
    pub(super) rows: BTreeMap<String, Resource>,
    pub(super) in_flight: BTreeSet<String>,
    /// Why the phase cannot succeed, where no resource says it.
    pub(super) failure: Option<String>,
    pub(super) called_off: CancellationToken,
    pub(super) acting: Call,
    pub(super) wake: Arc<Notify>,
    pub(super) reports: mpsc::UnboundedReceiver<(String, Report)>,
    sender: mpsc::UnboundedSender<(String, Report)>,
}

/// A change of one resource's row, with what is said about it.
pub(super) struct Change {
    pub(super) id: String,
    pub(super) row: Resource,
    pub(super) said: Vec<Said>,
}

/// The phase that follows.
pub(super) struct Next {
    pub(super) phase: Phase,
    pub(super) reason: Option<String>,
    pub(super) rows: BTreeMap<String, Resource>,
    /// What the stack is from now on.
    pub(super) settled: Option<Settled>,
}

impl Run {
    /// Reads the rows of an operation; none when it is over.
    pub(super) async fn load(
        cloud: &Cloud,
        (scope, uuid): &(Scope, String),
        wake: &Arc<Notify>,
    ) -> Result<Option<Self>, Fault> {
        let found = cloud.read(&API, scope, |tx| {
            let Some(operation) = tx.get(&OPERATIONS, uuid.as_str())? else { return Ok::<_, Fault>(None) };
            let missing = || Fault::internal("an operation has no stack");
            let stack = tx.get(&STACKS, uuid.as_str())?.ok_or_else(missing)?;
            let rows = tx.list(&RESOURCES, (uuid.as_str(),))?;
            let rows = rows.into_iter().map(|((_, id), row)| (id, row)).collect();
            Ok(Some((operation, stack, rows)))
        })?;
        let Some((operation, stack, rows)): Option<(Operation, Stack, _)> = found else { return Ok(None) };
        let (sender, reports) = mpsc::unbounded_channel();
        let anonymous = cloud.anonymous_call(&scope.account, &scope.region);
        let mut failure = None;
        let acting = world::acting_call(cloud, &anonymous, &operation.actor, &stack.id).await;
        let acting = acting.unwrap_or_else(|error| {
            failure = Some(error.message);
            // Nobody: whatever is tried is refused, and its event says so.
            anonymous.clone()
        });
        let mut run = Self {
            cloud: cloud.clone(),
            scope: scope.clone(),
            uuid: uuid.clone(),
            operation,
            stack,
            bound: None,
            rows,
            in_flight: BTreeSet::new(),
            failure,
            called_off: CancellationToken::new(),
            acting,
            wake: wake.clone(),
            reports,
            sender,
        };
        if matches!(run.operation.phase, Phase::Create | Phase::Update) {
            let context = request::context(&anonymous, &run.stack.name, &run.stack.id);
            match request::rebind(&run.operation.desired, context) {
                Ok(bound) => run.bound = Some(bound),
                Err(error) => run.failure = Some(error.message().to_owned()),
            }
        }
        Ok(Some(run))
    }

    pub(super) fn phase(&self) -> Phase {
        self.operation.phase
    }
    pub(super) fn now(&self) -> Timestamp {
        self.cloud.clock().now()
    }
    /// What became of a resource in this phase.
    pub(super) fn outcome<'a>(&self, row: &'a Resource) -> Option<&'a Outcome> {
        let outcome = row.outcome.as_ref()?;
        (outcome.operation == self.operation.id && outcome.phase == self.operation.phase).then_some(outcome)
    }
    pub(super) fn is_done(&self, id: &str) -> bool {
        self.rows.get(id).and_then(|row| self.outcome(row)).is_some_and(|outcome| !outcome.is_failed)
    }
    pub(super) fn failed(&self) -> Vec<String> {
        let failed = self.rows.iter().filter(|(_, row)| self.outcome(row).is_some_and(|outcome| outcome.is_failed));
        failed.map(|(id, _)| id.clone()).collect()
    }
    pub(super) fn ended(&self, is_failed: bool, denial: Option<String>) -> Option<Outcome> {
        let (operation, phase) = (self.operation.id.clone(), self.operation.phase);
        Some(Outcome { operation, phase, is_failed, denial })
    }
    pub(super) fn type_of(&self, type_name: &str) -> Result<Arc<dyn AnyResource>, String> {
        let found = cfn::find(&self.cloud, type_name);
        found.ok_or_else(|| format!("Maquette does not support: {type_name}"))
    }

    /// Writes rows with their events, all or none, and remembers them.
    pub(super) async fn write(&mut self, changes: Vec<Change>) -> Result<(), Fault> {
        if changes.is_empty() {
            return Ok(());
        }
        let (uuid, token, now) = (self.uuid.clone(), self.operation.token.clone(), self.now());
        let written = self
            .cloud
            .write(&API, &self.scope, move |tx| {
                let mut written = Vec::new();
                for Change { id, mut row, said } in changes {
                    for said in said {
                        say(tx, &uuid, (&id, &mut row), said, (now, token.as_deref()))?;
                    }
                    tx.put(&RESOURCES, (uuid.as_str(), id.as_str()), &row)?;
                    written.push((id, row));
                }
                Ok::<_, Fault>(written)
            })
            .await?;
        self.rows.extend(written);
        Ok(())
    }

    /// Goes on to another phase, with the rows that change on the way. The operation's own row may say more than is
    /// known here (a cancellation): that is kept.
    pub(super) async fn enter(&mut self, next: Next) -> Result<(), Fault> {
        let Next { phase, reason, rows, settled } = next;
        let (uuid, operation) = (self.uuid.clone(), self.operation.clone());
        let (token, now, event_id) = (operation.token.clone(), self.now(), self.cloud.entropy().uuid());
        let written = rows.clone();
        self.operation = self
            .cloud
            .write(&API, &self.scope, move |tx| {
                let mut operation = tx.get(&OPERATIONS, uuid.as_str())?.unwrap_or(operation);
                operation.phase = phase;
                tx.put(&OPERATIONS, uuid.as_str(), &operation)?;
                for (id, row) in &written {
                    tx.put(&RESOURCES, (uuid.as_str(), id.as_str()), row)?;
                }
                let stack = tx.get(&STACKS, uuid.as_str())?;
                let mut stack = stack.ok_or_else(|| Fault::internal("an operation has no stack"))?;
                if let Some(settled) = settled {
                    settled.put(tx, &mut stack)?;
                }
                // DeleteStack has said it already.
                if stack.status() != phase.status() {
                    let said = (now, event_id, token.as_deref());
                    stack.become_status(tx, phase.status(), reason.as_deref(), said)?;
                }
                Ok::<_, Fault>(operation)
            })
            .await?;
        self.rows.extend(rows);
        self.failure = None;
        self.called_off = CancellationToken::new();
        Ok(())
    }

    pub(super) fn begin_step(&self, action: Action, target: Physical) -> Option<Step> {
        Some(Step { action, target, token: self.cloud.entropy().uuid(), is_made: false })
    }

    /// Starts the work on a resource whose row says that it has begun.
    pub(super) fn launch(&mut self, id: &str, type_name: &str, work: Work) {
        let token = self.rows.get(id).and_then(|row| row.step.as_ref()).map(|step| step.token.clone());
        let entropy = self.cloud.entropy().child();
        let call = Call { request_id: entropy.uuid(), entropy: entropy.into(), now: self.now(), ..self.acting.clone() };
        let is_forward = matches!(self.phase(), Phase::Create | Phase::Update);
        let desired = if is_forward { &self.operation.desired } else { &self.stack.desired };
        let stack = StackCall {
            call,
            stack_name: self.stack.name.clone(),
            stack_id: self.stack.id.clone(),
            logical_id: id.to_owned(),
            tags: desired.tags.clone(),
            token: token.unwrap_or_default(),
        };
        self.in_flight.insert(id.to_owned());
        let (sender, id) = (self.sender.clone(), id.to_owned());
        let resource = match self.type_of(type_name) {
            Ok(resource) => resource,
            Err(reason) => {
                let report = Report::Failed { reason, denial: None, is_untouched: true };
                return drop(sender.send((id, report)));
            }
        };
        let called_off = self.called_off.clone();
        let job = Job { cloud: self.cloud.clone(), stack, resource, work, called_off };
        let running = self.cloud.spawn("stack step", job.run());
        // A job that panics must not leave the driver waiting.
        drop(self.cloud.spawn("stack step's end", async move {
            let report = match running.await {
                Ok(Ok(report)) => report,
                // The model stops: the step is taken up again by the next one.
                Ok(Err(_)) => return,
                Err(broken) => {
                    tracing::error!(%broken, resource = id, "a step of a stack panicked");
                    let reason = "Internal Failure".to_owned();
                    Report::Failed { reason, denial: None, is_untouched: false }
                }
            };
            drop(sender.send((id, report)));
        }));
    }

    /// The world as the stack's resources know it now.
    pub(super) fn world(&self) -> World<'_> {
        World { run: self, imported: RefCell::default() }
    }
}

/// What expressions of the stack's template may look up.
pub(super) struct World<'a> {
    run: &'a Run,
    pub(super) imported: RefCell<BTreeSet<String>>,
}

impl World<'_> {
    fn physical(&self, logical_id: &str) -> Result<&Physical, TemplateError> {
        let found = self.run.rows.get(logical_id).and_then(|row| row.current.as_ref());
        found.ok_or_else(|| TemplateError::new(format!("Resource {logical_id} does not exist yet")))
    }
}

impl Environment for World<'_> {
    fn reference(&self, logical_id: &str) -> Result<Json, TemplateError> {
        let physical = self.physical(logical_id)?;
        let found = self.run.type_of(&physical.type_name).map_err(TemplateError::new)?;
        Ok(found.reference(&physical.id).into())
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Json, TemplateError> {
        let physical = self.physical(logical_id)?;
        physical.attributes.get(attribute).cloned().ok_or_else(|| {
            if cfn::is_custom(&physical.type_name) {
                let stack = &self.run.stack.id;
                return TemplateError::new(format!(
                    "CustomResource attribute error: Vendor response doesn't contain {attribute} attribute in object \
                     {stack}|{logical_id}"
                ));
            }
            TemplateError::new(format!(
                "Template error: resource {logical_id} does not support attribute type {attribute} in Fn::GetAtt"
            ))
        })
    }
    fn import(&self, export_name: &str) -> Result<Json, TemplateError> {
        self.imported.borrow_mut().insert(export_name.to_owned());
        find_export(&self.run.cloud, &self.run.scope, export_name)
    }
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError> {
        Ok(world::availability_zones(region))
    }
}

pub(super) fn find_export(cloud: &Cloud, scope: &Scope, name: &str) -> Result<Json, TemplateError> {
    let found = cloud.read(&API, scope, |tx| tx.get(&crate::state::EXPORTS, name));
    match found {
        Ok(Some(export)) => Ok(export.value.into()),
        Ok(None) => Err(TemplateError::new(format!("No export named {name} found"))),
        Err(fault) => Err(TemplateError::new(format!("exports cannot be read: {fault}"))),
    }
}

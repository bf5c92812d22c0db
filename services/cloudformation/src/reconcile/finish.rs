//! What follows a phase: the next one, or the operation's end.

use super::run::{Next, Run};
use crate::{
    api::{API, StackStatus},
    plan,
    state::{
        AWAITED, Before, CHANGE_SETS, Cancel, Desired, EXPORTS, Export, IMPORTS, Import, NAMES, OPERATIONS, OnFailure,
        Output, Phase, RESOURCES, Resource, STACKS, Stack, WAITS, users_of_export,
    },
};
use base::Fault;
use kernel::Tx;
use std::collections::{BTreeMap, BTreeSet};
use template::Bound;

/// What a stack is once its template is made.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    desired: Desired,
    outputs: Vec<Output>,
    imports: BTreeSet<String>,
}

impl Settled {
    /// Puts outputs, exports and imports in the place of those before.
    pub(super) fn put(self, tx: &mut Tx<'_>, stack: &mut Stack) -> Result<(), Fault> {
        forget_exports(tx, stack)?;
        for output in &self.outputs {
            let Some(name) = &output.export_name else { continue };
            let export = Export {
                stack_uuid: stack.uuid.clone(),
                stack_id: stack.id.clone(),
                stack_name: stack.name.clone(),
                value: output.value.clone(),
            };
            tx.put(&EXPORTS, name.as_str(), &export)?;
        }
        for name in self.imports {
            tx.put(&IMPORTS, (name.as_str(), stack.uuid.as_str()), &Import { stack_name: stack.name.clone() })?;
        }
        stack.desired = self.desired;
        stack.outputs = self.outputs;
        Ok(())
    }
}

/// Removes what a stack exports and imports.
fn forget_exports(tx: &mut Tx<'_>, stack: &Stack) -> Result<(), Fault> {
    let exports = tx.list(&EXPORTS, ())?;
    for (name, _) in exports.iter().filter(|(_, export)| export.stack_uuid == stack.uuid) {
        tx.delete(&EXPORTS, name.as_str());
    }
    let imports = tx.list(&IMPORTS, ())?;
    for ((name, uuid), _) in imports.iter().filter(|((_, uuid), _)| *uuid == stack.uuid) {
        tx.delete(&IMPORTS, (name.as_str(), uuid.as_str()));
    }
    Ok(())
}

/// AWS: an export's name belongs to one stack, and what others import neither goes nor changes.
fn refused_export(tx: &Tx<'_>, stack: &Stack, outputs: &[Output]) -> Result<Option<String>, Fault> {
    let mut names = BTreeSet::new();
    for output in outputs {
        let Some(name) = &output.export_name else { continue };
        if !names.insert(name.as_str()) {
            return Ok(Some(format!("Duplicate Export names: [{name}]")));
        }
        if let Some(other) = tx.get(&EXPORTS, name.as_str())?.filter(|export| export.stack_uuid != stack.uuid) {
            return Ok(Some(format!("Export with name {name} is already exported by stack {}", other.stack_name)));
        }
    }
    for old in &stack.outputs {
        let Some(name) = &old.export_name else { continue };
        let now = outputs.iter().find(|output| output.export_name.as_ref() == Some(name));
        let verb = match now {
            None => "deleted",
            Some(now) if now.value != old.value => "updated",
            Some(_) => continue,
        };
        let users = users_of_export(tx, name, &stack.uuid)?;
        if !users.is_empty() {
            let users = users.join(" and ");
            return Ok(Some(format!("Export {name} cannot be {verb} as it is in use by {users}")));
        }
    }
    Ok(None)
}

impl Run {
    pub(super) async fn after_make(&mut self) -> Result<Option<Next>, Fault> {
        self.look()?;
        let failed = self.failed();
        let settled = match (&self.failure, &self.bound) {
            (None, Some(bound)) if failed.is_empty() => self.settled(bound)?,
            _ => Err(self.failure.clone().unwrap_or_default()),
        };
        match settled {
            Ok(settled) if self.phase() == Phase::Update => {
                let bound = self.bound.as_ref().expect("an update that succeeded had a template");
                let rows = self.doom(Phase::CleanUp, |id| bound.resource(id).is_some());
                Ok(Some(Next { phase: Phase::CleanUp, reason: None, rows, settled: Some(settled) }))
            }
            Ok(settled) => self.end(StackStatus::CreateComplete, None, Some(settled)).await,
            Err(said) => {
                let reason = self.failure_reason(&said, &failed);
                self.give_up(reason).await
            }
        }
    }

    /// The stack as its template says, or why it cannot be.
    fn settled(&self, bound: &Bound) -> Result<Result<Settled, String>, Fault> {
        let world = self.world();
        let mut outputs = Vec::new();
        for (key, output) in bound.outputs() {
            let value = bound.evaluate_text(&output.value, &world);
            let export_name = output.export_name.as_ref().map(|name| bound.evaluate_text(name, &world)).transpose();
            match (value, export_name) {
                (Ok(value), Ok(export_name)) => {
                    let description = output.description.clone();
                    outputs.push(Output { key: key.to_owned(), value, description, export_name });
                }
                (Err(error), _) | (_, Err(error)) => return Ok(Err(error.message().to_owned())),
            }
        }
        // Once more, for the names that it imports: a driver that took over did not evaluate them all.
        for resource in bound.resources() {
            if let Err(error) = bound.properties(resource, &world) {
                return Ok(Err(error.message().to_owned()));
            }
        }
        let refused = self.cloud.read(&API, &self.scope, |tx| refused_export(tx, &self.stack, &outputs))?;
        let imports = world.imported.into_inner();
        Ok(match refused {
            Some(reason) => Err(reason),
            None => Ok(Settled { desired: self.operation.desired.clone(), outputs, imports }),
        })
    }

    fn failure_reason(&self, said: &str, failed: &[String]) -> String {
        if self.operation.cancel == Some(Cancel::RollBack) {
            return said.to_owned();
        }
        let is_new = |id: &&String| self.rows[*id].before == Before::Absent || self.phase() == Phase::Create;
        let (created, updated): (Vec<&String>, Vec<&String>) = failed.iter().partition(is_new);
        let mut reason = said.to_owned();
        for (verb, ids) in [("create", created), ("update", updated)] {
            if !ids.is_empty() {
                let ids: Vec<_> = ids.into_iter().cloned().collect();
                reason.push_str(&plan::failed_list(verb, &ids));
            }
        }
        reason
    }

    /// After a failure: back, or nowhere, or away with it, as the caller chose.
    async fn give_up(&mut self, reason: String) -> Result<Option<Next>, Fault> {
        let on_failure = self.on_failure();
        // AWS: the sentence is there whether a user asked for the rollback or it is the default.
        let requested = match reason.trim_end() {
            said if said.ends_with('.') => format!("{said} Rollback requested by user."),
            said => format!("{said}. Rollback requested by user."),
        };
        match (self.phase(), on_failure) {
            (Phase::Create, OnFailure::DoNothing) => self.end(StackStatus::CreateFailed, Some(reason), None).await,
            (_, OnFailure::DoNothing) => self.end(StackStatus::UpdateFailed, Some(reason), None).await,
            (Phase::Create, OnFailure::Delete) => Ok(Some(self.next_deleting(Phase::Delete, Some(reason)))),
            (Phase::Create, OnFailure::Rollback) => Ok(Some(self.next_deleting(Phase::Undo, Some(requested)))),
            _ => {
                let rows = self.rows.clone();
                Ok(Some(Next { phase: Phase::Restore, reason: Some(reason), rows, settled: None }))
            }
        }
    }

    fn next_deleting(&self, phase: Phase, reason: Option<String>) -> Next {
        Next { phase, reason, rows: self.doom(phase, |_| false), settled: None }
    }

    pub(super) async fn after_restore(&mut self) -> Result<Option<Next>, Fault> {
        let failed = self.failed();
        if failed.is_empty() {
            return Ok(Some(self.next_deleting(Phase::CleanUpRestored, None)));
        }
        let reason = plan::failed_list("update", &failed);
        self.end(StackStatus::UpdateRollbackFailed, Some(reason), None).await
    }

    pub(super) async fn after_clean(&mut self) -> Result<Option<Next>, Fault> {
        let failed = self.failed();
        let reason = || Some(plan::failed_list("delete", &failed));
        match self.phase() {
            // AWS: what could not be deleted in the end is left behind, and the update has succeeded all the same.
            Phase::CleanUp => self.end(StackStatus::UpdateComplete, None, None).await,
            Phase::CleanUpRestored => self.end(StackStatus::UpdateRollbackComplete, None, None).await,
            Phase::Undo if failed.is_empty() => self.end(StackStatus::RollbackComplete, None, None).await,
            Phase::Undo => self.end(StackStatus::RollbackFailed, reason(), None).await,
            _ if failed.is_empty() || self.operation.is_forced => {
                self.end(StackStatus::DeleteComplete, None, None).await
            }
            _ => self.end(StackStatus::DeleteFailed, reason(), None).await,
        }
    }

    /// The operation is over: its row goes, and the stack's says how it ended.
    async fn end(
        &mut self,
        status: StackStatus,
        reason: Option<String>,
        settled: Option<Settled>,
    ) -> Result<Option<Next>, Fault> {
        let (uuid, token, now) = (self.uuid.clone(), self.operation.token.clone(), self.now());
        let event_id = self.cloud.entropy().uuid();
        let rows = self.rows_at_end(status);
        let known = self.operation.cancel;
        let is_over = self
            .cloud
            .write(&API, &self.scope, move |tx| {
                let operation = tx.get(&OPERATIONS, uuid.as_str())?;
                if operation.and_then(|operation| operation.cancel).is_some_and(|wish| known != Some(wish)) {
                    return Ok(false);
                }
                let stack = tx.get(&STACKS, uuid.as_str())?;
                let mut stack = stack.ok_or_else(|| Fault::internal("an operation has no stack"))?;
                if let Some(settled) = settled {
                    settled.put(tx, &mut stack)?;
                }
                for (id, row) in rows {
                    match row {
                        Some(row) => tx.put(&RESOURCES, (uuid.as_str(), id.as_str()), &row)?,
                        None => tx.delete(&RESOURCES, (uuid.as_str(), id.as_str())),
                    }
                }
                if status == StackStatus::DeleteComplete {
                    stack.deleted = Some(now);
                    tx.delete(&NAMES, stack.name.as_str());
                    forget_exports(tx, &stack)?;
                    tx.delete_prefix(&CHANGE_SETS, (uuid.as_str(),));
                    tx.delete_prefix(&AWAITED, (uuid.as_str(),));
                    tx.delete_prefix(&WAITS, (uuid.as_str(),));
                }
                tx.delete(&OPERATIONS, uuid.as_str());
                let said = (now, event_id, token.as_deref());
                stack.become_status(tx, status, reason.as_deref(), said)?;
                Ok::<_, Fault>(true)
            })
            .await?;
        if is_over {
            return Ok(None);
        }
        // Someone deleted the stack while its creation came to its end.
        self.look()?;
        Ok(Some(self.next_deleting(Phase::Delete, None)))
    }

    /// The rows as they stay; none for a resource that the stack has no more.
    fn rows_at_end(&self, status: StackStatus) -> BTreeMap<String, Option<Resource>> {
        let is_stable = matches!(
            status,
            StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::UpdateRollbackComplete
        );
        let mut rows = BTreeMap::new();
        for (id, row) in self.rows.clone() {
            let mut row = row;
            if is_stable {
                row.before = Before::Same;
                row.doomed.clear();
            }
            let is_gone = is_stable && row.current.is_none();
            rows.insert(id, (!is_gone).then_some(row));
        }
        rows
    }
}

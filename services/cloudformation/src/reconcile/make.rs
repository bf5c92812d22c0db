//! Makes what the template says, everything at once that waits for nothing.

use super::{
    drive::Turn,
    job::{Report, Work},
    run::{Change, MOST_AT_ONCE, Run, find_export},
};
use crate::{
    api::ResourceStatus,
    plan,
    request::world::Symbols,
    state::{Action, Before, Doomed, Phase, Physical, Resource, Said},
};
use base::Fault;
use kernel::Updated;
use serde_json::Value as Json;
use template::{Bound, Environment, TemplateError};

impl Run {
    pub(super) async fn make(&mut self) -> Result<(), Fault> {
        self.look()?;
        let Some(bound) = self.bound.take() else { return Ok(()) };
        self.check_imports(&bound);
        self.resume().await?;
        loop {
            if self.has_failed() {
                self.cancel_rest().await?;
            } else {
                self.begin_ready(&bound).await?;
            }
            if self.in_flight.is_empty() {
                break;
            }
            match self.turn().await {
                Turn::Look => self.look()?,
                Turn::Report(id, report) => self.made(&id, report).await?,
            }
        }
        self.bound = Some(bound);
        Ok(())
    }

    fn has_failed(&self) -> bool {
        self.failure.is_some()
            || self.rows.values().any(|row| self.outcome(row).is_some_and(|outcome| outcome.is_failed))
    }

    /// AWS: an export that is not there fails the stack before its first resource.
    fn check_imports(&mut self, bound: &Bound) {
        let imports = Imports { run: self };
        let properties = bound.resources().map(|resource| &resource.properties);
        let outputs = bound.outputs().map(|(_, output)| &output.value);
        let missing = properties.chain(outputs).find_map(|value| {
            let said = bound.evaluate(value, &imports).err()?.message().to_owned();
            said.starts_with("No export named ").then_some(said)
        });
        self.failure = self.failure.take().or(missing);
    }

    /// Takes up the steps that another driver began.
    pub(super) async fn resume(&mut self) -> Result<(), Fault> {
        let begun: Vec<_> = self
            .rows
            .iter()
            .filter(|(id, row)| !self.in_flight.contains(*id) && row.step.is_some())
            .map(|(id, row)| (id.clone(), row.clone()))
            .collect();
        for (id, row) in begun {
            let step = row.step.as_ref().expect("filtered above");
            let properties = step.target.properties.clone();
            let current = row.current.as_ref();
            let work = match (step.action, step.is_made, current) {
                (_, true, Some(current)) => Work::Settle { id: current.id.clone(), properties },
                (Action::Update, false, Some(current)) => {
                    let old = match &row.before {
                        Before::Was(was) if self.phase() != Phase::Restore => was.properties.clone(),
                        _ => current.properties.clone(),
                    };
                    Work::Update { id: current.id.clone(), old, new: properties }
                }
                (Action::Create | Action::Replace, false, _) if self.outcome(&row).is_some() => {
                    Work::Find { properties }
                }
                _ => Work::Create { properties, is_retry: true },
            };
            self.launch(&id, &row.type_name, work);
        }
        Ok(())
    }

    /// Begins what can be begun, in one transaction, until there is no more or no room.
    async fn begin_ready(&mut self, bound: &Bound) -> Result<(), Fault> {
        loop {
            let waiting = bound.graph().resources().filter(|id| {
                let is_known = self.rows.get(*id).is_some_and(|row| self.outcome(row).is_some());
                !is_known && !self.in_flight.contains(*id)
            });
            let room = MOST_AT_ONCE - self.in_flight.len();
            let mut ready = plan::makeable(waiting, |id| bound.graph().needs(id), |id| self.is_done(id));
            ready.truncate(room);
            let mut changes = Vec::new();
            let mut works = Vec::new();
            let mut is_failed = false;
            for id in &ready {
                let declared = bound.resource(id).expect("the graph knows the stack's resources only");
                let begun = self.consider(bound, declared);
                is_failed |= begun.change.row.outcome.as_ref().is_some_and(|outcome| outcome.is_failed);
                works.extend(begun.work.map(|work| (id.clone(), declared.type_name.clone(), work)));
                changes.push(begun.change);
                if is_failed {
                    break;
                }
            }
            let unlocks = works.len() < changes.len();
            self.write(changes).await?;
            for (id, type_name, work) in works {
                self.launch(&id, &type_name, work);
            }
            if is_failed {
                return self.cancel_rest().await;
            }
            if !unlocks {
                return Ok(());
            }
        }
    }

    /// After a failure: what is under way is not waited for.
    async fn cancel_rest(&mut self) -> Result<(), Fault> {
        self.called_off.cancel();
        let mut changes = Vec::new();
        for id in &self.in_flight {
            let row = &self.rows[id];
            let Some(step) = row.step.as_ref().filter(|_| self.outcome(row).is_none()) else { continue };
            let said = match step.action {
                Action::Create => Said::status(ResourceStatus::CreateFailed).because("Resource creation cancelled"),
                _ => Said::status(ResourceStatus::UpdateFailed).because("Resource update cancelled"),
            };
            let row = Resource { outcome: self.ended(true, None), ..row.clone() };
            changes.push(Change { id: id.clone(), row, said: vec![said] });
        }
        self.write(changes).await
    }

    /// A job's end, or the end of its first half.
    pub(super) async fn made(&mut self, id: &str, report: Report) -> Result<(), Fault> {
        let mut row = self.rows[id].clone();
        let Some(step) = row.step.clone() else { return Ok(()) };
        let is_cancelled = self.outcome(&row).is_some();
        let mut said = Vec::new();
        let mut work = None;
        match report {
            Report::Made(physical_id) => {
                put_in_place(&mut row, &physical_id, &step.target, (step.action, self.phase()));
                said.extend((!is_cancelled).then(|| {
                    let said = Said::status(in_progress(step.action)).because("Resource creation Initiated");
                    said.with_properties(&self.shown(&step.target.properties))
                }));
                work = Some(Work::Settle { id: physical_id, properties: step.target.properties.clone() });
            }
            Report::Updated(Updated::ReplacedBy(physical_id)) => {
                put_in_place(&mut row, &physical_id, &step.target, (Action::Replace, self.phase()));
                work = Some(Work::Settle { id: physical_id, properties: step.target.properties.clone() });
            }
            Report::Updated(Updated::InPlace) => {
                let physical_id = row.physical_id.clone();
                if let Some(step) = &mut row.step {
                    step.is_made = true;
                }
                work = Some(Work::Settle { id: physical_id, properties: step.target.properties.clone() });
            }
            Report::Updated(Updated::Replace) => {
                self.undo_update(&mut row);
                if is_cancelled {
                    row.step = None;
                } else {
                    let begun = self.begin_making(id, row, Action::Replace, step.target);
                    self.write(vec![begun.change]).await?;
                    let type_name = self.rows[id].type_name.clone();
                    begun.work.into_iter().for_each(|work| self.launch(id, &type_name, work));
                    return Ok(());
                }
            }
            Report::Ready(attributes) => {
                if let Some(current) = &mut row.current {
                    *current = Physical { id: current.id.clone(), attributes, ..step.target };
                }
                row.step = None;
                if !is_cancelled {
                    row.outcome = self.ended(false, None);
                    said.push(Said::status(complete(step.action)));
                }
            }
            Report::GivenUp | Report::Deleted => row.step = None,
            Report::Failed { denial: Some(denial), .. } if self.is_as_before(&row, &denial) => {
                row.step = None;
                row.current.clone_from(&Some(step.target));
                row.outcome = self.ended(false, None);
                said.push(Said::status(ResourceStatus::UpdateComplete));
            }
            Report::Failed { reason, denial, is_untouched } => {
                if is_untouched && step.action == Action::Update {
                    self.undo_update(&mut row);
                }
                row.step = None;
                if !is_cancelled {
                    row.outcome = self.ended(true, denial);
                    said.push(Said::status(failed(step.action)).because(reason));
                }
            }
        }
        // Once called off, what was made is known and needs no waiting for.
        if is_cancelled && work.is_some() {
            row.step = None;
            work = None;
        }
        self.write(vec![Change { id: id.to_owned(), row, said }]).await?;
        if let Some(work) = work {
            let type_name = self.rows[id].type_name.clone();
            self.launch(id, &type_name, work);
        }
        Ok(())
    }

    /// Whether a restore was refused the very action that the update was refused. What comes before that action is
    /// done back by now, and nothing after it was ever done: the resource is as it was.
    fn is_as_before(&self, row: &Resource, denial: &str) -> bool {
        let forward = row.outcome.as_ref().filter(|outcome| outcome.phase == Phase::Update);
        self.phase() == Phase::Restore && forward.is_some_and(|it| it.denial.as_deref() == Some(denial))
    }

    /// The update did not happen: the resource is what it was.
    fn undo_update(&self, row: &mut Resource) {
        if let Before::Was(was) = &row.before
            && row.current.as_ref().is_some_and(|current| current.id == was.id)
            && self.phase() != Phase::Restore
        {
            row.current = Some((**was).clone());
        }
    }
}

/// What was made is the resource now; what it replaces is remembered.
fn put_in_place(row: &mut Resource, physical_id: &str, target: &Physical, (action, phase): (Action, Phase)) {
    physical_id.clone_into(&mut row.physical_id);
    let made = Physical { id: physical_id.to_owned(), ..target.clone() };
    let old = row.current.replace(made);
    if let (Action::Replace, Some(old)) = (action, old) {
        let doomed = Doomed { physical: old.clone(), is_kept: false };
        match row.before {
            _ if phase == Phase::Restore => row.doomed.push(doomed),
            Before::Same => row.before = Before::Was(Box::new(old)),
            // Made by an earlier try of the same update.
            Before::Absent => row.doomed.push(doomed),
            Before::Was(ref was) if was.id != old.id => row.doomed.push(doomed),
            Before::Was(_) => {}
        }
    }
    if let Some(step) = &mut row.step {
        step.is_made = true;
    }
}

fn in_progress(action: Action) -> ResourceStatus {
    if action == Action::Create { ResourceStatus::CreateInProgress } else { ResourceStatus::UpdateInProgress }
}

fn complete(action: Action) -> ResourceStatus {
    if action == Action::Create { ResourceStatus::CreateComplete } else { ResourceStatus::UpdateComplete }
}

fn failed(action: Action) -> ResourceStatus {
    if action == Action::Create { ResourceStatus::CreateFailed } else { ResourceStatus::UpdateFailed }
}

/// Names for everything but exports.
struct Imports<'a> {
    run: &'a Run,
}

impl Environment for Imports<'_> {
    fn reference(&self, logical_id: &str) -> Result<Json, TemplateError> {
        Symbols { region: "" }.reference(logical_id)
    }
    fn attribute(&self, logical_id: &str, attribute: &str) -> Result<Json, TemplateError> {
        Symbols { region: "" }.attribute(logical_id, attribute)
    }
    fn import(&self, export_name: &str) -> Result<Json, TemplateError> {
        find_export(&self.run.cloud, &self.run.scope, export_name)
    }
    fn availability_zones(&self, region: &str) -> Result<Vec<String>, TemplateError> {
        Symbols { region: "" }.availability_zones(region)
    }
}

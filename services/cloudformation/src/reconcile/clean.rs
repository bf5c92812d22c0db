//! Deletes what is doomed, everything at once that nothing doomed needs.

use super::{
    drive::Turn,
    job::{Report, Work},
    run::{Change, MOST_AT_ONCE, Run},
};
use crate::{
    api::ResourceStatus,
    plan,
    state::{Action, Before, Doomed, Phase, Physical, Resource, Said},
};
use base::Fault;
use std::collections::{BTreeMap, BTreeSet};

const RETAIN: &str = "Retain";
const RETAIN_EXCEPT_ON_CREATE: &str = "RetainExceptOnCreate";

impl Run {
    /// The rows with what a phase is to delete. Nothing else may stand in the stack afterwards.
    pub(super) fn doom(&self, phase: Phase, keeps: impl Fn(&str) -> bool) -> BTreeMap<String, Resource> {
        let mut rows = self.rows.clone();
        for (id, row) in &mut rows {
            row.outcome = None;
            let before = std::mem::replace(&mut row.before, Before::Same);
            let leaves = match phase {
                Phase::CleanUp => !keeps(id),
                Phase::CleanUpRestored => before == Before::Absent,
                _ => true,
            };
            let current_id = row.current.as_ref().map(|current| current.id.clone());
            if let Before::Was(was) = before
                && current_id.as_ref() != Some(&was.id)
            {
                let policy = row.current.as_ref().map_or(&was.deletion_policy, |now| &now.update_replace_policy);
                row.doomed.push(Doomed { is_kept: policy == RETAIN, physical: *was });
            }
            if let Some(current) = row.current.take_if(|_| leaves) {
                let is_kept = self.is_kept(phase, id, &current);
                row.doomed.push(Doomed { physical: current, is_kept });
            }
            if self.operation.retain.contains(id) {
                row.doomed.iter_mut().for_each(|doomed| doomed.is_kept = true);
            }
        }
        rows
    }

    fn is_kept(&self, phase: Phase, id: &str, physical: &Physical) -> bool {
        let is_new = matches!(phase, Phase::Undo | Phase::CleanUpRestored);
        match physical.deletion_policy.as_str() {
            RETAIN => !(is_new && self.operation.retain_except_on_create),
            RETAIN_EXCEPT_ON_CREATE => !is_new,
            _ => self.operation.retain.contains(id),
        }
    }

    pub(super) async fn clean(&mut self) -> Result<(), Fault> {
        if matches!(self.phase(), Phase::Undo | Phase::Delete) {
            self.pass_over_unmade().await?;
        }
        self.resume_deleting();
        loop {
            self.begin_deleting().await?;
            if self.in_flight.is_empty() {
                return Ok(());
            }
            match self.turn().await {
                Turn::Look => {}
                Turn::Report(id, report) => self.deleted(&id, report).await?,
            }
        }
    }

    /// Resources whose creation failed before there was anything to delete.
    async fn pass_over_unmade(&mut self) -> Result<(), Fault> {
        let unmade = self.rows.iter().filter(|(_, row)| {
            !row.is_there() && !matches!(row.status(), ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped)
        });
        let said = || vec![Said::status(ResourceStatus::DeleteComplete)];
        let changes = unmade.map(|(id, row)| Change { id: id.clone(), row: row.clone(), said: said() });
        let changes: Vec<_> = changes.collect();
        self.write(changes).await
    }

    fn resume_deleting(&mut self) {
        let begun = self.rows.iter().filter(|(_, row)| row.step.is_some());
        let begun: Vec<_> = begun.filter_map(|(id, row)| Some((id.clone(), row.doomed.last()?.clone()))).collect();
        for (id, doomed) in begun {
            let Physical { type_name, id: physical_id, properties, .. } = doomed.physical;
            self.launch(&id, &type_name, Work::Delete { id: physical_id, properties });
        }
    }

    async fn begin_deleting(&mut self) -> Result<(), Fault> {
        loop {
            let ready = self.deletable();
            let mut changes = Vec::new();
            let mut works = Vec::new();
            for id in ready {
                let mut row = self.rows[&id].clone();
                let doomed = row.doomed.last().cloned().expect("only what is doomed is deleted");
                let physical = doomed.physical;
                if doomed.is_kept {
                    row.doomed.pop();
                    let said = Said::status(ResourceStatus::DeleteSkipped).about(&physical.id);
                    changes.push(Change { id, row, said: vec![said] });
                    continue;
                }
                let said = Said::status(ResourceStatus::DeleteInProgress).about(&physical.id);
                row.step = self.begin_step(Action::Delete, physical.clone());
                changes.push(Change { id: id.clone(), row, said: vec![said] });
                works.push((id, physical));
            }
            let unlocks = works.len() < changes.len();
            self.write(changes).await?;
            for (id, physical) in works {
                let Physical { type_name, id: physical_id, properties, .. } = physical;
                self.launch(&id, &type_name, Work::Delete { id: physical_id, properties });
            }
            if !unlocks {
                return Ok(());
            }
        }
    }

    /// What can be deleted now. What could not be deleted keeps what it needs.
    fn deletable(&self) -> Vec<String> {
        let doomed = self.rows.iter().filter(|(_, row)| !row.doomed.is_empty());
        let remaining: BTreeMap<&str, BTreeSet<&str>> = doomed
            .map(|(id, row)| {
                let needs = row.doomed.iter().flat_map(|doomed| doomed.physical.needs.iter().map(String::as_str));
                (id.as_str(), needs.collect())
            })
            .collect();
        let mut ready = plan::deletable(&remaining);
        ready.retain(|id| !self.in_flight.contains(id) && self.outcome(&self.rows[id]).is_none());
        ready.truncate(MOST_AT_ONCE - self.in_flight.len());
        ready
    }

    async fn deleted(&mut self, id: &str, report: Report) -> Result<(), Fault> {
        let mut row = self.rows[id].clone();
        let physical_id = row.doomed.last().map(|doomed| doomed.physical.id.clone()).unwrap_or_default();
        row.step = None;
        let said = match report {
            Report::Failed { reason, denial, .. } => {
                row.outcome = self.ended(true, denial);
                Said::status(ResourceStatus::DeleteFailed).because(reason)
            }
            _ => {
                row.doomed.pop();
                Said::status(ResourceStatus::DeleteComplete)
            }
        };
        self.write(vec![Change { id: id.to_owned(), row, said: vec![said.about(&physical_id)] }]).await
    }
}

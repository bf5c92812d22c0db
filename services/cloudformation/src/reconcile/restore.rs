//! The way back from an update that failed: every resource that it touched as it was.

use super::{
    drive::Turn,
    job::Work,
    run::{Change, MOST_AT_ONCE, Run},
};
use crate::{
    api::ResourceStatus,
    plan,
    state::{Action, Before, Doomed, Physical, Said},
};
use base::Fault;

impl Run {
    pub(super) async fn restore(&mut self) -> Result<(), Fault> {
        self.resume().await?;
        loop {
            self.begin_restoring().await?;
            if self.in_flight.is_empty() {
                return Ok(());
            }
            match self.turn().await {
                Turn::Look => self.look()?,
                Turn::Report(id, report) => self.made(&id, report).await?,
            }
        }
    }

    /// What each touched resource was.
    fn was(&self, id: &str) -> Option<&Physical> {
        match &self.rows.get(id)?.before {
            Before::Was(was) => Some(was),
            _ => None,
        }
    }

    async fn begin_restoring(&mut self) -> Result<(), Fault> {
        loop {
            let touched = self.rows.keys().map(String::as_str).filter(|id| {
                self.was(id).is_some() && !self.in_flight.contains(*id) && self.outcome(&self.rows[*id]).is_none()
            });
            let needs = |id| self.was(id).into_iter().flat_map(|was| was.needs.iter().map(String::as_str));
            let mut ready = plan::makeable(touched, needs, |id| self.was(id).is_none() || self.is_done(id));
            ready.truncate(MOST_AT_ONCE - self.in_flight.len());
            let begun: Vec<_> = ready.iter().map(|id| self.begin_restore(id)).collect();
            let unlocks = begun.iter().any(|(_, work)| work.is_none());
            let (changes, works): (Vec<_>, Vec<_>) = begun.into_iter().unzip();
            self.write(changes).await?;
            for (id, work) in ready.iter().zip(works) {
                let type_name = self.rows[id].type_name.clone();
                work.into_iter().for_each(|work| self.launch(id, &type_name, work));
            }
            if !unlocks {
                return Ok(());
            }
        }
    }

    fn begin_restore(&self, id: &str) -> (Change, Option<Work>) {
        let mut row = self.rows[id].clone();
        let was = self.was(id).cloned().expect("only touched resources are restored");
        let current = row.current.take().unwrap_or_else(|| was.clone());
        let mut said = Vec::new();
        let mut work = None;
        row.type_name.clone_from(&was.type_name);
        row.physical_id.clone_from(&was.id);
        if current.id != was.id {
            row.doomed.push(Doomed { physical: current, is_kept: false });
            row.current = Some(was);
            row.outcome = self.ended(false, None);
            said.push(Said::status(ResourceStatus::UpdateComplete));
        } else if current == was || self.operation.skip.contains(id) {
            said.extend((current != was).then(|| Said::status(ResourceStatus::UpdateComplete)));
            row.current = Some(was);
            row.outcome = self.ended(false, None);
        } else {
            let (old, new) = (current.properties.clone(), was.properties.clone());
            work = Some(Work::Update { id: was.id.clone(), old, new });
            // What was attempted stays known until the way back has succeeded.
            row.current = Some(Physical { is_uncertain: true, ..current });
            said.push(Said::status(ResourceStatus::UpdateInProgress).with_properties(&self.shown(&was.properties)));
            row.step = self.begin_step(Action::Update, was);
        }
        (Change { id: id.to_owned(), row, said }, work)
    }
}

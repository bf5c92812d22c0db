//! One stack's operation, from where it stands to its end.

use super::{Drivers, job::Report, run::Run};
use crate::{
    api::API,
    state::{Cancel, OPERATIONS, OnFailure, Phase},
};
use base::Fault;
use kernel::{Cloud, Scope};
use std::sync::Arc;
use tokio::sync::Notify;

/// How long after a fault of ours (a full disk) the operation is taken up again.
const BACK_OFF_SECONDS: i64 = 2;

pub(super) async fn drive(cloud: Cloud, key: (Scope, String), wake: Arc<Notify>, drivers: Drivers) {
    loop {
        if let Err(fault) = carry_out(&cloud, &key, &wake).await {
            tracing::error!(stack = key.1, %fault, "a stack operation stumbled; it is taken up again");
            cloud.wait_until(cloud.clock().now().plus_secs(BACK_OFF_SECONDS)).await;
            continue;
        }
        // Under the lock, so that an operation that begins now finds either this driver or none.
        let mut drivers = drivers.lock().expect("nothing panics while the list is held");
        let is_more = cloud.read(&API, &key.0, |tx| tx.has(&OPERATIONS, key.1.as_str()));
        if !matches!(is_more, Ok(true)) {
            drivers.remove(&key);
            return;
        }
    }
}

async fn carry_out(cloud: &Cloud, key: &(Scope, String), wake: &Arc<Notify>) -> Result<(), Fault> {
    let Some(mut run) = Run::load(cloud, key, wake).await? else { return Ok(()) };
    loop {
        let next = match run.phase() {
            Phase::Create | Phase::Update => {
                run.make().await?;
                run.after_make().await?
            }
            Phase::Restore => {
                run.restore().await?;
                run.after_restore().await?
            }
            Phase::CleanUp | Phase::CleanUpRestored | Phase::Undo | Phase::Delete => {
                run.clean().await?;
                run.after_clean().await?
            }
        };
        match next {
            Some(next) => run.enter(next).await?,
            None => return Ok(()),
        }
    }
}

/// What ends a wait.
pub(super) enum Turn {
    Report(String, Report),
    /// Someone changed the operation's row, or time is up.
    Look,
}

impl Run {
    /// Waits for a report, for the operation's deadline or for a change of its row.
    pub(super) async fn turn(&mut self) -> Turn {
        let cloud = self.cloud.clone();
        let deadline = self.operation.deadline.filter(|_| self.phase() == Phase::Create && self.failure.is_none());
        let too_late = async move {
            match deadline {
                Some(at) => cloud.wait_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            report = self.reports.recv() => match report {
                Some((id, report)) => {
                    self.in_flight.remove(&id);
                    Turn::Report(id, report)
                }
                // The run itself holds a sender.
                None => Turn::Look,
            },
            () = self.wake.notified() => Turn::Look,
            () = too_late => Turn::Look,
        }
    }

    /// Whether the phase has to stop short: cancelled, or too late.
    pub(super) fn look(&mut self) -> Result<(), Fault> {
        let found = self.cloud.read(&API, &self.scope, |tx| tx.get(&OPERATIONS, self.uuid.as_str()))?;
        if let Some(found) = found {
            self.operation.cancel = found.cancel;
        }
        if self.failure.is_some() || !matches!(self.phase(), Phase::Create | Phase::Update) {
            return Ok(());
        }
        if let Some(cancel) = self.operation.cancel {
            self.failure = Some(match cancel {
                Cancel::RollBack => "User Initiated".to_owned(),
                Cancel::Delete => "Resource creation cancelled".to_owned(),
            });
        } else if self.phase() == Phase::Create && self.operation.deadline.is_some_and(|at| self.now() >= at) {
            self.failure = Some("Stack creation time exceeded the specified timeout. ".to_owned());
        }
        Ok(())
    }

    /// What follows a failure, unless the caller wanted something else.
    pub(super) fn on_failure(&self) -> OnFailure {
        match self.operation.cancel {
            Some(Cancel::Delete) => OnFailure::Delete,
            Some(Cancel::RollBack) => OnFailure::Rollback,
            None => self.operation.on_failure,
        }
    }
}

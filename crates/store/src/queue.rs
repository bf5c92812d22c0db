//! The line in front of the writer thread.
//!
//! Bounded: a write waits, asynchronously, for a free slot before it is taken in; the slot is free again when it is
//! answered. Lazy writes have a line and slots of their own, and ride along with the next batch.

use base::{Fault, FaultKind};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::writer::Work;

/// Writes that may wait or run at a time. Memory is what bounds it, not correctness.
const SLOTS: usize = 4096;
/// Lazy writes that may wait at a time; the writer does not let half of them gather.
const LAZY_SLOTS: usize = 4096;
/// How long a lazy write waits for somebody to ride with.
const LAZY_WAIT: Duration = Duration::from_millis(500);

pub(crate) struct Job {
    pub(crate) work: Box<dyn Work>,
    _slot: OwnedSemaphorePermit,
}

pub(crate) struct Queue {
    line: Mutex<Line>,
    changed: Condvar,
    slots: Arc<Semaphore>,
    lazy_slots: Arc<Semaphore>,
}

#[derive(Default)]
struct Line {
    jobs: VecDeque<Job>,
    lazy: VecDeque<Job>,
    is_nudged: bool,
    is_closed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Urgency {
    Now,
    Lazy,
}

/// What the writer finds when it looks.
pub(crate) enum Next {
    /// There is something to run, or something to mend.
    Work,
    Closed,
}

impl Queue {
    pub(crate) async fn push(&self, work: Box<dyn Work>, urgency: Urgency) -> Result<(), Fault> {
        let slots = if urgency == Urgency::Now { &self.slots } else { &self.lazy_slots };
        let slot = slots.clone().acquire_owned().await.map_err(|_| stopped())?;
        let job = Job { work, _slot: slot };
        let mut line = self.line();
        if line.is_closed {
            return Err(stopped());
        }
        match urgency {
            Urgency::Now => line.jobs.push_back(job),
            Urgency::Lazy => line.lazy.push_back(job),
        }
        self.changed.notify_one();
        Ok(())
    }

    /// Wakes the writer although there is nothing to write.
    pub(crate) fn nudge(&self) {
        self.line().is_nudged = true;
        self.changed.notify_one();
    }

    /// Nothing is taken in from here on; what is in line still runs.
    pub(crate) fn close(&self) {
        self.line().is_closed = true;
        self.slots.close();
        self.lazy_slots.close();
        self.changed.notify_one();
    }

    /// Blocks until there is something for the writer to do.
    pub(crate) fn wait(&self) -> Next {
        let mut line = self.line();
        while !line.is_due() {
            if line.is_closed {
                return Next::Closed;
            }
            if line.lazy.is_empty() {
                line = self.changed.wait(line).expect("the line is only pushed and popped");
                continue;
            }
            // How long a sync may be put off is a matter of the machine's time, not of the model's.
            let waited = self.changed.wait_timeout_while(line, LAZY_WAIT, |line| !line.is_due());
            line = waited.expect("the line is only pushed and popped").0;
            break;
        }
        line.is_nudged = false;
        Next::Work
    }

    /// The next job without waiting; the lazy ones after the others.
    pub(crate) fn pop(&self) -> Option<Job> {
        let mut line = self.line();
        line.jobs.pop_front().or_else(|| line.lazy.pop_front())
    }

    pub(crate) fn len(&self) -> usize {
        let line = self.line();
        line.jobs.len() + line.lazy.len()
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().expect("the line is only pushed and popped")
    }
}

impl Line {
    /// Whether the writer has a reason to begin at once.
    fn is_due(&self) -> bool {
        let are_lazy_due = !self.lazy.is_empty() && (self.is_closed || self.lazy.len() >= LAZY_SLOTS / 2);
        self.is_nudged || !self.jobs.is_empty() || are_lazy_due
    }
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            line: Mutex::default(),
            changed: Condvar::new(),
            slots: Arc::new(Semaphore::new(SLOTS)),
            lazy_slots: Arc::new(Semaphore::new(LAZY_SLOTS)),
        }
    }
}

fn stopped() -> Fault {
    Fault::of(FaultKind::Stopping, "the store is shutting down and takes no more writes")
}

//! The one writer: takes what is in line, runs it, commits it, answers it.

use crate::{
    engine::{Engine, ROWS},
    overlay::{Overlay, Touched},
    queue::{Next, Queue},
    tx::Tx,
    watch::Watches,
};
use base::Fault;
use redb::{StorageError, WriteTransaction};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::oneshot;

/// A batch ends here even if more is in line, so that nobody waits for an endless one.
const BATCH_MAX_JOBS: usize = 2048;
const BATCH_MAX_BYTES: usize = 32 << 20;

/// A write closure on its way: first it runs, later it is answered.
pub(crate) trait Work: Send {
    /// Whether its changes are to be kept.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    fn answer(self: Box<Self>, fate: Result<(), Fault>);
}

pub(crate) struct Closure<F, T, E> {
    body: Option<F>,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Closure<F, T, E> {
    pub(crate) fn new(body: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (answer, receiver) = oneshot::channel();
        (Self { body: Some(body), result: None, answer }, receiver)
    }
}

impl<F, T, E> Work for Closure<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Fault> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let body = self.body.take().expect("the writer runs each job once");
        self.result = Some(body(tx));
        matches!(self.result, Some(Ok(_)))
    }
    fn answer(self: Box<Self>, fate: Result<(), Fault>) {
        let result = match fate {
            Ok(()) => self.result.expect("a job that did not run to its end is answered with a fault"),
            Err(fault) => Err(fault.into()),
        };
        // Whoever asked may be gone. The write stands all the same.
        let _ = self.answer.send(result);
    }
}

pub(crate) fn run(engine: &Arc<Engine>, watches: &Watches) {
    while let Next::Work = engine.queue.wait() {
        // A panic here is a bug of ours or of redb: it costs the batch, whose callers see their answer channel
        // closed, and the database is opened anew.
        if catch_unwind(AssertUnwindSafe(|| batch(engine, watches))).is_err() {
            tracing::error!("the writer panicked; its batch is lost");
            engine.mark_broken();
        }
    }
    engine.close();
}

/// One turn of the writer: everything that is in line, with one commit.
fn batch(engine: &Engine, watches: &Watches) {
    let mut ran = Vec::new();
    let in_line = engine.queue.len();
    let mut touched = Touched::default();
    let fate = match engine.begin_write() {
        Ok(tx) => fill(engine, &tx, &mut ran, &mut touched).and_then(|is_changed| finish(engine, tx, is_changed)),
        Err(fault) => Err(fault),
    };
    if let Err(fault) = &fate {
        tracing::error!(%fault, writes = ran.len(), "rows could not be written");
        if ran.is_empty() {
            refuse(&engine.queue, in_line, fault);
        }
        // So that reads go on even if nobody writes for a while. If it fails, the next request tries again.
        if let Err(fault) = engine.mend() {
            tracing::error!(%fault, "rows could not be opened again");
        }
    } else {
        watches.wake(&touched);
    }
    for Ran { job, own_fate } in ran {
        job.work.answer(fate.clone().and(own_fate));
    }
}

struct Ran {
    job: crate::queue::Job,
    /// A fault that is this job's alone.
    own_fate: Result<(), Fault>,
}

/// Runs what is in line; says whether anything changed.
fn fill(engine: &Engine, tx: &WriteTransaction, ran: &mut Vec<Ran>, touched: &mut Touched) -> Result<bool, Fault> {
    let mut table = tx.open_table(ROWS).map_err(|error| engine.fault("open the rows", error))?;
    let (mut is_changed, mut size_bytes) = (false, 0);
    while ran.len() < BATCH_MAX_JOBS && size_bytes < BATCH_MAX_BYTES {
        let Some(mut job) = engine.queue.pop() else { break };
        let outcome = run_alone(job.work.as_mut(), Tx::new(&table, engine));
        let (overlay, own_fate) = match outcome {
            Ok(overlay) => (overlay, Ok(())),
            Err(fault) => (None, Err(fault)),
        };
        ran.push(Ran { job, own_fate });
        if let Some(overlay) = overlay.filter(|overlay| !overlay.is_empty()) {
            is_changed = true;
            size_bytes += overlay.size_bytes();
            let applied: Result<(), StorageError> = overlay.apply(&mut table, touched);
            applied.map_err(|error| engine.fault("write rows", error))?;
        }
    }
    Ok(is_changed)
}

/// Runs one closure over what those before it left. What it wrote, if it is to be kept.
fn run_alone(work: &mut dyn Work, mut tx: Tx<'_>) -> Result<Option<Overlay>, Fault> {
    match catch_unwind(AssertUnwindSafe(|| work.run(&mut tx))) {
        Ok(true) => Ok(Some(tx.into_overlay())),
        Ok(false) => Ok(None),
        Err(panic) => Err(Fault::internal(format!("a write panicked: {}", panic_text(panic.as_ref())))),
    }
}

fn finish(engine: &Engine, tx: WriteTransaction, is_changed: bool) -> Result<(), Fault> {
    if is_changed {
        tx.commit().map_err(|error| engine.fault("commit rows", error))
    } else {
        tx.abort().map_err(|error| engine.fault("end a write that changed nothing", error))
    }
}

/// There is no database to run them over. Those who came in the meantime get a try of their own.
fn refuse(queue: &Queue, in_line: usize, fault: &Fault) {
    for job in (0..in_line).map_while(|_| queue.pop()) {
        job.work.answer(Err(fault.clone()));
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no text)")
}

//! Where an invocation and the runtime meet: what the Runtime API hands out and takes in.

use bytes::Bytes;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, oneshot};

/// An invocation, as the runtime is told of it.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) request_id: String,
    pub(super) payload: Bytes,
    pub(super) invoked_arn: String,
    pub(super) trace_id: String,
    pub(super) client_context: Option<String>,
    pub(super) reply: oneshot::Sender<Reply>,
}

/// What the runtime made of it.
#[derive(Clone, Debug)]
pub(super) enum Reply {
    Response(Bytes),
    Error(Bytes),
}

#[derive(Debug, Default)]
pub(super) struct Port {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    job: Option<Job>,
    /// The invocation that the runtime works on.
    taken: Option<(String, oneshot::Sender<Reply>)>,
    is_ready: bool,
    init_error: Option<Bytes>,
}

/// How initialisation ended.
#[derive(Debug)]
pub(super) enum Ready {
    Yes,
    Failed(Bytes),
}

impl Port {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    async fn until<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the look, so that no change is missed between.
            changed.as_mut().enable();
            if let Some(found) = look(&mut self.state()) {
                return found;
            }
            changed.await;
        }
    }

    pub(super) fn offer(&self, job: Job) {
        self.state().job = Some(job);
        self.changed.notify_waiters();
    }
    /// Returns when the runtime asked for work for the first time, or said that it cannot.
    pub(super) async fn ready(&self) -> Ready {
        self.until(|state| match (&state.init_error, state.is_ready) {
            (Some(error), _) => Some(Ready::Failed(error.clone())),
            (None, true) => Some(Ready::Yes),
            (None, false) => None,
        })
        .await
    }

    /// The runtime asks for work; waits until there is some. Asking again before answering is asking for the same.
    pub(super) async fn next(&self) -> Job {
        self.state().is_ready = true;
        self.changed.notify_waiters();
        self.until(|state| state.job.take()).await
    }
    /// The runtime has what it asked for.
    pub(super) fn take(&self, request_id: String, reply: oneshot::Sender<Reply>) {
        self.state().taken = Some((request_id, reply));
    }
    pub(super) fn is_current(&self, request_id: &str) -> bool {
        self.state().taken.as_ref().is_some_and(|(current, _)| current == request_id)
    }
    /// `false`: that is not what the runtime works on.
    pub(super) fn reply(&self, request_id: &str, reply: Reply) -> bool {
        let mut state = self.state();
        match state.taken.take_if(|(current, _)| current == request_id) {
            // Nobody waits any more when the invocation has timed out.
            Some((_, waiting)) => {
                let _ = waiting.send(reply);
                true
            }
            None => false,
        }
    }
    pub(super) fn fail_init(&self, error: Bytes) {
        self.state().init_error = Some(error);
        self.changed.notify_waiters();
    }
}

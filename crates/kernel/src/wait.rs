//! Waiting by the injected clock.

use base::{Clock, Timestamp};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Wakes those who wait when the clock is moved.
#[derive(Clone, Debug)]
pub(crate) struct Alarm {
    clock: Clock,
    moved: Arc<Notify>,
}

/// The longest that a wait sleeps before it looks at the clock again.
const LONGEST_NAP: Duration = Duration::from_secs(3600);

impl Alarm {
    pub(crate) fn new(clock: Clock) -> Self {
        let moved = Arc::new(Notify::new());
        let notify = moved.clone();
        clock.on_move(move || notify.notify_waiters());
        Self { clock, moved }
    }

    pub(crate) async fn until(&self, at: Timestamp) {
        loop {
            let moved = self.moved.notified();
            tokio::pin!(moved);
            // Registered before the look, so that no move is missed between.
            moved.as_mut().enable();
            let left = at.millis_since(self.clock.now());
            if left <= 0 {
                return;
            }
            if self.clock.is_still() {
                moved.await;
                continue;
            }
            let nap = Duration::from_millis(left.unsigned_abs()).min(LONGEST_NAP);
            #[expect(clippy::disallowed_methods, reason = "this is where the injected clock meets the runtime's")]
            let sleep = tokio::time::sleep(nap);
            tokio::select! { () = moved => {}, () = sleep => {} }
        }
    }
}

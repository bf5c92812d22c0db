//! Being woken after commits. A watch says that something changed, never what: who is woken looks for itself.

use crate::{overlay::Touched, read::KeyRange};
use std::{
    fmt, mem,
    sync::{Arc, Mutex, Weak},
};
use tokio::sync::Notify;

/// A subscription; it ends when it is dropped. Wakes that nobody has waited for yet count as one.
#[derive(Debug)]
pub struct Watch(Arc<Notify>);

impl Watch {
    /// Returns after the next commit that touched what is watched, or at once if there was one since the last time.
    pub async fn changed(&self) {
        self.0.notified().await;
    }
}

#[derive(Default)]
pub(crate) struct Watches(Mutex<Vec<Entry>>);

struct Entry {
    wanted: Wanted,
    wake: Weak<Notify>,
}

pub(crate) enum Wanted {
    Prefix(KeyRange),
    Keys(IsWanted),
}

pub(crate) type IsWanted = Box<dyn Fn(&[u8]) -> bool + Send + Sync>;

impl Watches {
    pub(crate) fn add(&self, wanted: Wanted) -> Watch {
        let notify = Arc::new(Notify::new());
        let entry = Entry { wanted, wake: Arc::downgrade(&notify) };
        self.0.lock().expect("no one panics while holding the list").push(entry);
        Watch(notify)
    }

    pub(crate) fn wake(&self, touched: &Touched) {
        if touched.keys.is_empty() && touched.cleared.is_empty() {
            return;
        }
        // Predicates are foreign code: they run on a list that nobody else can see, not under the lock.
        let mut entries = mem::take(&mut *self.0.lock().expect("no one panics while holding the list"));
        entries.retain(|entry| match entry.wake.upgrade() {
            Some(wake) => {
                if entry.wanted.is_in(touched) {
                    wake.notify_one();
                }
                true
            }
            None => false,
        });
        self.0.lock().expect("no one panics while holding the list").append(&mut entries);
    }
}

impl Wanted {
    fn is_in(&self, touched: &Touched) -> bool {
        match self {
            Self::Prefix(range) => {
                touched.keys.range::<[u8], _>(range.bounds()).next().is_some()
                    || touched.cleared.iter().any(|cleared| cleared.overlaps(range))
            }
            Self::Keys(is_wanted) => !touched.cleared.is_empty() || touched.keys.iter().any(|key| is_wanted(key)),
        }
    }
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watches")
    }
}

//! What the edge remembers: answers by key, within a bound of bytes, the least recently used given up first.
//!
//! An answer that was asked for before an invalidation and arrives after it is not kept: every distribution has an
//! epoch, which an invalidation ends.

use super::pattern::invalidates;
use base::Timestamp;
use http::{HeaderMap, StatusCode};
use shape::Bytes;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard},
};

/// All that is kept together, and the largest single answer.
const MOST_BYTES: usize = 64 << 20;
pub(crate) const MOST_BODY_BYTES: usize = 1 << 20;

/// What an entry costs beside its body: key, headers and their maps, roughly.
const OVERHEAD_BYTES: usize = 2048;

#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    slots: HashMap<Arc<str>, Slot>,
    /// Keys by their last use, the oldest first.
    by_use: BTreeMap<u64, Arc<str>>,
    uses: u64,
    bytes: usize,
    epochs: HashMap<String, u64>,
}

#[derive(Debug)]
struct Slot {
    used: u64,
    entry: Arc<Entry>,
}

/// One answer.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) distribution: String,
    /// With the part of the query that it is cached by: what invalidations name.
    pub(crate) path: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) since: Timestamp,
    pub(crate) fresh_until: Timestamp,
}

impl Cache {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("keeping answers does not panic")
    }

    /// The answer under `key`, be it fresh or stale.
    pub(crate) fn find(&self, key: &str) -> Option<Arc<Entry>> {
        let mut inner = self.inner();
        let Inner { slots, by_use, uses, .. } = &mut *inner;
        let (key, _) = slots.get_key_value(key)?;
        let key = key.clone();
        let slot = slots.get_mut(&key)?;
        by_use.remove(&slot.used);
        *uses += 1;
        slot.used = *uses;
        by_use.insert(*uses, key);
        Some(slot.entry.clone())
    }

    /// To be asked before the origin is.
    pub(crate) fn epoch(&self, distribution: &str) -> u64 {
        self.inner().epochs.get(distribution).copied().unwrap_or(0)
    }

    /// Keeps an answer that was asked for in `epoch`.
    pub(crate) fn keep(&self, key: &str, entry: Entry, epoch: u64) {
        let size = entry.body.len() + key.len() + OVERHEAD_BYTES;
        let mut inner = self.inner();
        if inner.epochs.get(&entry.distribution).copied().unwrap_or(0) != epoch {
            return;
        }
        inner.forget(key);
        inner.uses += 1;
        let (used, key) = (inner.uses, Arc::<str>::from(key));
        inner.by_use.insert(used, key.clone());
        inner.slots.insert(key, Slot { used, entry: Arc::new(entry) });
        inner.bytes += size;
        while inner.bytes > MOST_BYTES {
            let Some(oldest) = inner.by_use.values().next().cloned() else { break };
            inner.forget(&oldest);
        }
    }

    pub(crate) fn invalidate(&self, distribution: &str, patterns: &[String]) {
        let mut inner = self.inner();
        *inner.epochs.entry(distribution.to_owned()).or_default() += 1;
        let is_gone = |entry: &Entry| {
            entry.distribution == distribution && patterns.iter().any(|pattern| invalidates(pattern, &entry.path))
        };
        let gone: Vec<_> =
            inner.slots.iter().filter(|(_, slot)| is_gone(&slot.entry)).map(|(key, _)| key.clone()).collect();
        for key in gone {
            inner.forget(&key);
        }
    }
}

impl Inner {
    fn forget(&mut self, key: &str) {
        if let Some(slot) = self.slots.remove(key) {
            self.by_use.remove(&slot.used);
            self.bytes -= slot.entry.body.len() + key.len() + OVERHEAD_BYTES;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, size: usize) -> Entry {
        Entry {
            distribution: "E1".into(),
            path: path.into(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; size]),
            since: Timestamp::from_secs(0),
            fresh_until: Timestamp::from_secs(10),
        }
    }

    #[test]
    fn what_was_not_used_for_longest_is_given_up_first() {
        let cache = Cache::default();
        let half = MOST_BYTES / 2 - 2 * OVERHEAD_BYTES;
        cache.keep("one", entry("/one", half), 0);
        cache.keep("two", entry("/two", half), 0);
        assert!(cache.find("one").is_some());
        cache.keep("three", entry("/three", half), 0);
        assert!(cache.find("two").is_none());
        assert!(cache.find("one").is_some() && cache.find("three").is_some());
        assert!(cache.inner().bytes <= MOST_BYTES);
    }

    #[test]
    fn an_answer_from_before_an_invalidation_is_not_kept_after_it() {
        let cache = Cache::default();
        let epoch = cache.epoch("E1");
        cache.keep("one", entry("/one", 1), epoch);
        cache.invalidate("E1", &["/o*".into()]);
        assert!(cache.find("one").is_none());
        cache.keep("one", entry("/one", 1), epoch);
        assert!(cache.find("one").is_none());
        let inner = cache.inner();
        assert_eq!((inner.bytes, inner.by_use.len()), (0, 0));
    }
}

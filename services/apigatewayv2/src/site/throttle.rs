//! Rates and bursts, where a stage sets them: one token bucket per route.

use super::Journey;
use crate::state::Stage;
use base::Timestamp;
use std::{collections::HashMap, sync::Mutex};

/// More routes than this with buckets and they begin anew, full.
const MOST_BUCKETS: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Buckets(Mutex<HashMap<(String, String, String), Bucket>>);

#[derive(Clone, Copy, Debug)]
struct Bucket {
    tokens: f64,
    at: Timestamp,
}

impl Buckets {
    /// Whether the stage's limits let this request pass.
    pub(super) fn admit(&self, journey: &Journey<'_>, stage: &Stage, now: Timestamp) -> bool {
        let own = stage.route_settings.get(&journey.route.key);
        let default = &stage.default_settings;
        let burst = own.and_then(|own| own.burst_limit).or(default.burst_limit);
        let rate = own.and_then(|own| own.rate_limit).or(default.rate_limit);
        let (burst, rate) = match (burst, rate) {
            (None, None) => return true,
            (burst, rate) => (burst.map_or_else(|| rate.unwrap_or(0.0).max(1.0), f64::from), rate.unwrap_or(f64::MAX)),
        };
        let request = journey.request;
        let key = (request.api.to_owned(), request.stage.to_owned(), journey.route.key.clone());
        let mut buckets = self.0.lock().expect("nothing panics under this lock");
        if buckets.len() >= MOST_BUCKETS {
            buckets.clear();
        }
        let bucket = buckets.entry(key).or_insert(Bucket { tokens: burst, at: now });
        #[expect(clippy::cast_precision_loss, reason = "milliseconds between two requests")]
        let passed_secs = now.millis_since(bucket.at).max(0) as f64 / 1000.0;
        bucket.tokens = (bucket.tokens + passed_secs * rate).min(burst);
        bucket.at = now;
        let is_admitted = bucket.tokens >= 1.0;
        if is_admitted {
            bucket.tokens -= 1.0;
        }
        is_admitted
    }
}

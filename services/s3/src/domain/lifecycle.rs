//! Lifecycle rules: what is due for the versions of one key. AWS counts in days and acts at the midnight (UTC) that
//! follows.

use crate::state::Version;
use api_s3::{ExpirationStatus, LifecycleRule, Tag, Transition};
use base::Timestamp;

const DAY_SECS: i64 = 86_400;

/// What is to be done to a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// The newest version: delete it as a client would, so that a marker hides it where versions are kept.
    Expire,
    /// For good: an older version, or a marker with nothing below it.
    Remove(String),
    Transition(String, String),
}

/// What is due for a key, given its versions, newest first. At most one thing per version.
pub(crate) fn due(rules: &[LifecycleRule], key: &str, stack: &[Version], now: Timestamp) -> Vec<Due> {
    let mut all = Vec::new();
    for (depth, version) in stack.iter().enumerate() {
        let mut matching = rules.iter().filter(|rule| applies(rule, key, version));
        let found = if depth == 0 {
            let is_alone = stack.len() == 1;
            let expired = matching.clone().find_map(|rule| newest(rule, version, is_alone, now));
            expired.or_else(|| matching.find_map(|rule| move_newest(rule, version, now)))
        } else {
            // AWS: NewerNoncurrentVersions counts those between this one and the newest.
            let newer = depth - 1;
            let removed = matching.clone().find_map(|rule| remove_older(rule, version, newer, now));
            removed.or_else(|| matching.find_map(|rule| move_older(rule, version, newer, now)))
        };
        all.extend(found);
    }
    all
}

/// Whether an upload that began then is to be given up.
pub(crate) fn is_upload_due(rules: &[LifecycleRule], key: &str, initiated: Timestamp, now: Timestamp) -> bool {
    rules.iter().any(|rule| {
        let days = rule.abort_incomplete_multipart_upload.as_ref().and_then(|abort| abort.days_after_initiation);
        is_enabled(rule) && key.starts_with(prefix(rule)) && days.is_some_and(|days| midnight(initiated, days) <= now)
    })
}

fn newest(rule: &LifecycleRule, version: &Version, is_alone: bool, now: Timestamp) -> Option<Due> {
    let expiration = rule.expiration.as_ref()?;
    if version.object.is_none() {
        let is_due = is_alone
            && (expiration.expired_object_delete_marker == Some(true)
                || expiration.days.is_some_and(|days| midnight(version.modified, days) <= now));
        return is_due.then(|| Due::Remove(version.id.clone()));
    }
    let by_days = expiration.days.is_some_and(|days| midnight(version.modified, days) <= now);
    let by_date = expiration.date.is_some_and(|date| date <= now);
    (by_days || by_date).then_some(Due::Expire)
}

fn move_newest(rule: &LifecycleRule, version: &Version, now: Timestamp) -> Option<Due> {
    let is_due = |step: &&Transition| {
        step.days.is_some_and(|days| midnight(version.modified, days) <= now)
            || step.date.is_some_and(|date| date <= now)
    };
    // The step that comes last is the one that counts.
    let steps = rule.transitions.as_deref().unwrap_or_default();
    let step = steps.iter().filter(is_due).max_by_key(|step| (step.days, step.date))?;
    transition(version, step.storage_class?.as_str())
}

fn remove_older(rule: &LifecycleRule, version: &Version, newer: usize, now: Timestamp) -> Option<Due> {
    let expiration = rule.noncurrent_version_expiration.as_ref()?;
    let is_due = midnight(version.noncurrent_since?, expiration.noncurrent_days?) <= now
        && is_deep(newer, expiration.newer_noncurrent_versions);
    is_due.then(|| Due::Remove(version.id.clone()))
}

fn move_older(rule: &LifecycleRule, version: &Version, newer: usize, now: Timestamp) -> Option<Due> {
    let since = version.noncurrent_since?;
    let steps = rule.noncurrent_version_transitions.as_deref().unwrap_or_default();
    let due = steps.iter().filter(|step| {
        step.noncurrent_days.is_some_and(|days| midnight(since, days) <= now)
            && is_deep(newer, step.newer_noncurrent_versions)
    });
    transition(version, due.max_by_key(|step| step.noncurrent_days)?.storage_class?.as_str())
}

fn transition(version: &Version, class: &str) -> Option<Due> {
    let object = version.object.as_ref()?;
    let is_there = object.about.storage_class.as_deref() == Some(class);
    (!is_there).then(|| Due::Transition(version.id.clone(), class.to_owned()))
}

fn is_deep(newer: usize, kept: Option<i32>) -> bool {
    newer >= usize::try_from(kept.unwrap_or(0)).unwrap_or(0)
}

fn is_enabled(rule: &LifecycleRule) -> bool {
    rule.status == ExpirationStatus::Enabled
}

fn prefix(rule: &LifecycleRule) -> &str {
    let filter = rule.filter.as_ref();
    let and = filter.and_then(|filter| filter.and.as_ref());
    let all = [
        rule.prefix.as_deref(),
        filter.and_then(|filter| filter.prefix.as_deref()),
        and.and_then(|and| and.prefix.as_deref()),
    ];
    all.into_iter().flatten().next().unwrap_or_default()
}

fn applies(rule: &LifecycleRule, key: &str, version: &Version) -> bool {
    if !is_enabled(rule) || !key.starts_with(prefix(rule)) {
        return false;
    }
    let Some(filter) = &rule.filter else { return true };
    let and = filter.and.as_ref();
    let wanted: Vec<&Tag> = filter.tag.iter().chain(and.iter().flat_map(|and| and.tags.iter().flatten())).collect();
    let over = filter.object_size_greater_than.or(and.and_then(|and| and.object_size_greater_than));
    let under = filter.object_size_less_than.or(and.and_then(|and| and.object_size_less_than));
    let Some(object) = &version.object else { return wanted.is_empty() && over.is_none() && under.is_none() };
    let size = i64::try_from(object.size_bytes).unwrap_or(i64::MAX);
    wanted.iter().all(|tag| object.about.tags.iter().any(|(key, value)| *key == tag.key && *value == tag.value))
        && over.is_none_or(|over| size > over)
        && under.is_none_or(|under| size < under)
}

/// The midnight that follows `days` after `at`.
pub(crate) fn midnight(at: Timestamp, days: i32) -> Timestamp {
    let millis = at.millis() + i64::from(days) * DAY_SECS * 1000;
    Timestamp::from_secs(-(-millis).div_euclid(DAY_SECS * 1000) * DAY_SECS)
}

/// The next midnight, strictly after `now`.
pub(crate) fn next_midnight(now: Timestamp) -> Timestamp {
    Timestamp::from_secs((now.secs().div_euclid(DAY_SECS) + 1) * DAY_SECS)
}

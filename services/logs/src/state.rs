//! What the service keeps: groups, streams, events; and how they are named.

use crate::Logs;
use api_logs::errors;
use base::{Arn, Fault, Timestamp};
use kernel::{Call, Directory, Outcome, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use shape::Map;

/// One row per log group, by name.
pub(crate) const GROUPS: Rows<String, Group> = Rows::new("group");

/// One row per stream, by group and name, so that a group's streams are one scan.
pub(crate) const STREAMS: Rows<(String, String), Stream> = Rows::new("stream");

/// One row per event, by group, stream, time and arrival: the order in which a stream is read.
pub(crate) const EVENTS: Rows<EventKey, Event> = Rows::new("event");

pub(crate) type EventKey = (String, String, i64, u64);

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) created: Timestamp,
    pub(crate) retention_days: Option<i32>,
    pub(crate) class: String,
    pub(crate) is_protected: bool,
    pub(crate) tags: Map<String>,
    pub(crate) stored_bytes: u64,
    /// How many events were ever put: the next one's number.
    pub(crate) events: u64,
}
impl Record for Group {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) created: Timestamp,
    pub(crate) first_event: Option<i64>,
    pub(crate) last_event: Option<i64>,
    pub(crate) last_ingestion: Option<Timestamp>,
}
impl Record for Stream {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) message: String,
    pub(crate) ingested: Timestamp,
}
impl Record for Event {}

/// AWS counts this much for an event besides its message.
pub(crate) const EVENT_OVERHEAD_BYTES: usize = 26;

const DAY_MS: i64 = 86_400_000;

impl Group {
    /// Events before this time have expired.
    pub(crate) fn expiry(&self, now: Timestamp) -> i64 {
        self.retention_days.map_or(i64::MIN, |days| now.millis() - i64::from(days) * DAY_MS)
    }
}

pub(crate) fn group(tx: &Tx<'_>, name: &str) -> Outcome<Group> {
    tx.get(&GROUPS, name.to_owned())?.ok_or_else(no_group)
}

pub(crate) fn no_group() -> shape::ApiError {
    errors::resource_not_found_exception("The specified log group does not exist.")
}

pub(crate) fn stream(tx: &Tx<'_>, group: &str, name: &str) -> Outcome<Stream> {
    let found = tx.get(&STREAMS, (group.to_owned(), name.to_owned()))?;
    found.ok_or_else(|| errors::resource_not_found_exception("The specified log stream does not exist."))
}

/// `arn:aws:logs:us-east-1:000000000000:log-group:NAME`
pub(crate) fn group_arn(scope: &Scope, name: &str) -> Arn {
    Arn::new("logs", scope.region.as_str(), scope.account.as_str(), format!("log-group:{name}"))
}

/// What policies are asked about. AWS: operations on a group ask about its streams, so that a policy has to end in `:*`.
pub(crate) fn streams_arn(call: &Call, group: &str) -> Arn {
    stream_arn(call, group, "")
}

pub(crate) fn stream_arn(call: &Call, group: &str, stream: &str) -> Arn {
    call.arn("logs", format_args!("log-group:{group}:log-stream:{stream}"))
}

/// A group as callers name it, by name or by ARN, and where it is.
#[derive(Clone, Debug)]
pub(crate) struct GroupName {
    pub(crate) scope: Scope,
    pub(crate) name: String,
}

impl GroupName {
    /// From the two members of which exactly one has to be given.
    pub(crate) fn of(call: &Call, name: Option<&str>, identifier: Option<&str>) -> Outcome<Self> {
        match (name, identifier) {
            (Some(given), None) | (None, Some(given)) => Ok(Self::parse(call, given)),
            (Some(_), Some(_)) => Err(errors::invalid_parameter_exception(
                "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
            )),
            (None, None) => {
                Err(errors::invalid_parameter_exception("Exactly one of LogGroupName, LogGroupIdentifier is required."))
            }
        }
    }

    fn parse(call: &Call, given: &str) -> Self {
        let here = Scope::new(&call.account, &call.region);
        match given.parse::<Arn>() {
            Ok(arn) => {
                Self { name: name_in(&arn).unwrap_or_default().to_owned(), scope: scope_of(&arn).unwrap_or(here) }
            }
            Err(_) => Self { name: given.to_owned(), scope: here },
        }
    }

    /// What policies are asked about.
    pub(crate) fn resource(&self, stream: &str) -> Arn {
        let mut arn = group_arn(&self.scope, &self.name);
        arn.resource.push_str(&format!(":log-stream:{stream}"));
        arn
    }
}

/// The group's name in an ARN of it or of its streams, with or without `:*`.
pub(crate) fn name_in(arn: &Arn) -> Option<&str> {
    arn.resource.strip_prefix("log-group:")?.split(':').next()
}

fn scope_of(arn: &Arn) -> Option<Scope> {
    let account = base::AccountId::new(&*arn.account)?;
    Some(Scope::new(&account, &base::Region::new(&*arn.region)))
}

impl Directory for Logs {
    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let Some(name) = name_in(resource) else { return Ok(Vec::new()) };
        let group = tx.get(&GROUPS, name.to_owned())?;
        Ok(group.map(|group| group.tags.into_iter().collect()).unwrap_or_default())
    }
}

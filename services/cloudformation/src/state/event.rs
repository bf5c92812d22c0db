//! What a stack's operations did, in order.

use super::{Resource, STACKS, Stack};
use api_cloudformation::{ResourceStatus, StackStatus};
use base::{Fault, Timestamp};
use kernel::{Order, Record, Rows, Tx};
use serde::{Deserialize, Serialize};
use std::ops::Bound;

/// Events by stack and number: the newest is the last.
pub(crate) const EVENTS: Rows<(String, u64), Event> = Rows::new("event");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) type_name: String,
    pub(crate) at: Timestamp,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) properties: Option<String>,
    pub(crate) token: Option<String>,
}
impl Record for Event {}

const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

/// What an event says beyond its subject.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) status: ResourceStatus,
    pub(crate) reason: Option<String>,
    pub(crate) properties: Option<String>,
    pub(crate) physical_id: Option<String>,
}

impl Said {
    pub(crate) fn status(status: ResourceStatus) -> Self {
        Self { status, reason: None, properties: None, physical_id: None }
    }
    #[must_use]
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
    #[must_use]
    pub(crate) fn with_properties(mut self, properties: &str) -> Self {
        self.properties = Some(properties.to_owned());
        self
    }
    /// About another thing than the resource's own, such as the one that it replaced.
    #[must_use]
    pub(crate) fn about(mut self, physical_id: &str) -> Self {
        self.physical_id = Some(physical_id.to_owned());
        self
    }
}

/// Adds an event. Timestamps of one stack do not run backwards. Answers with the event's own.
fn record(tx: &mut Tx<'_>, uuid: &str, mut event: Event) -> Result<Timestamp, Fault> {
    let last = {
        let from: Bound<(&str, u64)> = Bound::Unbounded;
        tx.scan_from(&EVENTS, (uuid,), from, Order::Backward).next().transpose()?
    };
    let number = last.as_ref().map_or(1, |((_, number), _)| number + 1);
    if let Some((_, last)) = &last {
        event.at = event.at.max(last.at);
    }
    if event.id.is_empty() {
        event.id = id_of(&event);
    }
    tx.put(&EVENTS, (uuid, number), &event)?;
    Ok(event.at)
}

/// `Table-CREATE_COMPLETE-2026-01-01T00:00:00.000Z`
fn id_of(event: &Event) -> String {
    format!("{}-{}-{}", event.logical_id, event.status, event.at.iso_millis())
}

/// Gives a resource a status and says so in an event. The row is changed, not put.
pub(crate) fn say(
    tx: &mut Tx<'_>,
    uuid: &str,
    (logical_id, row): (&str, &mut Resource),
    said: Said,
    (now, token): (Timestamp, Option<&str>),
) -> Result<(), Fault> {
    let event = Event {
        id: String::new(),
        logical_id: logical_id.to_owned(),
        physical_id: said.physical_id.unwrap_or_else(|| row.physical_id.clone()),
        type_name: row.type_name.clone(),
        // Clients tell events apart by their ids, which hold the time: no two of a resource share one.
        at: now.max(row.changed.plus_millis(1)),
        status: said.status.to_string(),
        reason: said.reason.clone(),
        properties: said.properties,
        token: token.map(str::to_owned),
    };
    row.changed = record(tx, uuid, event)?;
    row.status = said.status.to_string();
    row.reason = said.reason;
    Ok(())
}

impl Stack {
    /// Sets the stack's status and says so in an event.
    pub(crate) fn become_status(
        &mut self,
        tx: &mut Tx<'_>,
        status: StackStatus,
        reason: Option<&str>,
        (at, event_id, token): (Timestamp, String, Option<&str>),
    ) -> Result<(), Fault> {
        self.set_status(status, reason);
        tx.put(&STACKS, self.uuid.as_str(), self)?;
        let event = Event {
            id: event_id,
            logical_id: self.name.clone(),
            physical_id: self.id.clone(),
            type_name: STACK_TYPE.into(),
            at,
            status: status.to_string(),
            reason: reason.map(str::to_owned),
            properties: None,
            token: token.map(str::to_owned),
        };
        record(tx, &self.uuid, event).map(drop)
    }
}

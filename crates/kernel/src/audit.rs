//! The record of every call: what CloudTrail shows, and why a call was denied.
//!
//! A write's record is part of its transaction. The records of reads, refusals and denials follow within a second and
//! cost no disk sync of their own. Data events (GetItem, PutObject, Invoke) are recorded only when they are denied:
//! on AWS, too, they are recorded only where a trail asks for them.

use crate::{Call, Cloud, Scope, Tx, tx::KERNEL};
use base::{AccountId, Fault, Region, Timestamp};
use policy::{Decision, Principal};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shape::{ApiError, OperationSpec, Value};
use std::ops::Bound;
use store::{Order, Record, Rows};

/// The service whose rows the events are, so that CloudTrail can read them.
pub const SERVICE: &str = "cloudtrail";

/// One row per recorded call, by time and event id, so that a look-up is one scan backwards.
pub const EVENTS: Rows<(Timestamp, String), Event> = Rows::new("event");

/// One row per denied call, over all accounts, in the order in which they happened: time can be moved back.
const DENIALS: Rows<(u64, String), Denial> = Rows::new("denied");

/// AWS keeps the event history of an account for this long.
const EVENT_DAYS: i64 = 90;
const DENIAL_DAYS: i64 = 7;

/// A recorded call.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub event_id: String,
    pub time: Timestamp,
    /// `CreateTable`
    pub name: String,
    /// `dynamodb.amazonaws.com`
    pub source: String,
    pub principal: Principal,
    pub account: String,
    pub region: String,
    pub access_key_id: String,
    pub source_ip: String,
    pub user_agent: String,
    pub invoked_by: Option<String>,
    pub request_id: String,
    pub is_read_only: bool,
    /// As JSON texts, sensitive members hidden.
    pub request: Option<String>,
    pub response: Option<String>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    /// What the call touched, as far as its access says.
    pub resources: Vec<String>,
}
impl Record for Event {}

/// A call that was not allowed, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Denial {
    pub time: Timestamp,
    pub request_id: String,
    pub principal: Principal,
    pub action: String,
    pub resource: String,
    pub decision: Decision,
}
impl Record for Denial {}

impl Denial {
    pub(crate) fn new(call: &Call, action: &str, resource: &str, decision: Decision) -> Self {
        Self {
            time: call.now,
            request_id: call.request_id.clone(),
            principal: call.principal.clone(),
            action: action.into(),
            resource: resource.into(),
            decision,
        }
    }
}

/// An event on its way.
#[derive(Clone, Debug)]
pub(crate) struct Draft(Event);

impl Draft {
    pub(crate) fn begin(spec: &OperationSpec, call: &Call, input: &Value) -> Self {
        let request = match input.describe(spec.input) {
            Json::Object(members) if members.is_empty() => None,
            json => Some(json.to_string()),
        };
        let region = if spec.api.is_global { "us-east-1" } else { call.region.as_str() };
        Self(Event {
            event_id: call.entropy.uuid(),
            time: call.now,
            name: spec.name.into(),
            source: format!("{}.amazonaws.com", spec.api.action_prefix),
            principal: call.principal.clone(),
            account: call.account.to_string(),
            region: region.into(),
            access_key_id: call.access_key_id.clone(),
            source_ip: call.source_ip.clone(),
            user_agent: call.user_agent.clone(),
            invoked_by: call.invoked_by.clone(),
            request_id: call.request_id.clone(),
            is_read_only: spec.is_read_only,
            request,
            response: None,
            error_code: None,
            error_message: None,
            resources: Vec::new(),
        })
    }
    pub(crate) fn touching(&mut self, resources: impl Iterator<Item = String>) {
        self.0.resources = resources.filter(|resource| resource != "*").collect();
    }
    #[must_use]
    pub(crate) fn answered(mut self, spec: &OperationSpec, output: &Value) -> Self {
        // CloudTrail shows answers of calls that change something.
        if !spec.is_read_only {
            self.0.response = match output.describe(spec.output) {
                Json::Object(members) if members.is_empty() => None,
                json => Some(json.to_string()),
            };
        }
        self
    }
    #[must_use]
    pub(crate) fn failed(mut self, error: &ApiError) -> Self {
        self.0.error_code = Some(error.code.into());
        self.0.error_message = Some(error.message.clone());
        self
    }
    pub(crate) fn put(&self, tx: &mut Tx<'_>) -> Result<(), Fault> {
        let event = &self.0;
        let scope = Scope { account: tx.scope().account.clone(), region: Region::new(&*event.region) };
        let mut tx = tx.in_scope(&scope);
        tx.of_service(SERVICE).put(&EVENTS, (event.time, event.event_id.clone()), event)
    }
}

impl Cloud {
    /// Records without waiting.
    pub(crate) async fn record(&self, draft: Draft, call: &Call) {
        let scope = Scope::new(&call.account, &call.region);
        let written = self.store().write_lazily(move |tx| draft.put(&mut Tx::write(tx, SERVICE, scope))).await;
        if let Err(fault) = written {
            tracing::error!(%fault, "a call could not be recorded");
        }
    }

    pub(crate) fn note_denial(&self, denial: Denial) {
        let cloud = self.clone();
        // Named tasks end before the model stops, so the note is not lost.
        drop(self.spawn("note a denial", async move {
            let written = cloud.store().write_lazily(move |tx| {
                let mut kernel = Tx::write(tx, KERNEL, Scope::shared());
                let key = (next_number(&kernel, &DENIALS)?, denial.request_id.clone());
                kernel.put(&DENIALS, key, &denial)
            });
            if let Err(fault) = written.await {
                tracing::error!(%fault, "a denial could not be noted");
            }
        }));
    }

    /// The latest denials, or the one of a request.
    pub fn denials(&self, request_id: Option<&str>, most: usize) -> Result<Vec<Denial>, Fault> {
        let snapshot = self.store().snapshot()?;
        let tx = Tx::snapshot(&snapshot, KERNEL, Scope::shared());
        let all = tx.scan_from(&DENIALS, (), Bound::<(u64, String)>::Unbounded, Order::Backward);
        all.filter(|row| match (row, request_id) {
            (Ok((key, _)), Some(wanted)) => key.1 == wanted,
            _ => true,
        })
        .take(most)
        .map(|row| row.map(|(_, denial)| denial))
        .collect()
    }

    /// The latest recorded call that was signed with this key, in whatever region.
    pub fn last_event_of_key(&self, account: &AccountId, access_key_id: &str) -> Result<Option<Event>, Fault> {
        let snapshot = self.store().snapshot()?;
        let scopes = Tx::snapshot(&snapshot, KERNEL, Scope::shared()).scopes()?;
        let mut latest: Option<Event> = None;
        for scope in scopes.into_iter().filter(|scope| scope.account == *account) {
            let tx = Tx::snapshot(&snapshot, SERVICE, scope);
            for row in tx.scan_from(&EVENTS, (), Bound::<(Timestamp, String)>::Unbounded, Order::Backward) {
                let (_, event) = row?;
                if latest.as_ref().is_some_and(|latest| latest.time >= event.time) {
                    break;
                }
                if event.access_key_id == access_key_id {
                    latest = Some(event);
                    break;
                }
            }
        }
        Ok(latest)
    }

    /// Forgets what is older than AWS keeps it. Answers when to look again.
    pub(crate) async fn trim_audit(&self) -> Result<Timestamp, Fault> {
        let now = self.clock().now();
        let before = move |days: i64| now.plus_secs(-days * 86_400);
        self.store()
            .write(move |tx| {
                let scopes = Tx::write(tx, KERNEL, Scope::shared()).scopes()?;
                for scope in scopes {
                    trim(&mut Tx::write(tx, SERVICE, scope), &EVENTS, before(EVENT_DAYS))?;
                }
                let mut kernel = Tx::write(tx, KERNEL, Scope::shared());
                crate::mail::trim(&mut kernel, before(crate::mail::MAIL_DAYS))?;
                trim_numbered(&mut kernel, &DENIALS, |denial| denial.time < before(DENIAL_DAYS))
            })
            .await?;
        Ok(now.plus_secs(86_400))
    }
}

fn trim<V: Record>(tx: &mut Tx<'_>, rows: &Rows<(Timestamp, String), V>, before: Timestamp) -> Result<(), Fault> {
    let old: Vec<_> = tx
        .scan(rows, ())
        .map(|row| row.map(|(key, _)| key))
        .take_while(|key| key.as_ref().map_or(true, |key| key.0 < before))
        .collect::<Result<_, _>>()?;
    for key in old {
        tx.delete(rows, key);
    }
    Ok(())
}

/// Behind the last row of a table that is kept in the order of arrival.
pub(crate) fn next_number<V: Record>(tx: &Tx<'_>, rows: &Rows<(u64, String), V>) -> Result<u64, Fault> {
    let last = tx.scan_from(rows, (), Bound::<(u64, String)>::Unbounded, Order::Backward).next().transpose()?;
    Ok(last.map_or(0, |((number, _), _)| number + 1))
}

pub(crate) fn trim_numbered<V: Record>(
    tx: &mut Tx<'_>,
    rows: &Rows<(u64, String), V>,
    is_old: impl Fn(&V) -> bool,
) -> Result<(), Fault> {
    for (key, record) in tx.list(rows, ())? {
        if is_old(&record) {
            tx.delete(rows, key);
        }
    }
    Ok(())
}

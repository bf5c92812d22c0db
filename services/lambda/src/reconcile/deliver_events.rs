//! Runs asynchronous invocations: each until it succeeds, at most three times, as AWS does.
//!
//! An event is deleted when it was run, so one whose run a crash interrupts is run again.

use crate::{
    engine::{Engine, Invocation},
    name::Name,
    ops::invoke,
    state::{EVENTS, Event, INVOKE_CONFIGS, InvokeConfig},
};
use base::{Fault, Timestamp};
use kernel::{Cloud, Next, Reconciler, Scope, Tx};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

/// AWS's defaults.
const MOST_RETRIES: i32 = 2;
const MOST_AGE_SECS: i32 = 6 * 3600;
/// AWS waits a minute before the second try and two before the third.
const RETRY_SECS: i64 = 60;
/// When there is no room the event waits longer each time, up to five minutes.
const MOST_THROTTLE_SECS: i64 = 300;
/// Events that are worked on at one time.
const MOST_RUNNING: usize = 64;

type EventKey = (Timestamp, String);

pub(crate) struct DeliverEvents {
    engine: Arc<Engine>,
    running: Arc<Mutex<HashSet<String>>>,
}

impl DeliverEvents {
    pub(crate) fn new(engine: Arc<Engine>) -> Self {
        Self { engine, running: Arc::default() }
    }
}

impl Reconciler for DeliverEvents {
    const NAME: &'static str = "run asynchronous invocations";

    fn wakes_on(&self) -> &'static [&'static str] {
        &["event"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let mut next = None;
        for scope in cloud.read(&api_lambda::API, &Scope::shared(), |tx| tx.scopes())? {
            let due = cloud.read(&api_lambda::API, &scope, |tx| self.due(tx, now, &mut next))?;
            for (key, event) in due {
                let run = run(cloud.clone(), self.engine.clone(), scope.clone(), key.clone(), event);
                let (running, id) = (self.running.clone(), key.1);
                drop(cloud.spawn("run an asynchronous invocation", async move {
                    if let Err(fault) = run.await {
                        tracing::error!(%fault, "an asynchronous invocation could not be run");
                    }
                    running.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
                }));
            }
        }
        Ok(next.map_or(Next::WhenWoken, Next::At))
    }
}

impl DeliverEvents {
    /// What may be run now and is not yet, marked as running; `next` is when there will be more.
    fn due(&self, tx: &Tx<'_>, now: Timestamp, next: &mut Option<Timestamp>) -> Result<Vec<(EventKey, Event)>, Fault> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut due = Vec::new();
        for row in tx.scan(&EVENTS, ()) {
            let (key, event) = row?;
            if key.0 > now {
                *next = Some(next.map_or(key.0, |at| at.min(key.0)));
                break;
            }
            // One that ends wakes this pass by deleting its row.
            if running.len() >= MOST_RUNNING {
                break;
            }
            if running.insert(key.1.clone()) {
                due.push((key, event));
            }
        }
        Ok(due)
    }
}

async fn run(cloud: Cloud, engine: Arc<Engine>, scope: Scope, key: EventKey, event: Event) -> Result<(), Fault> {
    let now = cloud.clock().now();
    let call = cloud.anonymous_call(&scope.account, &scope.region);
    let qualifier = Some(event.qualifier.clone()).filter(|qualifier| !qualifier.is_empty());
    let name = Name { scope: scope.clone(), function: event.function.clone(), qualifier };
    let config_key = (event.function.clone(), event.qualifier.clone());
    let config = cloud.read(&api_lambda::API, &scope, |tx| tx.get(&INVOKE_CONFIGS, config_key))?;
    let most_age = config.as_ref().and_then(|config| config.most_age_secs).unwrap_or(MOST_AGE_SECS);
    let is_old = now.millis_since(event.sent) > i64::from(most_age) * 1000;
    let target = cloud.read(&api_lambda::API, &scope, |tx| invoke::target(tx, &call, &name));
    let again = match target {
        _ if is_old => None,
        Err(error) if error.status == 429 => throttled(event, now),
        // The function is gone.
        Err(_) => None,
        Ok(target) => {
            let asked = Invocation {
                request_id: event.request_id.clone(),
                payload: event.payload.clone().into(),
                client_context: event.client_context.clone(),
                wants_tail: false,
            };
            match engine.invoke(&cloud, &target, asked).await {
                Ok(ran) if !ran.is_error => None,
                Err(error) if error.status == 429 => throttled(event, now),
                Ok(_) | Err(_) => failed(event, config, cloud.clock().now()),
            }
        }
    };
    cloud
        .write(&api_lambda::API, &scope, move |tx| {
            tx.delete(&EVENTS, key.clone());
            match again {
                None => Ok(()),
                Some((at, event)) => tx.put(&EVENTS, (at, key.1.clone()), &event),
            }
        })
        .await
}

fn failed(event: Event, config: Option<InvokeConfig>, now: Timestamp) -> Option<(Timestamp, Event)> {
    let failures = event.failures + 1;
    let most = config.and_then(|config| config.most_retries).unwrap_or(MOST_RETRIES);
    let at = now.plus_secs(RETRY_SECS * i64::from(failures));
    (failures <= most).then_some((at, Event { failures, ..event }))
}

fn throttled(event: Event, now: Timestamp) -> Option<(Timestamp, Event)> {
    let wait = (1_i64 << event.throttles.min(16)).min(MOST_THROTTLE_SECS);
    Some((now.plus_secs(wait), Event { throttles: event.throttles + 1, ..event }))
}

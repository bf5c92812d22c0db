//! One action on one resource: what runs beside the driver.

use crate::{cfn, plan, request::world};
use base::Timestamp;
use kernel::{AnyResource, Cloud, Outcome, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map, Value};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use wire::properties;

pub(super) struct Job {
    pub(super) cloud: Cloud,
    pub(super) stack: StackCall,
    pub(super) resource: Arc<dyn AnyResource>,
    pub(super) work: Work,
    /// Set when the operation has failed elsewhere: nobody waits for what is not ready.
    pub(super) called_off: CancellationToken,
}

pub(super) enum Work {
    Create {
        properties: Json,
        is_retry: bool,
    },
    /// Looks for what a creation made that was cut short, and makes nothing.
    Find {
        properties: Json,
    },
    Update {
        id: String,
        old: Json,
        new: Json,
    },
    /// Waits until it is ready, then asks for its attributes.
    Settle {
        id: String,
        properties: Json,
    },
    Delete {
        id: String,
        properties: Json,
    },
}

#[derive(Debug)]
pub(super) enum Report {
    Made(String),
    Updated(Updated),
    Ready(Map<Json>),
    Deleted,
    /// Nothing was there, or it was not waited for.
    GivenUp,
    /// `is_untouched`: it failed before anything was asked of the service.
    Failed {
        reason: String,
        denial: Option<String>,
        is_untouched: bool,
    },
}

/// Ours: longer than the slowest type of AWS takes (a distribution, a database).
const LONGEST_WAIT_SECONDS: i64 = 2 * 3600;
const FIRST_PAUSE_MS: i64 = 10;
const LONGEST_PAUSE_MS: i64 = 1000;

impl Job {
    pub(super) async fn run(self) -> Report {
        match self.work().await {
            Ok(report) => report,
            Err(Trouble::Api(error)) => self.failed(&error),
            Err(Trouble::Said(reason)) => Report::Failed { reason, denial: None, is_untouched: true },
        }
    }

    fn failed(&self, error: &ApiError) -> Report {
        if let Some(fault) = &error.fault {
            tracing::error!(stack = self.stack.stack_name, resource = self.stack.logical_id, %fault, "a step failed");
        }
        let type_name = self.resource.schema().type_name;
        let reason = match error.code == cfn::SAID {
            true => error.message.clone(),
            false => plan::handler(type_name, error, &self.stack.token, &self.stack.call.request_id),
        };
        let denial = plan::is_denial(error).then(|| error.message.clone());
        Report::Failed { reason, denial, is_untouched: false }
    }

    async fn work(&self) -> Result<Report, Trouble> {
        let Self { cloud, stack, resource, .. } = self;
        match &self.work {
            Work::Create { properties, is_retry } => {
                if *is_retry && let Some(id) = resource.adopt(cloud, stack, self.value(properties).await?).await? {
                    return Ok(Report::Made(id));
                }
                Ok(Report::Made(resource.create(cloud, stack, self.value(properties).await?).await?))
            }
            Work::Find { properties } => {
                let found = resource.adopt(cloud, stack, self.value(properties).await?).await?;
                Ok(found.map_or(Report::GivenUp, Report::Made))
            }
            Work::Update { id, old, new } => {
                let (old, new) = (self.old_value(old).await?, self.value(new).await?);
                Ok(Report::Updated(resource.update(cloud, stack, id, old, new).await?))
            }
            Work::Settle { id, properties } => {
                if !self.settle(id).await? {
                    return Ok(Report::GivenUp);
                }
                Ok(Report::Ready(resource.attributes(cloud, stack, id, self.value(properties).await?).await?))
            }
            Work::Delete { id, properties } => {
                resource.delete(cloud, stack, id, self.old_value(properties).await?).await?;
                Ok(Report::Deleted)
            }
        }
    }

    /// Asks until it is ready, at once first and then in growing pauses.
    async fn settle(&self, id: &str) -> Result<bool, Trouble> {
        let clock = self.cloud.clock();
        let latest: Timestamp = clock.now().plus_secs(LONGEST_WAIT_SECONDS);
        let mut pause = FIRST_PAUSE_MS;
        while !self.resource.settled(&self.cloud, &self.stack, id).await? {
            if self.called_off.is_cancelled() {
                return Ok(false);
            }
            if clock.now() >= latest {
                return Err(ApiError::new("NotStabilized", 500, "Exceeded attempts to wait").into());
            }
            tokio::select! {
                () = self.called_off.cancelled() => {}
                () = self.cloud.wait_until(clock.now().plus_millis(pause)) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE_MS);
        }
        Ok(true)
    }

    /// Properties as the type reads them, dynamic references resolved.
    async fn value(&self, properties: &Json) -> Result<Value, Trouble> {
        let resolved = world::resolve(&self.cloud, &self.stack.call, properties).await;
        let resolved = resolved.map_err(|error| Trouble::Said(error.message))?;
        properties::decode(self.resource.schema().properties, &resolved)
            .map_err(|problems| Trouble::Said(plan::problems(&self.stack.logical_id, &problems)))
    }

    /// The same of what was there before: a reference whose target is gone stays as it is.
    async fn old_value(&self, properties: &Json) -> Result<Value, Trouble> {
        let resolved: Outcome<Json> = world::resolve(&self.cloud, &self.stack.call, properties).await;
        let resolved = resolved.unwrap_or_else(|_| properties.clone());
        properties::decode(self.resource.schema().properties, &resolved)
            .map_err(|problems| Trouble::Said(plan::problems(&self.stack.logical_id, &problems)))
    }
}

enum Trouble {
    Api(ApiError),
    Said(String),
}

impl From<ApiError> for Trouble {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

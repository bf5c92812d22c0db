//! `AWS::CloudFormation::WaitConditionHandle`, an address, and `AWS::CloudFormation::WaitCondition`, which is ready
//! when enough was put there.

use super::said;
use crate::{
    api::{
        API,
        cfn::{self, WAIT_CONDITION},
    },
    signal::{self, Kind},
    state::{AWAITED, WAITS, Wait},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{Map, prelude::*};
use std::collections::BTreeMap;

/// AWS quota: the longest timeout, in seconds.
const LONGEST_TIMEOUT: i64 = 43_200;

structure! { Handle {
} }
resource! { WAIT_CONDITION_HANDLE = "AWS::CloudFormation::WaitConditionHandle" Handle,
    create_only [], read_only ["Id"], identifier ["Id"];
}

pub(crate) struct WaitConditionHandle;

impl Resource for WaitConditionHandle {
    type Properties = Handle;

    fn schema(&self) -> &'static shape::Resource {
        &WAIT_CONDITION_HANDLE
    }
    async fn create(&self, cloud: &Cloud, stack: &StackCall, _: Self::Properties) -> Outcome<String> {
        let awaited = signal::ensure(cloud, stack, &stack.token, cloud.clock().now()).await?;
        Ok(signal::address(stack, &stack.token, &awaited.secret, Kind::WaitCondition))
    }
    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Self::Properties) -> Outcome<Option<String>> {
        Resource::create(self, cloud, stack, properties).await.map(Some)
    }
    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: Self::Properties) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }
    async fn update(
        &self,
        _: &Cloud,
        _: &StackCall,
        _: &str,
        _: Self::Properties,
        _: Self::Properties,
    ) -> Outcome<Updated> {
        Ok(Updated::InPlace)
    }
    async fn delete(&self, _: &Cloud, _: &StackCall, _: &str, _: Self::Properties) -> Outcome<()> {
        Ok(())
    }
}

pub(crate) struct WaitCondition;

impl Resource for WaitCondition {
    type Properties = cfn::WaitCondition;

    fn schema(&self) -> &'static shape::Resource {
        &WAIT_CONDITION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: cfn::WaitCondition) -> Outcome<String> {
        let handle = properties.handle.as_deref().and_then(signal::token_of);
        let timeout = properties.timeout.as_deref().and_then(|timeout| timeout.parse::<i64>().ok());
        let (Some(handle), Some(timeout)) = (handle, timeout) else {
            return Err(said("WaitCondition requires the Handle of a WaitConditionHandle and a Timeout in seconds"));
        };
        let wait = Wait {
            handle,
            count: properties.count.map_or(1, |count| usize::try_from(count).unwrap_or(1)),
            deadline: cloud.clock().now().plus_secs(timeout.clamp(0, LONGEST_TIMEOUT)),
        };
        let (uuid, token) = signal::key(stack, &stack.token);
        let scope = cloud.scope_of(&API, &stack.call);
        cloud
            .write(&API, &scope, move |tx| {
                if !tx.has(&WAITS, (uuid.as_str(), token.as_str()))? {
                    tx.put(&WAITS, (uuid.as_str(), token.as_str()), &wait)?;
                }
                Ok::<_, shape::ApiError>(())
            })
            .await?;
        Ok(format!("{}/{}", stack.stack_id, stack.logical_id))
    }

    async fn settled(&self, cloud: &Cloud, stack: &StackCall, _: &str) -> Outcome<bool> {
        let Some((wait, signals)) = signals(cloud, stack)? else { return Ok(true) };
        let failed = signals.iter().find(|(_, signal)| signal["Status"] != "SUCCESS");
        if let Some((id, signal)) = failed {
            let reason = signal["Reason"].as_str().unwrap_or_default();
            return Err(said(format!("WaitCondition received failed message: '{reason}' for uniqueId: {id}")));
        }
        if signals.len() >= wait.count {
            return Ok(true);
        }
        if cloud.clock().now() < wait.deadline {
            return Ok(false);
        }
        Err(said(format!(
            "WaitCondition timed out. Received {} conditions when expecting {}",
            signals.len(),
            wait.count
        )))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, _: &str, _: cfn::WaitCondition) -> Outcome<Map<Json>> {
        let signals = signals(cloud, stack)?.map(|(_, signals)| signals).unwrap_or_default();
        let data: serde_json::Map<_, _> =
            signals.into_iter().map(|(id, signal)| (id, signal["Data"].clone())).collect();
        Ok([("Data".to_owned(), Json::from(Json::Object(data).to_string()))].into())
    }

    async fn update(
        &self,
        _: &Cloud,
        _: &StackCall,
        _: &str,
        _: cfn::WaitCondition,
        _: cfn::WaitCondition,
    ) -> Outcome<Updated> {
        // AWS: another condition takes another logical id.
        Err(said("Update to resource type AWS::CloudFormation::WaitCondition is not supported."))
    }

    async fn delete(&self, _: &Cloud, _: &StackCall, _: &str, _: cfn::WaitCondition) -> Outcome<()> {
        Ok(())
    }
}

/// The condition of this step, and what was put for it so far, by its sender's name for it: the first counts.
fn signals(cloud: &Cloud, stack: &StackCall) -> Outcome<Option<(Wait, BTreeMap<String, Json>)>> {
    let (uuid, token) = signal::key(stack, &stack.token);
    let scope = cloud.scope_of(&API, &stack.call);
    cloud.read(&API, &scope, |tx| {
        let Some(wait) = tx.get(&WAITS, (uuid.as_str(), token.as_str()))? else { return Ok(None) };
        let awaited = tx.get(&AWAITED, (uuid.as_str(), wait.handle.as_str()))?;
        let mut signals = BTreeMap::new();
        for signal in awaited.map(|awaited| awaited.answers).unwrap_or_default() {
            signals.entry(signal["UniqueId"].as_str().unwrap_or_default().to_owned()).or_insert(signal);
        }
        Ok(Some((wait, signals)))
    })
}

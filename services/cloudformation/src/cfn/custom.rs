//! `AWS::CloudFormation::CustomResource` and `Custom::X`: a function of the customer's makes it.
//!
//! The function is asked once per step, asynchronously, and answers by a PUT to the address in its event; the step
//! waits for that row ([`AWAITED`]) or its deadline. A step that is taken up again after a crash finds its row and
//! goes on waiting. Topics as service tokens are refused: there is no SNS here.

use super::said;
use crate::{
    api::API,
    signal::{self, Kind},
    state::{AWAITED, Awaited},
};
use api_lambda::{InvocationRequest, InvocationType, Invoke};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::{Value as Json, json};
use shape::{Map, Schema};

static PROPERTIES: Schema = Schema::document("CustomResource");
static CUSTOM_RESOURCE: shape::Resource = shape::Resource {
    type_name: TYPE_NAME,
    properties: &PROPERTIES,
    create_only: &[],
    read_only: &[],
    primary_identifier: &[],
};
pub(super) const TYPE_NAME: &str = "AWS::CloudFormation::CustomResource";

/// AWS: the longest wait, and the one where the template says nothing.
const LONGEST_WAIT_SECONDS: i64 = 3600;
const FIRST_PAUSE_MS: i64 = 5;
const LONGEST_PAUSE_MS: i64 = 200;

pub(crate) struct CustomResource {
    type_name: String,
}

impl Default for CustomResource {
    fn default() -> Self {
        Self::named(TYPE_NAME)
    }
}

impl Resource for CustomResource {
    type Properties = Json;

    fn schema(&self) -> &'static shape::Resource {
        &CUSTOM_RESOURCE
    }

    /// A function that fails may have made something all the same: there is an id, so that a rollback asks it to
    /// delete that, and the failure is told by [`Resource::settled`].
    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Json) -> Outcome<String> {
        let answer = self.ask(cloud, stack, "Create", &properties, json!({})).await?;
        let made_up = || format!("{}-{}-{}", stack.stack_name, stack.logical_id, &stack.token[..8]);
        Ok(answer.as_ref().and_then(physical_id).unwrap_or_else(made_up))
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Json) -> Outcome<Option<String>> {
        match find(cloud, stack)? {
            Some(_) => Resource::create(self, cloud, stack, properties).await.map(Some),
            None => Ok(None),
        }
    }

    async fn settled(&self, cloud: &Cloud, stack: &StackCall, _: &str) -> Outcome<bool> {
        let awaited = find(cloud, stack)?;
        check(stack, awaited.as_ref().and_then(|awaited| awaited.answers.first()))?;
        Ok(true)
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, _: &str, _: Json) -> Outcome<Map<Json>> {
        let answer = find(cloud, stack)?.and_then(|awaited| awaited.answers.into_iter().next());
        Ok(match answer.as_ref().and_then(|answer| answer.get("Data")) {
            Some(Json::Object(data)) => data.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
            _ => Map::new(),
        })
    }

    async fn update(&self, cloud: &Cloud, stack: &StackCall, id: &str, old: Json, new: Json) -> Outcome<Updated> {
        if old["ServiceToken"] != new["ServiceToken"] {
            return Err(said("Modifying service token is not allowed."));
        }
        let more = json!({"PhysicalResourceId": id, "OldResourceProperties": as_texts(&old)});
        let answer = self.ask(cloud, stack, "Update", &new, more).await?;
        let answer = check(stack, answer.as_ref())?;
        Ok(match physical_id(answer).filter(|new| new != id) {
            Some(new) => Updated::ReplacedBy(new),
            None => Updated::InPlace,
        })
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Json) -> Outcome<()> {
        let answer = self.ask(cloud, stack, "Delete", &properties, json!({"PhysicalResourceId": id})).await?;
        check(stack, answer.as_ref()).map(drop)
    }
}

impl CustomResource {
    pub(crate) fn named(type_name: &str) -> Self {
        Self { type_name: type_name.to_owned() }
    }

    /// Asks the function, if this step has not asked it before, and waits for what it puts; none when it is too late.
    async fn ask(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        request: &str,
        properties: &Json,
        more: Json,
    ) -> Outcome<Option<Json>> {
        let Some(function) = properties["ServiceToken"].as_str() else {
            return Err(said(format!(
                "Properties validation failed for resource {} with message:\n#: required key [ServiceToken] not found",
                stack.logical_id
            )));
        };
        if function.contains(":sns:") {
            return Err(said("Maquette does not support: a topic as ServiceToken"));
        }
        let awaited = await_answer(cloud, stack, properties).await?;
        if !awaited.is_sent {
            let event = json!({
                "RequestType": request,
                "ServiceToken": function,
                "ResponseURL": signal::address(stack, &stack.token, &awaited.secret, Kind::CustomResource),
                "StackId": stack.stack_id,
                "RequestId": stack.token,
                "LogicalResourceId": stack.logical_id,
                "ResourceType": self.type_name,
                "ResourceProperties": as_texts(properties),
            });
            invoke(cloud, stack, function, merged(event, more)).await?;
            let key = signal::key(stack, &stack.token);
            let is_sent = move |tx: &mut kernel::Tx<'_>| match tx.get(&AWAITED, (key.0.as_str(), key.1.as_str()))? {
                Some(row) => tx.put(&AWAITED, (key.0.as_str(), key.1.as_str()), &Awaited { is_sent: true, ..row }),
                None => Ok(()),
            };
            cloud.write(&API, &cloud.scope_of(&API, &stack.call), is_sent).await?;
        }
        let mut pause = FIRST_PAUSE_MS;
        loop {
            if let Some(answer) = find(cloud, stack)?.and_then(|awaited| awaited.answers.into_iter().next()) {
                return Ok(Some(answer));
            }
            let now = cloud.clock().now();
            if now >= awaited.deadline {
                return Ok(None);
            }
            cloud.wait_until(awaited.deadline.min(now.plus_millis(pause))).await;
            pause = (pause * 2).min(LONGEST_PAUSE_MS);
        }
    }
}

async fn invoke(cloud: &Cloud, stack: &StackCall, function: &str, event: Json) -> Outcome<()> {
    let input = InvocationRequest {
        function_name: function.to_owned(),
        invocation_type: Some(InvocationType::Event),
        payload: Some(event.to_string().into_bytes().into()),
        ..Default::default()
    };
    cloud.call::<Invoke>(&stack.call, input).await.map(drop)
}

fn find(cloud: &Cloud, stack: &StackCall) -> Outcome<Option<Awaited>> {
    let (uuid, token) = signal::key(stack, &stack.token);
    cloud.read(&API, &cloud.scope_of(&API, &stack.call), |tx| Ok(tx.get(&AWAITED, (uuid.as_str(), token.as_str()))?))
}

/// The row of this step, which is written when it is not there yet.
async fn await_answer(cloud: &Cloud, stack: &StackCall, properties: &Json) -> Outcome<Awaited> {
    let seconds = &properties["ServiceTimeout"];
    let seconds = seconds.as_i64().or_else(|| seconds.as_str()?.parse().ok()).unwrap_or(LONGEST_WAIT_SECONDS);
    let seconds = seconds.clamp(1, LONGEST_WAIT_SECONDS);
    let deadline = cloud.clock().now().plus_secs(seconds);
    signal::ensure(cloud, stack, &stack.token, deadline).await
}

/// The answer, where it tells of a success.
fn check<'a>(stack: &StackCall, answer: Option<&'a Json>) -> Outcome<&'a Json> {
    let token = &stack.token;
    let Some(answer) = answer else {
        return Err(said(format!(
            "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId \
             [{token}]. If you are using the Python cfn-response module, you may need to update your Lambda function \
             code so that CloudFormation can attach the updated version."
        )));
    };
    match answer["Status"].as_str() {
        Some("SUCCESS") if physical_id(answer).is_none() => Err(said("Invalid PhysicalResourceId")),
        Some("SUCCESS") => Ok(answer),
        Some("FAILED") => {
            let reason = answer["Reason"].as_str().unwrap_or_default();
            Err(said(format!(
                "Received response status [FAILED] from custom resource. Message returned: {reason} (RequestId: \
                 {token})"
            )))
        }
        _ => Err(said("Invalid Response object: Value of mandatory key [Status] must be SUCCESS or FAILED")),
    }
}

fn physical_id(answer: &Json) -> Option<String> {
    answer["PhysicalResourceId"].as_str().filter(|id| !id.is_empty()).map(str::to_owned)
}

fn merged(mut event: Json, more: Json) -> Json {
    if let (Json::Object(event), Json::Object(more)) = (&mut event, more) {
        event.extend(more);
    }
    event
}

/// AWS: a function sees every scalar as text.
fn as_texts(properties: &Json) -> Json {
    match properties {
        Json::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), as_texts(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Json::Array(items) => items.iter().map(as_texts).collect(),
        Json::Bool(_) | Json::Number(_) => Json::from(properties.to_string()),
        Json::Null | Json::String(_) => properties.clone(),
    }
}

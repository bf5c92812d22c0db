//! `AWS::CloudFormation::Stack`: a stack of its own, made by the public operations and followed through its row.

use super::said;
use crate::{
    api::{
        API, Capability, CreateStack, CreateStackInput, DeleteStack, DeleteStackInput, Parameter, StackStatus, Tag,
        UpdateStack, UpdateStackInput,
        cfn::{STACK, Stack as Properties},
    },
    state::{OPERATIONS, OnFailure, STACKS, Stack, find_stack},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

const LONGEST_NAME: usize = 128;
const FIRST_PAUSE_MS: i64 = 10;
const LONGEST_PAUSE_MS: i64 = 500;
/// What UpdateStack says when there is nothing to do.
const NO_UPDATES: &str = "No updates are to be performed.";

/// How the reason of a rollback ends.
const ROLLBACK_REQUESTED: &str = "Rollback requested by user.";

pub(crate) struct NestedStack;

impl Resource for NestedStack {
    type Properties = Properties;

    fn schema(&self) -> &'static shape::Resource {
        &STACK
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Properties) -> Outcome<String> {
        let (capabilities, on_failure) = outer(cloud, stack)?;
        let input = CreateStackInput {
            stack_name: stack.physical_name(LONGEST_NAME),
            template_url: Some(properties.template_url.clone()),
            parameters: Some(parameters(&properties)?),
            tags: Some(tags(stack, &properties)),
            timeout_in_minutes: properties.timeout_in_minutes.and_then(|minutes| minutes.try_into().ok()),
            capabilities: Some(capabilities),
            disable_rollback: (on_failure == OnFailure::DoNothing).then_some(true),
            client_request_token: Some(stack.token.clone()),
            ..Default::default()
        };
        let id = cloud.call::<CreateStack>(&stack.call, input).await?.stack_id.unwrap_or_default();
        note_parent(cloud, stack, &id).await?;
        Ok(id)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, _: Properties) -> Outcome<Option<String>> {
        let Some(found) = find(cloud, stack, &stack.physical_name(LONGEST_NAME))? else { return Ok(None) };
        note_parent(cloud, stack, &found.id).await?;
        Ok(Some(found.id))
    }

    async fn settled(&self, cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<bool> {
        let Some(inner) = find(cloud, stack, id)? else { return Err(said(format!("Embedded stack {id} was deleted"))) };
        let reason = inner.reason.as_deref().unwrap_or_default();
        let is_of_this_step = inner.last_token.as_ref().is_some_and(|(token, _)| *token == stack.token);
        match inner.status() {
            // AWS: the outer stack does not wait for the way back.
            status @ (StackStatus::UpdateRollbackInProgress
            | StackStatus::UpdateRollbackFailed
            | StackStatus::UpdateFailed
            | StackStatus::UpdateRollbackComplete)
                if is_of_this_step =>
            {
                Err(said(format!(
                    "Embedded stack {id} was not successfully updated. Currently in {status} with reason: {reason}"
                )))
            }
            StackStatus::DeleteComplete | StackStatus::DeleteInProgress => {
                Err(said(format!("Embedded stack {id} was deleted")))
            }
            StackStatus::RollbackInProgress
            | StackStatus::RollbackComplete
            | StackStatus::RollbackFailed
            | StackStatus::CreateFailed => {
                let reason = reason.trim_end_matches(ROLLBACK_REQUESTED);
                Err(said(format!("Embedded stack {id} was not successfully created: {reason}")))
            }
            status => Ok(!is_busy(status)),
        }
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Properties) -> Outcome<Map<Json>> {
        let outputs = find(cloud, stack, id)?.map(|inner| inner.outputs).unwrap_or_default();
        Ok(outputs.into_iter().map(|output| (format!("Outputs.{}", output.key), output.value.into())).collect())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: Properties,
        new: Properties,
    ) -> Outcome<Updated> {
        // A way back may begin while the way there still runs.
        rest(cloud, stack, id).await?;
        let input = UpdateStackInput {
            stack_name: id.to_owned(),
            template_url: Some(new.template_url.clone()),
            parameters: Some(parameters(&new)?),
            tags: Some(tags(stack, &new)),
            capabilities: Some(outer(cloud, stack)?.0),
            client_request_token: Some(stack.token.clone()),
            ..Default::default()
        };
        match cloud.call::<UpdateStack>(&stack.call, input).await {
            Err(error) if error.message != NO_UPDATES => Err(error),
            _ => Ok(Updated::InPlace),
        }
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Properties) -> Outcome<()> {
        let Some(inner) = find(cloud, stack, id)?.filter(|inner| !inner.is_deleted()) else { return Ok(()) };
        if inner.status() != StackStatus::CreateInProgress {
            rest(cloud, stack, id).await?;
        }
        let input = DeleteStackInput { stack_name: id.to_owned(), ..Default::default() };
        cloud.call::<DeleteStack>(&stack.call, input).await?;
        match rest(cloud, stack, id).await? {
            Some(inner) if !inner.is_deleted() => {
                let reason = inner.reason.unwrap_or_default();
                Err(said(format!("Embedded stack {id} was not successfully deleted: {reason}")))
            }
            _ => Ok(()),
        }
    }
}

fn find(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<Option<Stack>> {
    let scope = cloud.scope_of(&API, &stack.call);
    cloud.read(&API, &scope, |tx| Ok(find_stack(tx, id)?))
}

/// The stack, once no operation runs on it.
async fn rest(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<Option<Stack>> {
    let mut pause = FIRST_PAUSE_MS;
    loop {
        let found = find(cloud, stack, id)?;
        if !found.as_ref().is_some_and(|inner| is_busy(inner.status())) {
            return Ok(found);
        }
        cloud.wait_until(cloud.clock().now().plus_millis(pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE_MS);
    }
}

fn is_busy(status: StackStatus) -> bool {
    status.to_string().ends_with("_IN_PROGRESS")
}

/// What the outer stack's operation was allowed, and what it does when it fails.
fn outer(cloud: &Cloud, stack: &StackCall) -> Outcome<(Vec<Capability>, OnFailure)> {
    let scope = cloud.scope_of(&API, &stack.call);
    cloud.read(&API, &scope, |tx| {
        let outer = find_stack(tx, &stack.stack_id)?;
        let operation = match &outer {
            Some(outer) => tx.get(&OPERATIONS, outer.uuid.as_str())?,
            None => None,
        };
        let on_failure = operation.as_ref().map_or(OnFailure::Rollback, |operation| operation.on_failure);
        let given = operation.map(|operation| operation.desired.capabilities).unwrap_or_default();
        Ok((given.iter().filter_map(|name| Capability::parse(name)).collect(), on_failure))
    })
}

async fn note_parent(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<()> {
    let (parent, id) = (stack.stack_id.clone(), id.to_owned());
    let scope = cloud.scope_of(&API, &stack.call);
    cloud
        .write(&API, &scope, move |tx| {
            let root = find_stack(tx, &parent)?.and_then(|outer| outer.root).unwrap_or_else(|| parent.clone());
            if let Some(inner) = find_stack(tx, &id)? {
                let inner = Stack { parent: Some(parent), root: Some(root), ..inner };
                tx.put(&STACKS, inner.uuid.as_str(), &inner)?;
            }
            Ok(())
        })
        .await
}

fn tags(stack: &StackCall, properties: &Properties) -> Vec<Tag> {
    let own = properties.tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    let tags: Map<String> = stack.tags.iter().cloned().chain(own).collect();
    tags.into_iter().map(|(key, value)| Tag { key, value }).collect()
}

fn parameters(properties: &Properties) -> Outcome<Vec<Parameter>> {
    let Some(given) = &properties.parameters else { return Ok(Vec::new()) };
    let wrong = || said("Value of property Parameters must be an object with String (or simple type) properties");
    let given = given.as_object().ok_or_else(wrong)?;
    let parameter = |(key, value): (&String, &Json)| {
        let value = match value {
            Json::String(text) => text.clone(),
            Json::Array(items) => {
                let texts: Option<Vec<_>> = items.iter().map(Json::as_str).collect();
                texts.ok_or_else(wrong)?.join(",")
            }
            Json::Object(_) | Json::Null => return Err(wrong()),
            scalar => scalar.to_string(),
        };
        Ok(Parameter { parameter_key: Some(key.clone()), parameter_value: Some(value), ..Default::default() })
    };
    given.iter().map(parameter).collect()
}

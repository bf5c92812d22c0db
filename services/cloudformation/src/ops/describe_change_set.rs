use super::{
    change_set::{arn, find_change_set},
    describe_stacks::{capabilities, parameters, tags},
};
use crate::{
    CloudFormation,
    api::{
        Change, ChangeSetStatus, ChangeType, DescribeChangeSet, DescribeChangeSetInput, DescribeChangeSetOutput,
        OnStackFailure, ResourceChange,
    },
    plan,
    state::{ChangeSet, OnFailure},
};
use base::Fault;
use kernel::{Access, Call, Outcome, Read, Tx};
use serde_json::Value as Json;
use shape::Shape;
use wire::properties;

/// Ours: AWS cuts by the size of the answer.
const PAGE: usize = 100;

impl Read<DescribeChangeSet> for CloudFormation {
    fn access(call: &Call, input: &DescribeChangeSetInput) -> Access {
        Access::to(arn(call, &input.change_set_name, input.stack_name.as_deref()))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeChangeSetInput) -> Outcome<DescribeChangeSetOutput> {
        let (stack, set) = find_change_set(tx, &input.change_set_name, input.stack_name.as_deref())?;
        let changes = set.changes.iter().map(change).collect::<Result<Vec<_>, _>>()?;
        let (changes, next_token) = plan::page(changes, input.next_token.as_deref(), PAGE)?;
        let parameters = parameters(&set.desired);
        Ok(DescribeChangeSetOutput {
            change_set_name: Some(set.name.clone()),
            change_set_id: Some(set.id.clone()),
            stack_id: Some(stack.id),
            stack_name: Some(stack.name),
            description: set.description.clone(),
            parameters: (!parameters.is_empty()).then_some(parameters),
            creation_time: Some(set.created),
            execution_status: Some(set.execution()),
            status: Some(status(&set)),
            capabilities: capabilities(&set.desired),
            tags: Some(tags(&set.desired)),
            changes: Some(changes),
            next_token,
            on_stack_failure: set.on_failure.map(|wanted| match wanted {
                OnFailure::DoNothing => OnStackFailure::DoNothing,
                OnFailure::Rollback => OnStackFailure::Rollback,
                OnFailure::Delete => OnStackFailure::Delete,
            }),
            status_reason: set.failure,
        })
    }
}

pub(super) fn status(set: &ChangeSet) -> ChangeSetStatus {
    if set.failure.is_some() { ChangeSetStatus::Failed } else { ChangeSetStatus::CreateComplete }
}

fn change(json: &Json) -> Result<Change, Fault> {
    let unreadable = || Fault::internal("a stored change cannot be read");
    let value = properties::decode(&crate::api::shapes::ResourceChange, json).map_err(|_| unreadable())?;
    let change = ResourceChange::from_value(value).map_err(|mismatch| unreadable().caused_by(mismatch))?;
    Ok(Change { type_: Some(ChangeType::Resource), resource_change: Some(change) })
}

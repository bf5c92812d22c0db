use super::start::no_stack_with_id;
use crate::{
    CloudFormation,
    api::{
        Capability, DeletionMode, DescribeStacks, DescribeStacksInput, DescribeStacksOutput, Output, Parameter,
        Stack as Described, StackDriftInformation, StackDriftStatus, Tag,
    },
    plan,
    state::{Desired, STACKS, Stack, find_stack, stack_arn},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// Ours: AWS cuts by the size of the answer.
const PAGE: usize = 100;

impl Read<DescribeStacks> for CloudFormation {
    fn access(call: &Call, input: &DescribeStacksInput) -> Access {
        match &input.stack_name {
            Some(name) => Access::to(stack_arn(call, name)),
            None => Access::any(),
        }
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeStacksInput) -> Outcome<DescribeStacksOutput> {
        let stacks = match &input.stack_name {
            Some(name) => vec![find_stack(tx, name)?.ok_or_else(|| no_stack_with_id(name))?],
            None => {
                let mut stacks: Vec<_> = tx.list(&STACKS, ())?.into_iter().map(|(_, stack)| stack).collect();
                stacks.retain(|stack| !stack.is_deleted());
                stacks.sort_by_key(|stack| std::cmp::Reverse(stack.created));
                stacks
            }
        };
        let (stacks, next_token) = plan::page(stacks, input.next_token.as_deref(), PAGE)?;
        Ok(DescribeStacksOutput { stacks: Some(stacks.into_iter().map(describe).collect()), next_token })
    }
}

fn describe(stack: Stack) -> Described {
    let outputs: Vec<_> = stack
        .outputs
        .iter()
        .map(|output| Output {
            output_key: Some(output.key.clone()),
            output_value: Some(output.value.clone()),
            description: output.description.clone(),
            export_name: output.export_name.clone(),
        })
        .collect();
    let parameters = parameters(&stack.desired);
    Described {
        stack_status: stack.status(),
        stack_id: Some(stack.id),
        stack_name: stack.name,
        change_set_id: stack.change_set_id,
        description: stack.desired.description.clone(),
        parameters: (!parameters.is_empty()).then_some(parameters),
        creation_time: stack.created,
        deletion_time: stack.deleted,
        last_updated_time: stack.updated,
        stack_status_reason: stack.reason,
        disable_rollback: Some(stack.disable_rollback),
        timeout_in_minutes: stack.timeout_minutes,
        capabilities: capabilities(&stack.desired),
        outputs: (!outputs.is_empty()).then_some(outputs),
        role_arn: stack.role,
        tags: Some(tags(&stack.desired)),
        enable_termination_protection: Some(stack.is_protected),
        drift_information: Some(StackDriftInformation { stack_drift_status: StackDriftStatus::NotChecked }),
        retain_except_on_create: stack.retain_except_on_create.then_some(true),
        parent_id: stack.parent,
        root_id: stack.root,
        deletion_mode: stack.deletion_mode.as_deref().and_then(DeletionMode::parse),
    }
}

pub(super) fn parameters(desired: &Desired) -> Vec<Parameter> {
    let parameter = |(name, value, resolved): &(String, String, Option<String>)| Parameter {
        parameter_key: Some(name.clone()),
        parameter_value: Some(value.clone()),
        resolved_value: resolved.clone(),
        ..Default::default()
    };
    desired.shown.iter().map(parameter).collect()
}

pub(super) fn capabilities(desired: &Desired) -> Option<Vec<Capability>> {
    let capabilities: Vec<_> = desired.capabilities.iter().filter_map(|name| Capability::parse(name)).collect();
    (!capabilities.is_empty()).then_some(capabilities)
}

pub(super) fn tags(desired: &Desired) -> Vec<Tag> {
    desired.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

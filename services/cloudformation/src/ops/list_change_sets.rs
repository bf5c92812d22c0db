use super::{describe_change_set::status, start::not_there};
use crate::{
    CloudFormation,
    api::{ChangeSetSummary, ListChangeSets, ListChangeSetsInput, ListChangeSetsOutput},
    plan,
    state::{ChangeSet, Stack, change_sets, find_stack, stack_arn},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: change sets in one answer.
const PAGE: usize = 100;

impl Read<ListChangeSets> for CloudFormation {
    fn access(call: &Call, input: &ListChangeSetsInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListChangeSetsInput) -> Outcome<ListChangeSetsOutput> {
        let stack = find_stack(tx, &input.stack_name)?.ok_or_else(|| not_there(&input.stack_name))?;
        let mut sets = change_sets(tx, &stack.uuid)?;
        sets.sort_by(|one, other| one.created.cmp(&other.created).then_with(|| one.name.cmp(&other.name)));
        let (sets, next_token) = plan::page(sets, input.next_token.as_deref(), PAGE)?;
        let summaries = sets.into_iter().map(|set| summary(&stack, set)).collect();
        Ok(ListChangeSetsOutput { summaries: Some(summaries), next_token })
    }
}

fn summary(stack: &Stack, set: ChangeSet) -> ChangeSetSummary {
    ChangeSetSummary {
        stack_id: Some(stack.id.clone()),
        stack_name: Some(stack.name.clone()),
        execution_status: Some(set.execution()),
        status: Some(status(&set)),
        change_set_id: Some(set.id),
        change_set_name: Some(set.name),
        status_reason: set.failure,
        creation_time: Some(set.created),
        description: set.description,
    }
}

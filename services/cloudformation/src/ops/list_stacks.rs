use crate::{
    CloudFormation,
    api::{
        ListStacks, ListStacksInput, ListStacksOutput, StackDriftInformationSummary, StackDriftStatus, StackSummary,
    },
    plan,
    state::{STACKS, Stack},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: stacks in one answer.
const PAGE: usize = 100;
/// AWS: deleted stacks are listed for 90 days.
const DELETED_DAYS: i64 = 90;

impl Read<ListStacks> for CloudFormation {
    fn access(_: &Call, _: &ListStacksInput) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListStacksInput) -> Outcome<ListStacksOutput> {
        let mut stacks: Vec<_> = tx.list(&STACKS, ())?.into_iter().map(|(_, stack)| stack).collect();
        let filter = input.stack_status_filter.unwrap_or_default();
        stacks.retain(|stack| {
            let is_listed = stack.deleted.is_none_or(|at| at.plus_secs(DELETED_DAYS * 86_400) > call.now);
            is_listed && (filter.is_empty() || filter.contains(&stack.status()))
        });
        stacks.sort_by_key(|stack| std::cmp::Reverse(stack.created));
        let (stacks, next_token) = plan::page(stacks, input.next_token.as_deref(), PAGE)?;
        Ok(ListStacksOutput { stack_summaries: Some(stacks.into_iter().map(summary).collect()), next_token })
    }
}

fn summary(stack: Stack) -> StackSummary {
    StackSummary {
        stack_status: stack.status(),
        stack_id: Some(stack.id),
        stack_name: stack.name,
        parent_id: stack.parent,
        root_id: stack.root,
        template_description: stack.desired.description,
        creation_time: stack.created,
        last_updated_time: stack.updated,
        deletion_time: stack.deleted,
        stack_status_reason: stack.reason,
        drift_information: Some(StackDriftInformationSummary { stack_drift_status: StackDriftStatus::NotChecked }),
    }
}

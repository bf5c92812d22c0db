use super::start::no_stack_with_id;
use crate::{
    CloudFormation,
    api::{
        ListStackResources, ListStackResourcesInput, ListStackResourcesOutput, StackResourceDriftInformationSummary,
        StackResourceDriftStatus, StackResourceSummary,
    },
    plan,
    state::{RESOURCES, Resource, find_stack, stack_arn},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS quota: resources in one answer.
const PAGE: usize = 100;

impl Read<ListStackResources> for CloudFormation {
    fn access(call: &Call, input: &ListStackResourcesInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListStackResourcesInput) -> Outcome<ListStackResourcesOutput> {
        let name = &input.stack_name;
        let stack = find_stack(tx, name)?.ok_or_else(|| no_stack_with_id(name))?;
        let rows = tx.list(&RESOURCES, (stack.uuid.as_str(),))?;
        let (rows, next_token) = plan::page(rows, input.next_token.as_deref(), PAGE)?;
        let summaries = rows.into_iter().map(|((_, id), row)| summary(id, row)).collect();
        Ok(ListStackResourcesOutput { stack_resource_summaries: Some(summaries), next_token })
    }
}

fn summary(id: String, row: Resource) -> StackResourceSummary {
    let not_checked = StackResourceDriftStatus::NotChecked;
    StackResourceSummary {
        logical_resource_id: id,
        resource_status: row.status(),
        physical_resource_id: (!row.physical_id.is_empty()).then_some(row.physical_id),
        resource_type: row.type_name,
        last_updated_timestamp: row.changed,
        resource_status_reason: row.reason,
        drift_information: Some(StackResourceDriftInformationSummary { stack_resource_drift_status: not_checked }),
    }
}

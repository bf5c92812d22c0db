use crate::{
    CloudFormation,
    api::{
        DescribeStackResource, DescribeStackResourceInput, DescribeStackResourceOutput, StackResourceDetail,
        StackResourceDriftInformation, StackResourceDriftStatus,
    },
    state::{RESOURCES, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<DescribeStackResource> for CloudFormation {
    fn access(call: &Call, input: &DescribeStackResourceInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeStackResourceInput) -> Outcome<DescribeStackResourceOutput> {
        let (name, id) = (&input.stack_name, &input.logical_resource_id);
        let stack = find_stack(tx, name)?.ok_or_else(|| validation(format!("Stack '{name}' does not exist")))?;
        let row = tx.get(&RESOURCES, (stack.uuid.as_str(), id.as_str()))?;
        let row = row.ok_or_else(|| validation(format!("Resource {id} does not exist for stack {}", stack.name)))?;
        let not_checked = StackResourceDriftStatus::NotChecked;
        let detail = StackResourceDetail {
            stack_name: Some(stack.name),
            stack_id: Some(stack.id),
            logical_resource_id: id.clone(),
            resource_status: row.status(),
            physical_resource_id: (!row.physical_id.is_empty()).then_some(row.physical_id),
            resource_type: row.type_name,
            last_updated_timestamp: row.changed,
            resource_status_reason: row.reason,
            description: None,
            metadata: Some(row.metadata.map_or_else(|| "{}".to_owned(), |metadata| metadata.to_string())),
            drift_information: Some(StackResourceDriftInformation { stack_resource_drift_status: not_checked }),
        };
        Ok(DescribeStackResourceOutput { stack_resource_detail: Some(detail) })
    }
}

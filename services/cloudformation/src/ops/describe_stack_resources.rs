use super::start::no_stack_with_id;
use crate::{
    CloudFormation,
    api::{
        DescribeStackResources, DescribeStackResourcesInput, DescribeStackResourcesOutput, StackResource,
        StackResourceDriftInformation, StackResourceDriftStatus,
    },
    state::{RESOURCES, Resource, STACKS, Stack, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Outcome, Read, Tx};

/// AWS: the answer holds at most this many; ListStackResources gives them all.
const MOST: usize = 100;

impl Read<DescribeStackResources> for CloudFormation {
    fn access(call: &Call, input: &DescribeStackResourcesInput) -> Access {
        match &input.stack_name {
            Some(name) => Access::to(stack_arn(call, name)),
            None => Access::any(),
        }
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeStackResourcesInput) -> Outcome<DescribeStackResourcesOutput> {
        let stack = match (&input.stack_name, &input.physical_resource_id) {
            (Some(name), None) => find_stack(tx, name)?.ok_or_else(|| no_stack_with_id(name))?,
            (None, Some(id)) => {
                stack_with(tx, id)?.ok_or_else(|| validation(format!("Stack for {id} does not exist")))?
            }
            _ => {
                return Err(validation(
                    "Either StackName or PhysicalResourceId must be specified, and not both of them.",
                ));
            }
        };
        let is_wanted = |id: &str| input.logical_resource_id.as_deref().is_none_or(|wanted| wanted == id);
        let rows = tx.list(&RESOURCES, (stack.uuid.as_str(),))?.into_iter();
        let rows = rows.map(|((_, id), row)| (id, row)).filter(|(id, _)| is_wanted(id)).take(MOST);
        let resources: Vec<_> = rows.map(|(id, row)| describe(&stack, id, row)).collect();
        if let Some(id) = input.logical_resource_id.filter(|_| resources.is_empty()) {
            let name = &stack.name;
            return Err(validation(format!("Resource {id} does not exist for stack {name}")));
        }
        Ok(DescribeStackResourcesOutput { stack_resources: Some(resources) })
    }
}

/// The stack that has a thing.
fn stack_with(tx: &Tx<'_>, physical_id: &str) -> Outcome<Option<Stack>> {
    let rows = tx.list(&RESOURCES, ())?;
    let found = rows.into_iter().find(|(_, row)| row.current.as_ref().is_some_and(|it| it.id == physical_id));
    Ok(match found {
        Some(((uuid, _), _)) => tx.get(&STACKS, uuid)?,
        None => None,
    })
}

fn describe(stack: &Stack, id: String, row: Resource) -> StackResource {
    let not_checked = StackResourceDriftStatus::NotChecked;
    StackResource {
        stack_name: Some(stack.name.clone()),
        stack_id: Some(stack.id.clone()),
        logical_resource_id: id,
        resource_status: row.status(),
        physical_resource_id: (!row.physical_id.is_empty()).then_some(row.physical_id),
        resource_type: row.type_name,
        timestamp: row.changed,
        resource_status_reason: row.reason,
        description: None,
        drift_information: Some(StackResourceDriftInformation { stack_resource_drift_status: not_checked }),
    }
}

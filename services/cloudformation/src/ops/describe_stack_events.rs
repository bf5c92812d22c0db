use super::start::not_there;
use crate::{
    CloudFormation,
    api::{DescribeStackEvents, DescribeStackEventsInput, DescribeStackEventsOutput, ResourceStatus, StackEvent},
    state::{EVENTS, Event, Stack, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Order, Outcome, Read, Tx};
use std::ops::Bound;

/// Ours: AWS cuts by the size of the answer.
const PAGE: usize = 100;

impl Read<DescribeStackEvents> for CloudFormation {
    fn access(call: &Call, input: &DescribeStackEventsInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeStackEventsInput) -> Outcome<DescribeStackEventsOutput> {
        let stack = find_stack(tx, &input.stack_name)?.ok_or_else(|| not_there(&input.stack_name))?;
        let uuid = stack.uuid.as_str();
        // New events come before the first page, so the token names the last event that was given.
        let from = match &input.next_token {
            None => Bound::Unbounded,
            Some(token) => {
                let last: u64 = token.parse().map_err(|_| validation("Invalid NextToken"))?;
                Bound::Excluded((uuid, last))
            }
        };
        let events = tx.scan_from(&EVENTS, (uuid,), from, Order::Backward).take(PAGE + 1);
        let mut events = events.collect::<Result<Vec<_>, _>>()?;
        let is_more = events.len() > PAGE;
        events.truncate(PAGE);
        let next_token = events.last().filter(|_| is_more).map(|((_, number), _)| number.to_string());
        let stack_events = events.into_iter().map(|(_, event)| describe(&stack, event)).collect();
        Ok(DescribeStackEventsOutput { stack_events: Some(stack_events), next_token })
    }
}

fn describe(stack: &Stack, event: Event) -> StackEvent {
    StackEvent {
        stack_id: stack.id.clone(),
        event_id: event.id,
        stack_name: stack.name.clone(),
        logical_resource_id: Some(event.logical_id),
        physical_resource_id: Some(event.physical_id),
        resource_type: Some(event.type_name),
        timestamp: event.at,
        resource_status: ResourceStatus::parse(&event.status),
        resource_status_reason: event.reason,
        resource_properties: event.properties,
        client_request_token: event.token,
    }
}

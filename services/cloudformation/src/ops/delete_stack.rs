use super::start::{USER_INITIATED, operation, passing};
use crate::{
    CloudFormation,
    api::{API, DeleteStack, DeleteStackInput, DeleteStackOutputNothing, DeletionMode, StackStatus},
    request::world,
    state::{
        Actor, Before, Cancel, Doomed, OPERATIONS, Operation, Phase, RESOURCES, STACKS, Stack, find_stack, stack_arn,
        users_of_export, validation,
    },
};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};
use std::collections::BTreeSet;

impl Serve<DeleteStack> for CloudFormation {
    fn access(call: &Call, input: &DeleteStackInput) -> Access {
        let role = input.role_arn.as_deref();
        let access = Access::to(stack_arn(call, &input.stack_name));
        let access = match role {
            Some(role) => access.with("cloudformation:RoleArn", role),
            None => access,
        };
        passing(access, role)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: DeleteStackInput) -> Outcome<DeleteStackOutputNothing> {
        let scope = cloud.scope_of(&API, call);
        let found = cloud.read(&API, &scope, |tx| find_stack(tx, &input.stack_name))?;
        // AWS: what is not there is deleted already.
        let Some(stack) = found.filter(|stack| !stack.is_deleted()) else {
            return Ok(DeleteStackOutputNothing {});
        };
        let role = input.role_arn.clone().or_else(|| stack.role.clone());
        let actor = Actor::of(call, role);
        if input.role_arn.is_some() {
            world::acting_call(cloud, call, &actor, &stack.id).await?;
        }
        let call = call.clone();
        cloud
            .write(&API, &scope, move |tx| {
                let found = tx.get(&STACKS, stack.uuid.as_str())?;
                let Some(stack) = found.filter(|stack| !stack.is_deleted()) else { return Ok(()) };
                delete(tx, &call, stack, actor, input)
            })
            .await?;
        Ok(DeleteStackOutputNothing {})
    }
}

fn delete(tx: &mut Tx<'_>, call: &Call, mut stack: Stack, actor: Actor, input: DeleteStackInput) -> Outcome<()> {
    let name = &stack.name;
    if stack.is_protected {
        return Err(validation(format!("Stack [{name}] cannot be deleted while TerminationProtection is enabled")));
    }
    let status = stack.status();
    let running = tx.get(&OPERATIONS, stack.uuid.as_str())?;
    let retain: BTreeSet<String> = input.retain_resources.into_iter().flatten().collect();
    if !retain.is_empty() && status != StackStatus::DeleteFailed {
        return Err(validation(format!(
            "Invalid operation on stack [{}]. Stack must be in DELETE_FAILED state to specify RetainResources",
            stack.id
        )));
    }
    match (status, &running) {
        (StackStatus::DeleteInProgress, _) => return Ok(()),
        (_, None) | (StackStatus::CreateInProgress, Some(_)) => {}
        (status, Some(_)) => {
            return Err(validation(format!("Stack [{name}] cannot be deleted while in status {status}")));
        }
    }
    if let Some(reason) = held_by_others(tx, &stack)? {
        let said = (call.now, call.entropy.uuid(), input.client_request_token.as_deref());
        return Ok(stack.become_status(tx, status, Some(&reason), said)?);
    }
    if let Some(running) = running {
        let operation = Operation { cancel: Some(Cancel::Delete), retain, actor, ..running };
        let said = (call.now, call.entropy.uuid(), operation.token.as_deref());
        stack.become_status(tx, StackStatus::DeleteInProgress, USER_INITIATED, said)?;
        return Ok(tx.put(&OPERATIONS, stack.uuid.as_str(), &operation)?);
    }
    let mut operation = operation(call, Phase::Delete, stack.desired.clone(), actor, input.client_request_token);
    operation.is_forced = input.deletion_mode == Some(DeletionMode::ForceDeleteStack);
    operation.retain = retain;
    stack.deletion_mode = input.deletion_mode.map(|mode| mode.to_string());
    doom_all(tx, &stack.uuid, &operation.retain)?;
    super::start::begin(tx, call, &mut stack, &operation)
}

/// AWS: a stack whose exports are in use stays as it is, and says why.
fn held_by_others(tx: &Tx<'_>, stack: &Stack) -> Outcome<Option<String>> {
    for name in stack.outputs.iter().filter_map(|output| output.export_name.as_ref()) {
        let users = users_of_export(tx, name, &stack.uuid)?;
        let users = match users.as_slice() {
            [] => continue,
            [one] => one.clone(),
            [first @ .., last] => format!("{} and {last}", first.join(", ")),
        };
        return Ok(Some(format!("Delete canceled. Cannot delete export {name} as it is in use by {users}.")));
    }
    Ok(None)
}

fn doom_all(tx: &mut Tx<'_>, uuid: &str, retain: &BTreeSet<String>) -> Outcome<()> {
    for ((_, id), mut row) in tx.list(&RESOURCES, (uuid,))? {
        let before = std::mem::replace(&mut row.before, Before::Same);
        let current_id = row.current.as_ref().map(|current| current.id.clone());
        if let Before::Was(was) = before
            && current_id.as_ref() != Some(&was.id)
        {
            row.doomed.push(Doomed { is_kept: was.is_retained(), physical: *was });
        }
        if let Some(current) = row.current.take() {
            row.doomed.push(Doomed { is_kept: current.is_retained(), physical: current });
        }
        if retain.contains(&id) {
            row.doomed.iter_mut().for_each(|doomed| doomed.is_kept = true);
        }
        row.outcome = None;
        tx.put(&RESOURCES, (uuid, id.as_str()), &row)?;
    }
    Ok(())
}

use super::{
    change_set::{arn, find_change_set},
    start::{begin, is_repeated, operation},
    update_stack::check_updatable,
};
use crate::{
    CloudFormation,
    api::{ExecuteChangeSet, ExecuteChangeSetInput, ExecuteChangeSetOutput, ExecutionStatus, errors},
    state::{CHANGE_SETS, OnFailure, Phase, change_sets, validation},
};
use kernel::{Access, Call, Outcome, Tx, Write};

const OPERATION: &str = "ExecuteChangeSet";

impl Write<ExecuteChangeSet> for CloudFormation {
    fn access(call: &Call, input: &ExecuteChangeSetInput) -> Access {
        Access::to(arn(call, &input.change_set_name, input.stack_name.as_deref()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: ExecuteChangeSetInput) -> Outcome<ExecuteChangeSetOutput> {
        let (mut stack, mut set) = find_change_set(tx, &input.change_set_name, input.stack_name.as_deref())?;
        let token = input.client_request_token;
        if is_repeated(&stack, token.as_deref(), OPERATION)? {
            return Ok(ExecuteChangeSetOutput {});
        }
        if set.failure.is_some() || set.execution() != ExecutionStatus::Available {
            let status = if set.failure.is_some() { "FAILED".to_owned() } else { set.execution.clone() };
            return Err(errors::invalid_change_set_status_exception(format!(
                "ChangeSet [{}] cannot be executed in its current status of [{status}]",
                set.id
            )));
        }
        let on_failure = match (input.disable_rollback, set.on_failure) {
            (Some(true), Some(_)) => {
                return Err(validation("Specify either DisableRollback or OnStackFailure, but not both"));
            }
            (Some(true), None) => OnFailure::DoNothing,
            (_, chosen) => chosen.unwrap_or(OnFailure::Rollback),
        };
        let phase = if set.is_create { Phase::Create } else { Phase::Update };
        // What is made is made in the name of who executes, unless a role stands for the stack.
        let actor = crate::state::Actor::of(call, set.role.clone());
        let mut operation = operation(call, phase, set.desired.clone(), actor, token.clone());
        operation.on_failure = on_failure;
        operation.retain_except_on_create = input.retain_except_on_create == Some(true);
        if set.is_create {
            stack.desired = set.desired.clone();
            stack.retain_except_on_create = operation.retain_except_on_create;
        } else {
            check_updatable(&stack)?;
        }
        stack.updated = Some(call.now);
        stack.role.clone_from(&set.role);
        stack.change_set_id = Some(set.id.clone());
        stack.disable_rollback = on_failure == OnFailure::DoNothing;
        stack.last_token = token.map(|token| (token, OPERATION.to_owned()));
        // AWS: the other change sets of the stack say nothing true any more and go.
        for other in change_sets(tx, &stack.uuid)?.iter().filter(|other| other.uuid != set.uuid) {
            tx.delete(&CHANGE_SETS, (stack.uuid.as_str(), other.uuid.as_str()));
        }
        set.execution = ExecutionStatus::ExecuteComplete.to_string();
        tx.put(&CHANGE_SETS, (stack.uuid.as_str(), set.uuid.as_str()), &set)?;
        begin(tx, call, &mut stack, &operation)?;
        Ok(ExecuteChangeSetOutput {})
    }
}

//! Finding change sets.

use super::start::not_there;
use crate::{
    api::{ExecutionStatus, errors},
    state::{ChangeSet, STACKS, Stack, change_sets, find_stack, stack_arn, validation},
};
use kernel::{Call, Outcome, Tx};

/// The change set of this name or ARN, with its stack.
pub(super) fn find_change_set(tx: &Tx<'_>, set: &str, stack: Option<&str>) -> Outcome<(Stack, ChangeSet)> {
    let missing = || errors::change_set_not_found_exception(format!("ChangeSet [{set}] does not exist"));
    let Some(stack) = stack else {
        if !set.starts_with("arn:") {
            return Err(validation("StackName must be specified if ChangeSetName is not specified as an ARN."));
        }
        let all = tx.list(&crate::state::CHANGE_SETS, ())?;
        let ((uuid, _), found) = all.into_iter().find(|(_, one)| one.id == set).ok_or_else(missing)?;
        return Ok((tx.get(&STACKS, uuid)?.ok_or_else(missing)?, found));
    };
    let stack = find_stack(tx, stack)?.ok_or_else(|| not_there(stack))?;
    let found = change_sets(tx, &stack.uuid)?.into_iter().find(|one| one.id == set || one.name == set);
    Ok((stack, found.ok_or_else(missing)?))
}

/// What policies see: the stack, where it is named.
pub(super) fn arn(call: &Call, set: &str, stack: Option<&str>) -> String {
    stack_arn(call, stack.unwrap_or(set))
}

impl ChangeSet {
    pub(super) fn execution(&self) -> ExecutionStatus {
        ExecutionStatus::parse(&self.execution).unwrap_or_default()
    }
}

use super::start::{begin, not_there, operation, passing};
use crate::{
    CloudFormation,
    api::{API, ContinueUpdateRollback, ContinueUpdateRollbackInput, ContinueUpdateRollbackOutput, StackStatus},
    request::world,
    state::{Actor, Phase, RESOURCES, Stack, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};

impl Serve<ContinueUpdateRollback> for CloudFormation {
    fn access(call: &Call, input: &ContinueUpdateRollbackInput) -> Access {
        passing(Access::to(stack_arn(call, &input.stack_name)), input.role_arn.as_deref())
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        input: ContinueUpdateRollbackInput,
    ) -> Outcome<ContinueUpdateRollbackOutput> {
        let scope = cloud.scope_of(&API, call);
        let name = input.stack_name.clone();
        let stack = cloud.read(&API, &scope, |tx| find_stack(tx, &name))?.ok_or_else(|| not_there(&name))?;
        let actor = Actor::of(call, input.role_arn.clone().or_else(|| stack.role.clone()));
        if input.role_arn.is_some() {
            world::acting_call(cloud, call, &actor, &stack.id).await?;
        }
        let call = call.clone();
        cloud
            .write(&API, &scope, move |tx| {
                let mut stack = find_stack(tx, &stack.id)?.ok_or_else(|| not_there(&name))?;
                if stack.status() != StackStatus::UpdateRollbackFailed {
                    let (id, status) = (&stack.id, stack.status());
                    return Err(validation(format!(
                        "Stack:{id} is in {status} state and can not continue rollback. It must be in \
                         UPDATE_ROLLBACK_FAILED state."
                    )));
                }
                let desired = stack.desired.clone();
                let mut operation = operation(&call, Phase::Restore, desired, actor, input.client_request_token);
                operation.skip = input.resources_to_skip.into_iter().flatten().collect();
                check_skipped(tx, &stack, &operation.skip)?;
                begin(tx, &call, &mut stack, &operation)
            })
            .await?;
        Ok(ContinueUpdateRollbackOutput {})
    }
}

/// AWS: only resources whose restore failed can be passed over.
fn check_skipped(tx: &Tx<'_>, stack: &Stack, skip: &std::collections::BTreeSet<String>) -> Outcome<()> {
    for id in skip {
        let row = tx.get(&RESOURCES, (stack.uuid.as_str(), id.as_str()))?;
        let is_failed = row.and_then(|row| row.outcome).is_some_and(|outcome| outcome.is_failed);
        if !is_failed {
            return Err(validation(format!(
                "Resources [{id}] cannot be skipped: only resources that failed to roll back can be"
            )));
        }
    }
    Ok(())
}

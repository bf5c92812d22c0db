use super::start::{begin, is_repeated, not_there, operation, passing};
use crate::{
    CloudFormation,
    api::{API, RollbackStack, RollbackStackInput, RollbackStackOutput, StackStatus},
    request::world,
    state::{Actor, Phase, RESOURCES, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Cloud, Outcome, Serve, Tx};

const OPERATION: &str = "RollbackStack";

impl Serve<RollbackStack> for CloudFormation {
    fn access(call: &Call, input: &RollbackStackInput) -> Access {
        passing(Access::to(stack_arn(call, &input.stack_name)), input.role_arn.as_deref())
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: RollbackStackInput) -> Outcome<RollbackStackOutput> {
        let scope = cloud.scope_of(&API, call);
        let name = input.stack_name.clone();
        let stack = cloud.read(&API, &scope, |tx| find_stack(tx, &name))?.ok_or_else(|| not_there(&name))?;
        if is_repeated(&stack, input.client_request_token.as_deref(), OPERATION)? {
            return Ok(RollbackStackOutput { stack_id: Some(stack.id) });
        }
        let actor = Actor::of(call, input.role_arn.clone().or_else(|| stack.role.clone()));
        if input.role_arn.is_some() {
            world::acting_call(cloud, call, &actor, &stack.id).await?;
        }
        let call = call.clone();
        let id = cloud
            .write(&API, &scope, move |tx| {
                let mut stack = find_stack(tx, &stack.id)?.ok_or_else(|| not_there(&name))?;
                let phase = match stack.status() {
                    StackStatus::CreateFailed => Phase::Undo,
                    StackStatus::UpdateFailed => Phase::Restore,
                    status => {
                        let id = &stack.id;
                        return Err(validation(format!("Stack:{id} is in {status} state and can not be rolled back.")));
                    }
                };
                let token = input.client_request_token;
                let mut operation = operation(&call, phase, stack.desired.clone(), actor, token.clone());
                operation.retain_except_on_create = input.retain_except_on_create == Some(true);
                stack.last_token = token.map(|token| (token, OPERATION.to_owned()));
                if phase == Phase::Undo {
                    doom(tx, &stack.uuid, operation.retain_except_on_create)?;
                }
                begin(tx, &call, &mut stack, &operation)?;
                Ok(stack.id)
            })
            .await?;
        Ok(RollbackStackOutput { stack_id: Some(id) })
    }
}

/// Everything that the creation made is to go.
fn doom(tx: &mut Tx<'_>, uuid: &str, retain_except_on_create: bool) -> Outcome<()> {
    for ((_, id), mut row) in tx.list(&RESOURCES, (uuid,))? {
        row.doom_new(retain_except_on_create);
        tx.put(&RESOURCES, (uuid, id.as_str()), &row)?;
    }
    Ok(())
}

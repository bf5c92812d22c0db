use super::start::not_there;
use crate::{
    CloudFormation,
    api::{CancelUpdateStack, CancelUpdateStackInput, CancelUpdateStackOutputNothing, StackStatus},
    state::{Cancel, OPERATIONS, find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CancelUpdateStack> for CloudFormation {
    fn access(call: &Call, input: &CancelUpdateStackInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: CancelUpdateStackInput) -> Outcome<CancelUpdateStackOutputNothing> {
        let stack = find_stack(tx, &input.stack_name)?.ok_or_else(|| not_there(&input.stack_name))?;
        let operation = tx.get(&OPERATIONS, stack.uuid.as_str())?;
        let Some(mut operation) = operation.filter(|_| stack.status() == StackStatus::UpdateInProgress) else {
            return Err(validation("CancelUpdateStack cannot be called from current stack status"));
        };
        operation.cancel = Some(Cancel::RollBack);
        operation.token = input.client_request_token.or(operation.token);
        tx.put(&OPERATIONS, stack.uuid.as_str(), &operation)?;
        Ok(CancelUpdateStackOutputNothing {})
    }
}

use super::start::not_there;
use crate::{
    CloudFormation,
    api::{UpdateTerminationProtection, UpdateTerminationProtectionInput, UpdateTerminationProtectionOutput},
    state::{STACKS, find_stack, stack_arn},
};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateTerminationProtection> for CloudFormation {
    fn access(call: &Call, input: &UpdateTerminationProtectionInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UpdateTerminationProtectionInput,
    ) -> Outcome<UpdateTerminationProtectionOutput> {
        let found = find_stack(tx, &input.stack_name)?.filter(|stack| !stack.is_deleted());
        let mut stack = found.ok_or_else(|| not_there(&input.stack_name))?;
        stack.is_protected = input.enable_termination_protection;
        tx.put(&STACKS, stack.uuid.as_str(), &stack)?;
        Ok(UpdateTerminationProtectionOutput { stack_id: Some(stack.id) })
    }
}

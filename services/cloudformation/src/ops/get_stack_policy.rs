use super::start::not_there;
use crate::{
    CloudFormation,
    api::{GetStackPolicy, GetStackPolicyInput, GetStackPolicyOutput},
    state::{find_stack, stack_arn},
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetStackPolicy> for CloudFormation {
    fn access(call: &Call, input: &GetStackPolicyInput) -> Access {
        Access::to(stack_arn(call, &input.stack_name))
    }

    /// No stack has a policy: setting one is refused.
    fn read(tx: &Tx<'_>, _: &Call, input: GetStackPolicyInput) -> Outcome<GetStackPolicyOutput> {
        find_stack(tx, &input.stack_name)?.ok_or_else(|| not_there(&input.stack_name))?;
        Ok(GetStackPolicyOutput { stack_policy_body: None })
    }
}

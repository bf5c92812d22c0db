use super::{change_set::find_change_set, start::no_stack_with_id};
use crate::{
    CloudFormation,
    api::{GetTemplate, GetTemplateInput, GetTemplateOutput, TemplateStage},
    state::{find_stack, stack_arn, validation},
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetTemplate> for CloudFormation {
    fn access(call: &Call, input: &GetTemplateInput) -> Access {
        let named = input.stack_name.as_deref().or(input.change_set_name.as_deref());
        Access::to(stack_arn(call, named.unwrap_or("*")))
    }

    /// No macro rewrites a template here: both stages are what was sent.
    fn read(tx: &Tx<'_>, _: &Call, input: GetTemplateInput) -> Outcome<GetTemplateOutput> {
        let body = match (&input.stack_name, &input.change_set_name) {
            (stack, Some(set)) => find_change_set(tx, set, stack.as_deref())?.1.desired.template,
            (Some(name), None) => find_stack(tx, name)?.ok_or_else(|| no_stack_with_id(name))?.desired.template,
            (None, None) => return Err(validation("StackName or ChangeSetName must be specified.")),
        };
        let stages = vec![TemplateStage::Original, TemplateStage::Processed];
        Ok(GetTemplateOutput { template_body: Some(body), stages_available: Some(stages) })
    }
}

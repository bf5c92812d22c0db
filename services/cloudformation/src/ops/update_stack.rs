use super::start::{access, begin, is_repeated, not_there, operation};
use crate::{
    CloudFormation,
    api::{API, StackStatus, UpdateStack, UpdateStackInput, UpdateStackOutput},
    request::{Request, Source, changes_nothing, context, prepare},
    state::{OnFailure, Phase, Stack, find_stack, validation},
};
use kernel::{Access, Call, Cloud, Outcome, Serve};

const OPERATION: &str = "UpdateStack";

impl Serve<UpdateStack> for CloudFormation {
    fn access(call: &Call, input: &UpdateStackInput) -> Access {
        let named = (input.template_url.as_deref(), input.resource_types.as_deref(), input.tags.as_deref());
        access(call, &input.stack_name, input.role_arn.as_deref(), named)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: UpdateStackInput) -> Outcome<UpdateStackOutput> {
        let name = input.stack_name.clone();
        let scope = cloud.scope_of(&API, call);
        let token = input.client_request_token.clone();
        let stack = cloud.read(&API, &scope, |tx| find_stack(tx, &name))?.ok_or_else(|| not_there(&name))?;
        if is_repeated(&stack, token.as_deref(), OPERATION)? {
            return Ok(UpdateStackOutput { stack_id: Some(stack.id) });
        }
        check_updatable(&stack)?;
        let request = Request {
            source: Source {
                body: input.template_body,
                url: input.template_url,
                is_previous: input.use_previous_template == Some(true),
            },
            parameters: input.parameters.unwrap_or_default(),
            capabilities: input.capabilities.unwrap_or_default(),
            resource_types: input.resource_types,
            tags: input.tags,
            role: input.role_arn.clone(),
        };
        let prepared = prepare(cloud, call, Some(&stack), context(call, &stack.name, &stack.id), request).await?;
        let is_stable = !matches!(stack.status(), StackStatus::UpdateFailed | StackStatus::CreateFailed);
        if is_stable && changes_nothing(call, &stack, &prepared)? {
            return Err(validation("No updates are to be performed."));
        }
        let mut operation = operation(call, Phase::Update, prepared.desired, prepared.actor, token.clone());
        if input.disable_rollback == Some(true) {
            operation.on_failure = OnFailure::DoNothing;
        }
        operation.retain_except_on_create = input.retain_except_on_create == Some(true);
        let call = call.clone();
        let disable_rollback = input.disable_rollback;
        let id = cloud
            .write(&API, &scope, move |tx| {
                let mut stack = find_stack(tx, &stack.id)?.ok_or_else(|| not_there(&name))?;
                check_updatable(&stack)?;
                stack.updated = Some(call.now);
                stack.role = operation.actor.role.clone();
                stack.disable_rollback = disable_rollback == Some(true);
                stack.last_token = token.map(|token| (token, OPERATION.to_owned()));
                begin(tx, &call, &mut stack, &operation)?;
                Ok::<_, shape::ApiError>(stack.id)
            })
            .await?;
        Ok(UpdateStackOutput { stack_id: Some(id) })
    }
}

/// That the stack rests in a state from which it can be updated.
pub(super) fn check_updatable(stack: &Stack) -> Outcome<()> {
    match stack.status() {
        StackStatus::CreateComplete
        | StackStatus::CreateFailed
        | StackStatus::UpdateComplete
        | StackStatus::UpdateFailed
        | StackStatus::UpdateRollbackComplete => Ok(()),
        status => Err(validation(format!("Stack:{} is in {status} state and can not be updated.", stack.id))),
    }
}

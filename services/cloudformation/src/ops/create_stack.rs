use super::start::{access, begin, check_name, is_repeated, new_stack, operation, put_new};
use crate::{
    CloudFormation,
    api::{API, CreateStack, CreateStackInput, CreateStackOutput, OnFailure as Wanted, errors},
    request::{Request, Source, context, prepare},
    state::{OnFailure, Phase, find_stack, validation},
};
use kernel::{Access, Call, Cloud, Outcome, Serve};

const OPERATION: &str = "CreateStack";

impl Serve<CreateStack> for CloudFormation {
    fn access(call: &Call, input: &CreateStackInput) -> Access {
        let named = (input.template_url.as_deref(), input.resource_types.as_deref(), input.tags.as_deref());
        access(call, &input.stack_name, input.role_arn.as_deref(), named)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: CreateStackInput) -> Outcome<CreateStackOutput> {
        let name = input.stack_name.clone();
        check_name(&name)?;
        let scope = cloud.scope_of(&API, call);
        let token = input.client_request_token.clone();
        let refuse_known = |known: Option<crate::state::Stack>| match known {
            None => Ok(None),
            Some(stack) if is_repeated(&stack, token.as_deref(), OPERATION)? => Ok(Some(stack.id)),
            Some(_) => Err(errors::already_exists_exception(format!("Stack [{name}] already exists"))),
        };
        let known = cloud.read(&API, &scope, |tx| find_stack(tx, &name))?;
        if let Some(id) = refuse_known(known)? {
            return Ok(CreateStackOutput { stack_id: Some(id) });
        }
        let on_failure = on_failure(&input)?;
        let mut stack = new_stack(call, &name);
        let request = Request {
            source: Source { body: input.template_body, url: input.template_url, is_previous: false },
            parameters: input.parameters.unwrap_or_default(),
            capabilities: input.capabilities.unwrap_or_default(),
            resource_types: input.resource_types,
            tags: input.tags,
            role: input.role_arn.clone(),
        };
        let prepared = prepare(cloud, call, None, context(call, &name, &stack.id), request).await?;
        stack.desired = prepared.desired.clone();
        stack.role = input.role_arn;
        stack.disable_rollback = on_failure == OnFailure::DoNothing;
        stack.retain_except_on_create = input.retain_except_on_create == Some(true);
        stack.timeout_minutes = input.timeout_in_minutes;
        stack.is_protected = input.enable_termination_protection == Some(true);
        stack.last_token = token.clone().map(|token| (token, OPERATION.to_owned()));
        let mut operation = operation(call, Phase::Create, prepared.desired, prepared.actor, token.clone());
        operation.on_failure = on_failure;
        operation.retain_except_on_create = stack.retain_except_on_create;
        operation.deadline = stack.timeout_minutes.map(|minutes| call.now.plus_secs(i64::from(minutes) * 60));
        let call = call.clone();
        let id = cloud
            .write(&API, &scope, move |tx| {
                // Someone may have been quicker while the template was read.
                if find_stack(tx, &stack.name)?.is_some() {
                    let name = &stack.name;
                    return Err(errors::already_exists_exception(format!("Stack [{name}] already exists")));
                }
                put_new(tx, &stack)?;
                begin(tx, &call, &mut stack, &operation)?;
                Ok(stack.id)
            })
            .await?;
        Ok(CreateStackOutput { stack_id: Some(id) })
    }
}

fn on_failure(input: &CreateStackInput) -> Outcome<OnFailure> {
    match (input.disable_rollback, input.on_failure) {
        (Some(_), Some(_)) => Err(validation("Specify either DisableRollback or OnFailure, but not both")),
        (Some(true), None) | (None, Some(Wanted::DoNothing)) => Ok(OnFailure::DoNothing),
        (None, Some(Wanted::Delete)) => Ok(OnFailure::Delete),
        _ => Ok(OnFailure::Rollback),
    }
}

use super::start::{access, check_name, new_stack, not_there, put_new};
use super::update_stack::check_updatable;
use crate::{
    CloudFormation,
    api::{
        API, ChangeSetType, CreateChangeSet, CreateChangeSetInput, CreateChangeSetOutput, ExecutionStatus,
        OnStackFailure, ResourceChange, StackStatus, errors,
    },
    request::{self, Prepared, Request, Source, changes::changes, changes_nothing, context, prepare},
    state::{CHANGE_SETS, ChangeSet, OnFailure, RESOURCES, Stack, change_sets, find_stack, validation},
};
use kernel::{Access, Call, Cloud, Outcome, Serve};
use shape::Shape;
use std::collections::BTreeMap;

impl Serve<CreateChangeSet> for CloudFormation {
    fn access(call: &Call, input: &CreateChangeSetInput) -> Access {
        let named = (input.template_url.as_deref(), input.resource_types.as_deref(), input.tags.as_deref());
        access(call, &input.stack_name, input.role_arn.as_deref(), named)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: CreateChangeSetInput) -> Outcome<CreateChangeSetOutput> {
        let scope = cloud.scope_of(&API, call);
        let known = cloud.read(&API, &scope, |tx| find_stack(tx, &input.stack_name))?;
        let (stack, is_create) = subject(call, &input, known)?;
        let sets = cloud.read(&API, &scope, |tx| change_sets(tx, &stack.uuid))?;
        if sets.iter().any(|set| set.name == input.change_set_name) {
            let name = &input.change_set_name;
            return Err(errors::already_exists_exception(format!("ChangeSet {name} already exists")));
        }
        let before = (!is_create).then_some(&stack);
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
        let prepared = prepare(cloud, call, before, context(call, &stack.name, &stack.id), request).await?;
        let found = found_changes(cloud, call, before, &prepared)?;
        let failure = match before {
            Some(stack) if found.is_empty() && changes_nothing(call, stack, &prepared)? => Some(
                "The submitted information didn't contain changes. Submit different information to create a change \
                 set."
                    .to_owned(),
            ),
            _ => None,
        };
        let uuid = call.entropy.uuid();
        let id = call.arn("cloudformation", format_args!("changeSet/{}/{uuid}", input.change_set_name)).to_string();
        let execution = if failure.is_some() { ExecutionStatus::Unavailable } else { ExecutionStatus::Available };
        let encode = |change: ResourceChange| {
            wire::properties::encode(&crate::api::shapes::ResourceChange, &change.into_value())
        };
        let set = ChangeSet {
            uuid,
            name: input.change_set_name,
            id: id.clone(),
            description: input.description,
            created: call.now,
            failure,
            execution: execution.to_string(),
            is_create,
            role: prepared.actor.role.clone(),
            desired: prepared.desired,
            actor: prepared.actor,
            on_failure: input.on_stack_failure.map(|wanted| match wanted {
                OnStackFailure::DoNothing => OnFailure::DoNothing,
                OnStackFailure::Rollback => OnFailure::Rollback,
                OnStackFailure::Delete => OnFailure::Delete,
            }),
            changes: found.into_iter().map(encode).collect(),
        };
        let (call, stack_id) = (call.clone(), stack.id.clone());
        cloud.write(&API, &scope, move |tx| put(tx, &call, stack, set)).await?;
        Ok(CreateChangeSetOutput { id: Some(id), stack_id: Some(stack_id) })
    }
}

fn put(tx: &mut kernel::Tx<'_>, call: &Call, mut stack: Stack, set: ChangeSet) -> Outcome<()> {
    if find_stack(tx, &stack.id)?.is_none() {
        if find_stack(tx, &stack.name)?.is_some() {
            return Err(errors::already_exists_exception(format!("Stack [{}] already exists", stack.name)));
        }
        put_new(tx, &stack)?;
        let said = (call.now, call.entropy.uuid(), None);
        stack.become_status(tx, StackStatus::ReviewInProgress, super::start::USER_INITIATED, said)?;
    }
    Ok(tx.put(&CHANGE_SETS, (stack.uuid.as_str(), set.uuid.as_str()), &set)?)
}

/// The stack that the change set is about, and whether it is to be created.
fn subject(call: &Call, input: &CreateChangeSetInput, known: Option<Stack>) -> Outcome<(Stack, bool)> {
    let name = &input.stack_name;
    let known = known.filter(|stack| !stack.is_deleted());
    match (input.change_set_type.unwrap_or(ChangeSetType::Update), known) {
        (ChangeSetType::Import, _) => Err(validation("Maquette does not support: ChangeSetType IMPORT")),
        (ChangeSetType::Create, None) => {
            check_name(name)?;
            let mut stack = new_stack(call, name);
            stack.set_status(StackStatus::ReviewInProgress, None);
            Ok((stack, true))
        }
        (ChangeSetType::Create, Some(stack)) if stack.status() == StackStatus::ReviewInProgress => Ok((stack, true)),
        (ChangeSetType::Create, Some(stack)) => Err(validation(format!(
            "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
            stack.name, input.change_set_name
        ))),
        (ChangeSetType::Update, None) => Err(not_there(name)),
        (ChangeSetType::Update, Some(stack)) => {
            check_updatable(&stack)?;
            Ok((stack, false))
        }
    }
}

fn found_changes(
    cloud: &Cloud,
    call: &Call,
    before: Option<&Stack>,
    prepared: &Prepared,
) -> Outcome<Vec<ResourceChange>> {
    let Some(stack) = before else { return Ok(changes(cloud, None, &prepared.bound, &BTreeMap::new())) };
    let old = request::rebind(&stack.desired, context(call, &stack.name, &stack.id));
    let old = old.map_err(|error| request::invalid(&error))?;
    let scope = cloud.scope_of(&API, call);
    let rows = cloud.read(&API, &scope, |tx| tx.list(&RESOURCES, (stack.uuid.as_str(),)))?;
    let rows = rows.into_iter().map(|((_, id), row)| (id, row)).collect();
    Ok(changes(cloud, Some(&old), &prepared.bound, &rows))
}

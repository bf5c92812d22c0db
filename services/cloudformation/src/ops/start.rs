//! What the operations that begin something have in common.

use crate::state::{Actor, Desired, NAMES, Name, OPERATIONS, OnFailure, Operation, Phase, STACKS, Stack, validation};
use crate::{
    api::{StackStatus, Tag, errors},
    request,
};
use kernel::{Access, Call, Outcome, Tx};

const NAME_PATTERN: &str = "[a-zA-Z][-a-zA-Z0-9]*";

pub(super) const USER_INITIATED: Option<&str> = Some("User Initiated");

/// A new operation in `phase`, begun by this call.
pub(super) fn operation(call: &Call, phase: Phase, desired: Desired, actor: Actor, token: Option<String>) -> Operation {
    Operation {
        id: call.entropy.uuid(),
        phase,
        desired,
        actor,
        token,
        on_failure: OnFailure::Rollback,
        retain_except_on_create: false,
        started: call.now,
        deadline: None,
        retain: Default::default(),
        skip: Default::default(),
        is_forced: false,
        cancel: None,
    }
}

/// Writes down that the operation is on its way.
pub(super) fn begin(tx: &mut Tx<'_>, call: &Call, stack: &mut Stack, operation: &Operation) -> Outcome<()> {
    let token = operation.token.clone();
    let said = (call.now, call.entropy.uuid(), token.as_deref());
    stack.become_status(tx, operation.phase.status(), USER_INITIATED, said)?;
    tx.put(&OPERATIONS, stack.uuid.as_str(), operation)?;
    Ok(())
}

/// A stack that is there in name only.
pub(super) fn new_stack(call: &Call, name: &str) -> Stack {
    let uuid = call.entropy.uuid();
    let id = call.arn("cloudformation", format_args!("stack/{name}/{uuid}")).to_string();
    Stack {
        uuid,
        name: name.to_owned(),
        id,
        status: StackStatus::CreateInProgress.to_string(),
        reason: None,
        created: call.now,
        updated: None,
        deleted: None,
        desired: Desired::default(),
        role: None,
        outputs: Vec::new(),
        disable_rollback: false,
        retain_except_on_create: false,
        timeout_minutes: None,
        is_protected: false,
        change_set_id: None,
        deletion_mode: None,
        last_token: None,
        parent: None,
        root: None,
    }
}

pub(super) fn put_new(tx: &mut Tx<'_>, stack: &Stack) -> Outcome<()> {
    tx.put(&NAMES, stack.name.as_str(), &Name { uuid: stack.uuid.clone() })?;
    tx.put(&STACKS, stack.uuid.as_str(), stack)?;
    Ok(())
}

pub(super) fn check_name(name: &str) -> Outcome<()> {
    let mut letters = name.chars();
    let is_first_right = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    if is_first_right && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '-') && name.len() <= 128 {
        return Ok(());
    }
    Err(validation(format!(
        "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: {NAME_PATTERN}"
    )))
}

pub(super) fn not_there(name: &str) -> shape::ApiError {
    validation(format!("Stack [{name}] does not exist"))
}

pub(super) fn no_stack_with_id(name: &str) -> shape::ApiError {
    validation(format!("Stack with id {name} does not exist"))
}

/// Whether the client's token says that this very request was carried out before.
pub(super) fn is_repeated(stack: &Stack, token: Option<&str>, operation: &str) -> Outcome<bool> {
    match (&stack.last_token, token) {
        (Some((last, by)), Some(token)) if last == token && by == operation => Ok(true),
        (Some((last, by)), Some(token)) if last == token => Err(errors::token_already_exists_exception(format!(
            "Token {token} was already used for {by} of stack {}",
            stack.id
        ))),
        _ => Ok(false),
    }
}

/// What a request about to use a template touches.
pub(super) fn access(
    call: &Call,
    stack: &str,
    role: Option<&str>,
    (url, types, tags): (Option<&str>, Option<&[String]>, Option<&[Tag]>),
) -> Access {
    let tags = tags.into_iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let mut access = Access::to(crate::state::stack_arn(call, stack)).with_tags(tags);
    if let Some(url) = url {
        access = access.with("cloudformation:TemplateUrl", url);
    }
    if let Some(types) = types {
        access = access.with_all("cloudformation:ResourceTypes", types.to_vec());
    }
    if let Some(role) = role {
        access = access.with("cloudformation:RoleArn", role);
    }
    passing(access, role)
}

/// That the caller may hand the role to CloudFormation.
pub(super) fn passing(access: Access, role: Option<&str>) -> Access {
    match request::role_arn(role) {
        Some(role) => access.and_pass_role(&role, request::world::SERVICE),
        None => access,
    }
}

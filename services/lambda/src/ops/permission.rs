//! Resource policies: AddPermission, RemovePermission, GetPolicy.

use super::update_function_code::STALE;
use crate::{
    Lambda, access,
    name::Name,
    settings::wrong,
    state::{self, FUNCTIONS, Function, LATEST, Policy},
};
use api_lambda::{
    AddPermission, AddPermissionRequest, AddPermissionResponse, GetPolicy, GetPolicyRequest, GetPolicyResponse,
    RemovePermission, RemovePermissionOutputNothing, RemovePermissionRequest, errors,
};
use base::{AccountId, Arn};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use serde_json::{Map as JsonMap, Value as Json, json};

/// AWS quota: a function's policy.
const MOST_POLICY_BYTES: usize = 20 * 1024;

fn find(tx: &Tx<'_>, name: &Name) -> Outcome<(Function, String)> {
    let qualifier = name.qualifier.clone().unwrap_or_default();
    if qualifier == LATEST {
        return Err(wrong("We currently do not support adding policies for $LATEST."));
    }
    state::get_version(tx, name)?;
    Ok((state::get_function(tx, name)?, qualifier))
}

impl Write<AddPermission> for Lambda {
    fn access(call: &Call, input: &AddPermissionRequest) -> Access {
        let access = Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()));
        let access = access.with("lambda:Principal", input.principal.clone());
        match &input.function_url_auth_type {
            Some(kind) => access.with("lambda:FunctionUrlAuthType", kind.to_string()),
            None => access,
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AddPermissionRequest) -> Outcome<AddPermissionResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        let (mut function, qualifier) = find(&tx, &name)?;
        let policy = function.policies.entry(qualifier).or_default();
        if input.revision_id.as_ref().is_some_and(|wanted| *wanted != policy.revision) {
            return Err(errors::precondition_failed_exception(STALE));
        }
        if policy.statements.iter().any(|(id, _)| *id == input.statement_id) {
            return Err(errors::resource_conflict_exception(format!(
                "The statement id ({}) provided already exists. Please provide a new statement id, or remove the \
                 existing statement.",
                input.statement_id
            )));
        }
        let statement = statement(&input, &name)?.to_string();
        policy.statements.push((input.statement_id, statement.clone()));
        policy.revision = call.entropy.uuid();
        if access::document(policy).len() > MOST_POLICY_BYTES {
            return Err(errors::policy_length_exceeded_exception(
                "The final policy size is bigger than the limit (20480).",
            ));
        }
        tx.put(&FUNCTIONS, name.function.clone(), &function)?;
        Ok(AddPermissionResponse { statement: Some(statement) })
    }
}

fn statement(input: &AddPermissionRequest, name: &Name) -> Outcome<Json> {
    let mut condition = JsonMap::new();
    let mut add = |operator: &str, key: &str, value: &str| {
        let keys = condition.entry(operator).or_insert_with(|| json!({}));
        keys[key] = value.into();
    };
    if let Some(account) = &input.source_account {
        add("StringEquals", "AWS:SourceAccount", account);
    }
    if let Some(organisation) = &input.principal_org_id {
        add("StringEquals", "aws:PrincipalOrgID", organisation);
    }
    if let Some(kind) = &input.function_url_auth_type {
        add("StringEquals", "lambda:FunctionUrlAuthType", &kind.to_string());
    }
    if input.invoked_via_function_url == Some(true) {
        add("Bool", "lambda:InvokedViaFunctionUrl", "true");
    }
    if let Some(source) = &input.source_arn {
        add("ArnLike", "AWS:SourceArn", source);
    }
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal(&input.principal)?,
        "Action": input.action,
        "Resource": name.arn().to_string(),
    });
    if !condition.is_empty() {
        statement["Condition"] = condition.into();
    }
    Ok(statement)
}

fn principal(text: &str) -> Outcome<Json> {
    if text == "*" {
        return Ok("*".into());
    }
    if AccountId::new(text).is_some() {
        return Ok(json!({"AWS": format!("arn:aws:iam::{text}:root")}));
    }
    if text.parse::<Arn>().is_ok() {
        return Ok(json!({"AWS": text}));
    }
    if text.ends_with(".amazonaws.com") || text.ends_with(".amazon.com") {
        return Ok(json!({"Service": text}));
    }
    Err(wrong("The provided principal was invalid. Please check the principal and try again."))
}

impl Write<RemovePermission> for Lambda {
    fn access(call: &Call, input: &RemovePermissionRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: RemovePermissionRequest) -> Outcome<RemovePermissionOutputNothing> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let mut tx = tx.in_scope(&name.scope);
        let (mut function, qualifier) = find(&tx, &name)?;
        let policy = function.policies.entry(qualifier.clone()).or_default();
        if input.revision_id.is_some_and(|wanted| wanted != policy.revision) {
            return Err(errors::precondition_failed_exception(STALE));
        }
        let before = policy.statements.len();
        policy.statements.retain(|(id, _)| *id != input.statement_id);
        if policy.statements.len() == before {
            return Err(no_policy());
        }
        policy.revision = call.entropy.uuid();
        if policy.statements.is_empty() {
            function.policies.remove(&qualifier);
        }
        tx.put(&FUNCTIONS, name.function.clone(), &function)?;
        Ok(RemovePermissionOutputNothing {})
    }
}

fn no_policy() -> shape::ApiError {
    errors::resource_not_found_exception("The resource you requested does not exist.")
}

impl Read<GetPolicy> for Lambda {
    fn access(call: &Call, input: &GetPolicyRequest) -> Access {
        Access::to(Name::resource(call, &input.function_name, input.qualifier.as_deref()))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetPolicyRequest) -> Outcome<GetPolicyResponse> {
        let name = Name::parse(call, &input.function_name, input.qualifier.as_deref())?;
        let (mut function, qualifier) = find(&tx.peek(&name.scope), &name)?;
        let policy: Policy = function.policies.remove(&qualifier).ok_or_else(no_policy)?;
        Ok(GetPolicyResponse { policy: Some(access::document(&policy)), revision_id: Some(policy.revision) })
    }
}

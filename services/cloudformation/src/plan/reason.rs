//! Why a resource failed, in CloudFormation's words.

use shape::ApiError;
use wire::properties::{Problem, ProblemKind};

/// What the handler of a resource type says when the call that it made was refused.
pub(crate) fn handler(type_name: &str, error: &ApiError, token: &str, request_id: &str) -> String {
    let service = type_name.split("::").nth(1).unwrap_or(type_name);
    let ApiError { message, status, .. } = error;
    let said = if message.is_empty() { error.code } else { message };
    let code = handler_code(error);
    format!(
        "Resource handler returned message: \"{said} (Service: {service}, Status Code: {status}, Request ID: \
         {request_id})\" (RequestToken: {token}, HandlerErrorCode: {code})"
    )
}

pub(crate) fn is_denial(error: &ApiError) -> bool {
    ["AccessDenied", "Unauthorized", "NotAuthorized"].iter().any(|part| error.code.contains(part))
}

/// Source: the handler error codes page of the CloudFormation CLI user guide.
fn handler_code(error: &ApiError) -> &'static str {
    let has = |parts: &[&str]| parts.iter().any(|part| error.code.contains(part));
    match error.status {
        _ if is_denial(error) => "AccessDenied",
        _ if has(&["AlreadyExist", "AlreadyOwned", "Duplicate", "ResourceInUse", "UsernameExists"]) => "AlreadyExists",
        _ if has(&["NotFound", "NoSuch"]) => "NotFound",
        _ if has(&["LimitExceeded", "TooMany"]) => "ServiceLimitExceeded",
        _ if has(&["Throttl"]) => "Throttling",
        _ if has(&["Conflict", "Concurrent", "NotEmpty", "OperationAborted"]) => "ResourceConflict",
        _ if has(&["Internal", "NotImplemented"]) => "GeneralServiceException",
        403 => "AccessDenied",
        404 => "NotFound",
        400..=499 => "InvalidRequest",
        _ => "GeneralServiceException",
    }
}

/// Properties that do not follow the type's schema.
pub(crate) fn problems(logical_id: &str, problems: &[Problem]) -> String {
    let said: Vec<_> = problems.iter().map(problem).collect();
    format!("Properties validation failed for resource {logical_id} with message:\n{}", said.join("\n"))
}

fn problem(problem: &Problem) -> String {
    let (parent, name) = problem.path.rsplit_once('.').unwrap_or(("", &problem.path));
    let at = |path: &str| if path.is_empty() { "#".to_owned() } else { format!("#/{}", path.replace('.', "/")) };
    match problem.kind {
        ProblemKind::Unknown => format!("{}: extraneous key [{name}] is not permitted", at(parent)),
        ProblemKind::Missing => format!("{}: required key [{name}] not found", at(parent)),
        ProblemKind::WrongType { expected } => format!("{}: expected {expected}", at(&problem.path)),
        ProblemKind::Unsupported => format!("{}: not supported by Maquette", at(&problem.path)),
    }
}

/// `The following resource(s) failed to create: [A, B]. `
pub(crate) fn failed_list(verb: &str, ids: &[String]) -> String {
    format!("The following resource(s) failed to {verb}: [{}]. ", ids.join(", "))
}

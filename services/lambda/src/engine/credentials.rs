//! A function's own identity: a session of its execution role.

use crate::name::Name;
use api_sts::{AssumeRole, AssumeRoleRequest};
use base::{Fault, Timestamp};
use kernel::{Call, Cloud, Outcome};

/// A session lasts as long as any role allows.
const SESSION_SECS: i32 = 3600;

/// A session of the role, as variables and as a caller.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(super) variables: Vec<(String, String)>,
    pub(super) expires: Timestamp,
    /// Makes calls as the role.
    pub(super) call: Call,
}

/// Assumes `role` as Lambda does, for `function`. `None`: the model has no STS, so there is nobody to be.
pub(crate) async fn assume(cloud: &Cloud, function: &Name, role: &str) -> Outcome<Option<Session>> {
    if cloud.find_operation("sts", "AssumeRole").is_none() {
        return Ok(None);
    }
    let scope = &function.scope;
    let call = cloud.service_call("lambda.amazonaws.com", &scope.account, &scope.region, &function.arn());
    let input = AssumeRoleRequest {
        role_arn: role.into(),
        role_session_name: session_name(&function.function),
        duration_seconds: Some(SESSION_SECS),
        ..Default::default()
    };
    let answer = cloud.call::<AssumeRole>(&call, input).await?;
    let given = answer.credentials.ok_or_else(|| Fault::internal("a role was assumed without credentials"))?;
    let key_id = given.access_key_id;
    let Some(key) = cloud.find_key(&key_id)? else {
        return Err(Fault::internal("a session that was just begun is not known").into());
    };
    let call = Call {
        principal: key.principal,
        access_key_id: key_id.clone(),
        context: key.context,
        user_agent: "aws-lambda".into(),
        ..cloud.anonymous_call(&scope.account, &scope.region)
    };
    let variables = vec![
        ("AWS_ACCESS_KEY_ID".to_owned(), key_id.clone()),
        ("AWS_ACCESS_KEY".to_owned(), key_id),
        ("AWS_SECRET_ACCESS_KEY".to_owned(), given.secret_access_key.clone()),
        ("AWS_SECRET_KEY".to_owned(), given.secret_access_key),
        ("AWS_SESSION_TOKEN".to_owned(), given.session_token),
    ];
    Ok(Some(Session { variables, expires: given.expiration, call }))
}

/// AWS: the session has the function's name. One letter is enough for a function and too little for a session.
fn session_name(function: &str) -> String {
    let name: String = function.chars().take(64).collect();
    if name.len() < 2 { format!("{name}_") } else { name }
}

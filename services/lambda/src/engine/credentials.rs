//! A function's own identity: a session of its execution role.

use crate::name::Name;
use base::{Fault, Timestamp};
use kernel::{Call, Cloud, Outcome};
use serde_json::json;
use wire::properties;

/// A session lasts as long as any role allows.
const SESSION_SECS: i64 = 3600;

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
    let Some(spec) = cloud.find_operation("sts", "AssumeRole") else { return Ok(None) };
    let scope = &function.scope;
    let call = cloud.service_call("lambda.amazonaws.com", &scope.account, &scope.region, &function.arn());
    // AWS: the session has the function's name, whose length fits.
    let session: String = function.function.chars().take(64).collect();
    let input = json!({"RoleArn": role, "RoleSessionName": session, "DurationSeconds": SESSION_SECS});
    let input = properties::decode(spec.input, &input)
        .map_err(|problems| Fault::internal(format!("AssumeRole does not take its input: {problems:?}")))?;
    let expires = call.now.plus_secs(SESSION_SECS);
    let answer = properties::encode(spec.output, &cloud.dispatch(spec, call, input).await?);
    let given = |name: &str| answer["Credentials"][name].as_str().unwrap_or_default().to_owned();
    let key_id = given("AccessKeyId");
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
        ("AWS_SECRET_ACCESS_KEY".to_owned(), given("SecretAccessKey")),
        ("AWS_SECRET_KEY".to_owned(), given("SecretAccessKey")),
        ("AWS_SESSION_TOKEN".to_owned(), given("SessionToken")),
    ];
    Ok(Some(Session { variables, expires, call }))
}

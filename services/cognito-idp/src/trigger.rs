//! The functions that a pool calls at the turning points of an account: what they are told, and what their answers mean.
//!
//! A function that may refuse or change what happens is asked before anything is written, through
//! [`Turn`](crate::turn::Turn); one that is only told is called when everything stands. Pools' functions for custom
//! challenges, migration and senders of one's own are refused by name.

use crate::{
    people::{self, Visit},
    state::{Home, Pool, User},
};
use api_cognito_idp::{GroupType, LambdaConfigType, PreTokenGenerationLambdaVersionType, errors};
use api_lambda::{InvocationRequest, Invoke};
use base::{AccountId, Arn, Region};
use kernel::{Call, Cloud};
use serde_json::{Map, Value as Json, json};
use shape::{ApiError, Bytes};

const PRINCIPAL: &str = "cognito-idp.amazonaws.com";
/// AWS: a function has to answer within five seconds, and is called three times before Cognito gives up.
const ANSWER_MILLIS: i64 = 5000;
const MOST_TRIES: usize = 3;
/// What administrators' operations say instead of a client.
pub(crate) const NO_CLIENT: &str = "CLIENT_ID_NOT_APPLICABLE";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trigger {
    PreSignUp,
    PostConfirmation,
    PreAuthentication,
    PostAuthentication,
    PreTokenGeneration,
    CustomMessage,
}

impl Trigger {
    fn name(self) -> &'static str {
        match self {
            Self::PreSignUp => "PreSignUp",
            Self::PostConfirmation => "PostConfirmation",
            Self::PreAuthentication => "PreAuthentication",
            Self::PostAuthentication => "PostAuthentication",
            Self::PreTokenGeneration => "PreTokenGeneration",
            Self::CustomMessage => "CustomMessage",
        }
    }

    fn function(self, config: &LambdaConfigType) -> Option<&String> {
        match self {
            Self::PreSignUp => config.pre_sign_up.as_ref(),
            Self::PostConfirmation => config.post_confirmation.as_ref(),
            Self::PreAuthentication => config.pre_authentication.as_ref(),
            Self::PostAuthentication => config.post_authentication.as_ref(),
            Self::PreTokenGeneration => config.pre_token_generation.as_ref(),
            Self::CustomMessage => config.custom_message.as_ref(),
        }
    }
}

/// Whether a pool's events of token generation have the second version.
pub(crate) fn has_second_version(pool: &Pool) -> bool {
    let config = pool.settings.lambda_config.as_ref().and_then(|config| config.pre_token_generation_config.as_ref());
    config.is_some_and(|config| config.lambda_version == PreTokenGenerationLambdaVersionType::V20)
}

/// Whom an event is about: the pool, the client that asks, the user.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) pool: &'a Pool,
    pub(crate) client_id: &'a str,
    pub(crate) username: &'a str,
}

impl<'a> About<'a> {
    pub(crate) fn new(visit: &'a Visit, user: &'a User) -> Self {
        Self { pool: &visit.pool, client_id: &visit.client_id, username: &user.username }
    }
}

/// One call of a function, to be made.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) trigger: Trigger,
    function: String,
    home: Home,
    event: String,
}

impl Told {
    /// What the pool's function for `trigger` is to be told, if the pool has one.
    pub(crate) fn new(
        trigger: Trigger,
        source: &'static str,
        about: About<'_>,
        request: Json,
        response: Json,
    ) -> Option<Self> {
        let home = &about.pool.home;
        let function = trigger.function(about.pool.settings.lambda_config.as_ref()?)?;
        let is_second = trigger == Trigger::PreTokenGeneration && has_second_version(about.pool);
        let event = json!({
            "version": if is_second { "2" } else { "1" },
            "triggerSource": source,
            "region": home.region.as_str(),
            "userPoolId": home.pool,
            "userName": about.username,
            "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": about.client_id},
            "request": request,
            "response": response,
        });
        Some(Self { trigger, function: function.clone(), home: home.clone(), event: event.to_string() })
    }

    /// Calls the function: its `response`, or why there is none.
    pub(crate) async fn tell(&self, cloud: &Cloud) -> Result<Json, Refusal> {
        for _ in 1..MOST_TRIES {
            if let Some(answer) = self.try_once(cloud).await {
                return answer;
            }
        }
        let late = || Refusal::Unreached("Socket timeout while invoking Lambda function".into());
        self.try_once(cloud).await.unwrap_or_else(|| Err(late()))
    }

    /// `None` when the function does not answer in time.
    async fn try_once(&self, cloud: &Cloud) -> Option<Result<Json, Refusal>> {
        let Ok(function) = self.function.parse::<Arn>() else {
            return Some(Err(Refusal::Unreached("InvalidParameterValueException".into())));
        };
        let home = &self.home;
        let resource = format!("userpool/{}", home.pool);
        let pool = Arn::new("cognito-idp", home.region.as_str(), home.account.as_str(), resource);
        let call = cloud.service_call(PRINCIPAL, &home.account, &home.region, &pool);
        let account = AccountId::new(&*function.account).unwrap_or_else(|| home.account.clone());
        let call = Call { account, region: Region::new(&*function.region), ..call };
        let input = InvocationRequest {
            function_name: self.function.clone(),
            payload: Some(Bytes::from(self.event.clone())),
            ..Default::default()
        };
        let deadline = cloud.clock().now().plus_millis(ANSWER_MILLIS);
        tokio::select! {
            answer = cloud.call::<Invoke>(&call, input) => Some(match answer {
                Ok(answer) => read(answer.function_error.is_some(), &answer.payload.unwrap_or_default()),
                Err(error) => Err(Refusal::Unreached(error.code.into())),
            }),
            () = cloud.wait_until(deadline) => None,
        }
    }
}

/// Why a function's answer stops what the user does.
#[derive(Clone, Debug)]
pub(crate) enum Refusal {
    /// The function threw this.
    Thrown(String),
    /// It could not be called, or did not answer.
    Unreached(String),
    /// Its answer is no event.
    Unreadable,
}

impl Refusal {
    pub(crate) fn error(&self, trigger: Trigger) -> ApiError {
        let name = trigger.name();
        match self {
            Self::Thrown(said) => errors::user_lambda_validation_exception(format!("{name} failed with error {said}.")),
            Self::Unreached(why) => {
                errors::unexpected_lambda_exception(format!("{name} invocation failed due to error {why}."))
            }
            Self::Unreadable => errors::invalid_lambda_response_exception("Unrecognizable lambda output"),
        }
    }
}

fn read(is_error: bool, payload: &[u8]) -> Result<Json, Refusal> {
    let json: Json = serde_json::from_slice(payload).map_err(|_| Refusal::Unreadable)?;
    if is_error {
        let said = json["errorMessage"].as_str().unwrap_or_default();
        return Err(Refusal::Thrown(said.to_owned()));
    }
    match json.get("response") {
        Some(response) if response.is_object() => Ok(response.clone()),
        _ => Err(Refusal::Unreadable),
    }
}

/// A user's attributes as functions see them, with the account's state.
pub(crate) fn attributes(user: &User) -> Json {
    let mut shown: Map<String, Json> =
        user.attributes.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    shown.insert("cognito:user_status".into(), json!(people::status(user).as_str()));
    Json::Object(shown)
}

/// What a function makes of tokens.
#[derive(Debug, Default)]
pub(crate) struct Override {
    id: Change,
    access: Change,
    groups: Option<Json>,
}

/// Claims and scopes to add and to take away.
#[derive(Debug, Default)]
struct Change {
    add: Map<String, Json>,
    suppress: Vec<String>,
    scopes_to_add: Vec<String>,
    scopes_to_suppress: Vec<String>,
}

/// AWS: claims that no function changes.
const FIXED: [&str; 22] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "cognito:username",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
];

impl Change {
    fn read(json: &Json) -> Self {
        let texts = |name: &str| {
            let list = json[name].as_array().into_iter().flatten();
            list.filter_map(|text| text.as_str().map(ToOwned::to_owned)).collect()
        };
        Self {
            add: json["claimsToAddOrOverride"].as_object().cloned().unwrap_or_default(),
            suppress: texts("claimsToSuppress"),
            scopes_to_add: texts("scopesToAdd"),
            scopes_to_suppress: texts("scopesToSuppress"),
        }
    }

    fn apply(&self, claims: &mut Map<String, Json>) {
        for (name, value) in self.add.iter().filter(|(name, _)| !FIXED.contains(&&***name)) {
            claims.insert(name.clone(), value.clone());
        }
        for name in self.suppress.iter().filter(|name| !FIXED.contains(&&***name)) {
            claims.remove(name);
        }
    }
}

impl Override {
    /// The `response` of either version.
    pub(crate) fn read(response: &Json) -> Self {
        let first = &response["claimsOverrideDetails"];
        if first.is_object() {
            let groups = first.get("groupOverrideDetails").filter(|groups| groups.is_object()).cloned();
            return Self { id: Change::read(first), access: Change::default(), groups };
        }
        let second = &response["claimsAndScopeOverrideDetails"];
        let groups = second.get("groupOverrideDetails").filter(|groups| groups.is_object()).cloned();
        Self {
            id: Change::read(&second["idTokenGeneration"]),
            access: Change::read(&second["accessTokenGeneration"]),
            groups,
        }
    }

    pub(crate) fn id(&self, claims: &mut Map<String, Json>) {
        if let Some(groups) = &self.groups {
            for (claim, member) in [
                ("cognito:groups", "groupsToOverride"),
                ("cognito:roles", "iamRolesToOverride"),
                ("cognito:preferred_role", "preferredRole"),
            ] {
                set(claims, claim, &groups[member]);
            }
        }
        self.id.apply(claims);
    }

    pub(crate) fn access(&self, claims: &mut Map<String, Json>) {
        if let Some(groups) = &self.groups {
            set(claims, "cognito:groups", &groups["groupsToOverride"]);
        }
        self.access.apply(claims);
        let Some(scope) = claims.get("scope").and_then(Json::as_str) else { return };
        let kept = scope.split(' ').filter(|scope| !self.access.scopes_to_suppress.iter().any(|gone| gone == scope));
        let mut scopes: Vec<_> = kept.map(ToOwned::to_owned).collect();
        scopes.extend(self.access.scopes_to_add.iter().cloned());
        claims.insert("scope".into(), json!(scopes.join(" ")));
    }
}

/// Nothing, or an empty list, takes the claim away.
fn set(claims: &mut Map<String, Json>, name: &str, value: &Json) {
    if value.is_null() || value.as_array().is_some_and(Vec::is_empty) {
        claims.remove(name);
    } else {
        claims.insert(name.into(), value.clone());
    }
}

/// What a function of token generation is told of groups.
pub(crate) fn group_configuration(groups: &[(String, GroupType)]) -> Json {
    let roles: Vec<_> = groups.iter().filter_map(|(_, group)| group.role_arn.as_ref()).collect();
    json!({
        "groupsToOverride": groups.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "iamRolesToOverride": roles,
        "preferredRole": roles.first(),
    })
}

//! What a pool's functions are told, and what their answers do.

use super::{PASSWORD, World, client_input, pool_input, verified};
use api_cognito_idp::*;
use api_lambda::{InvocationRequest, InvocationResponse, Invoke};
use kernel::{Access, Cloud, Directory, Outcome, ResourcePolicy, Serve, Service, Tx};
use serde_json::{Value as Json, json};
use shape::Bytes;
use std::sync::{Arc, Mutex};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:000000000000:function:turn";

/// A function that answers with its event, the `response` replaced by the one set for its source.
#[derive(Debug)]
struct Function {
    answers: Mutex<Vec<(&'static str, Json)>>,
    events: Mutex<Vec<Json>>,
    /// Whether its policy lets the pool in.
    is_open: Mutex<bool>,
}

struct FakeLambda(Arc<Function>);

impl Serve<Invoke> for FakeLambda {
    fn access(_: &kernel::Call, input: &InvocationRequest) -> Access {
        Access::to(&input.function_name)
    }
    async fn serve(&self, _: &Cloud, _: &kernel::Call, input: InvocationRequest) -> Outcome<InvocationResponse> {
        let mut event: Json = serde_json::from_slice(&input.payload.unwrap_or_default()).unwrap();
        self.0.events.lock().unwrap().push(event.clone());
        let source = event["triggerSource"].as_str().unwrap().to_owned();
        let answers = self.0.answers.lock().unwrap();
        let answer = answers.iter().find(|(of, _)| *of == source).map(|(_, answer)| answer.clone());
        let error = answer.as_ref().and_then(|answer| answer["errorMessage"].as_str()).map(|_| "Unhandled".to_owned());
        match answer {
            Some(thrown) if error.is_some() => event = thrown,
            Some(answer) => event["response"] = answer,
            None => {}
        }
        let payload = Some(Bytes::from(event.to_string()));
        Ok(InvocationResponse { status_code: Some(200), function_error: error, payload, ..Default::default() })
    }
}

impl Directory for FakeLambda {
    fn resource_policy(&self, _: &Tx<'_>, _: &base::Arn, _: &str) -> Result<Option<ResourcePolicy>, base::Fault> {
        if !*self.0.is_open.lock().unwrap() {
            return Ok(None);
        }
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Action": "lambda:InvokeFunction",
            "Resource": FUNCTION,
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cognito-idp:us-east-1:000000000000:userpool/*"}},
        }]});
        Ok(Some(ResourcePolicy {
            name: "the function's policy".into(),
            text: policy.to_string(),
            kind: policy::Kind::Resource,
            is_required: false,
        }))
    }
}

async fn world(config: LambdaConfigType, answers: Vec<(&'static str, Json)>) -> (World, Arc<Function>) {
    let function = Arc::new(Function { answers: answers.into(), events: Mutex::default(), is_open: Mutex::new(true) });
    let lambda = Service::of(&api_lambda::API, FakeLambda(function.clone())).serve::<Invoke>().directory().build();
    let model = super::model_of(vec![crate::service(), lambda]).await;
    let input = CreateUserPoolRequest { lambda_config: Some(config), ..pool_input() };
    let pool = model.ask::<CreateUserPool>(input).await.unwrap().user_pool.unwrap().id.unwrap();
    let client = model.ask::<CreateUserPoolClient>(client_input(&pool)).await.unwrap();
    let client = client.user_pool_client.unwrap().client_id.unwrap();
    (World { model, pool, client }, function)
}

fn config() -> LambdaConfigType {
    LambdaConfigType {
        pre_sign_up: Some(FUNCTION.into()),
        post_confirmation: Some(FUNCTION.into()),
        pre_authentication: Some(FUNCTION.into()),
        post_authentication: Some(FUNCTION.into()),
        pre_token_generation: Some(FUNCTION.into()),
        custom_message: Some(FUNCTION.into()),
        pre_token_generation_config: None,
    }
}

fn sources(function: &Function) -> Vec<String> {
    let events = function.events.lock().unwrap();
    events.iter().map(|event| event["triggerSource"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_turning_point_calls_its_function_once_in_order() {
    let (world, function) = world(config(), vec![]).await;
    world.confirmed("jane@example.com").await;
    world.sign_in("jane@example.com", PASSWORD).await.unwrap();
    let wanted = [
        "PreSignUp_SignUp",
        "CustomMessage_SignUp",
        "PostConfirmation_ConfirmSignUp",
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_Authentication",
    ];
    assert_eq!(sources(&function), wanted);
    let events = function.events.lock().unwrap();
    let first = &events[0];
    assert_eq!(first["version"], "1");
    assert_eq!(first["region"], "us-east-1");
    assert_eq!(first["userPoolId"], world.pool.as_str());
    assert_eq!(first["callerContext"]["clientId"], world.client.as_str());
    assert_eq!(first["request"]["userAttributes"], json!({"email": "jane@example.com", "name": "Jane"}));
    assert_eq!(
        first["response"],
        json!({"autoConfirmUser": false, "autoVerifyEmail": false, "autoVerifyPhone": false})
    );
    assert_eq!(events[2]["request"]["userAttributes"]["cognito:user_status"], "CONFIRMED");
    assert_eq!(events[2]["request"]["userAttributes"]["email_verified"], "true");
}

#[tokio::test]
async fn a_function_may_confirm_a_new_account() {
    let said = json!({"autoConfirmUser": true, "autoVerifyEmail": true, "autoVerifyPhone": false});
    let (world, function) = world(config(), vec![("PreSignUp_SignUp", said)]).await;
    let done = world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
    assert!(done.user_confirmed);
    assert_eq!(sources(&function), ["PreSignUp_SignUp", "PostConfirmation_ConfirmSignUp"]);
    world.sign_in("jane@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn what_a_function_throws_stops_a_sign_up_without_a_trace() {
    let thrown = json!({"errorMessage": "not from here", "errorType": "Error"});
    let (world, function) = world(config(), vec![("PreSignUp_SignUp", thrown)]).await;
    let error = world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        ("UserLambdaValidationException", "PreSignUp failed with error not from here.")
    );
    function.answers.lock().unwrap().clear();
    world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
}

#[tokio::test]
async fn a_failing_function_after_confirmation_leaves_the_account_confirmed() {
    let thrown = json!({"errorMessage": "no table", "errorType": "Error"});
    let (world, _) = world(config(), vec![("PostConfirmation_ConfirmSignUp", thrown)]).await;
    world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
    let error = world.confirm("jane@example.com", &world.code_for("jane@example.com")).await.unwrap_err();
    assert_eq!(error.message, "PostConfirmation failed with error no table.");
    world.sign_in("jane@example.com", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_function_whose_policy_does_not_let_the_pool_in_is_not_called() {
    let (world, function) = world(config(), vec![]).await;
    *function.is_open.lock().unwrap() = false;
    let error = world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap_err();
    assert_eq!(
        (error.code, &*error.message),
        ("UnexpectedLambdaException", "PreSignUp invocation failed due to error AccessDeniedException.")
    );
    assert!(function.events.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_function_changes_claims_but_not_whose_token_it_is() {
    let said = json!({"claimsOverrideDetails": {
        "claimsToAddOrOverride": {"tenant": "blue", "sub": "somebody else"},
        "claimsToSuppress": ["email"],
        "groupOverrideDetails": {"groupsToOverride": ["admins"], "iamRolesToOverride": [], "preferredRole": null},
    }});
    let (world, _) = world(config(), vec![("TokenGeneration_Authentication", said)]).await;
    let sub = world.confirmed("jane@example.com").await;
    let tokens = world.sign_in("jane@example.com", PASSWORD).await.unwrap();
    let id = verified(&world, &tokens.id_token.unwrap()).await;
    assert_eq!((&id["tenant"], &id["sub"], &id["email"]), (&json!("blue"), &json!(sub), &Json::Null));
    let access = verified(&world, &tokens.access_token.unwrap()).await;
    assert_eq!((&access["tenant"], &access["cognito:groups"]), (&Json::Null, &json!(["admins"])));
}

#[tokio::test]
async fn the_second_version_changes_access_tokens_and_scopes() {
    let said = json!({"claimsAndScopeOverrideDetails": {
        "accessTokenGeneration": {"claimsToAddOrOverride": {"plan": 3}, "scopesToAdd": ["orders/read"]},
    }});
    let second = PreTokenGenerationVersionConfigType {
        lambda_version: PreTokenGenerationLambdaVersionType::V20,
        lambda_arn: FUNCTION.into(),
    };
    let config = LambdaConfigType { pre_token_generation_config: Some(second), ..Default::default() };
    let (world, function) = world(config, vec![("TokenGeneration_Authentication", said)]).await;
    world.confirmed("jane@example.com").await;
    let tokens = world.sign_in("jane@example.com", PASSWORD).await.unwrap();
    let access = verified(&world, &tokens.access_token.unwrap()).await;
    assert_eq!(access["plan"], 3);
    assert_eq!(access["scope"], "aws.cognito.signin.user.admin orders/read");
    assert_eq!(function.events.lock().unwrap()[0]["version"], "2");
}

#[tokio::test]
async fn a_function_words_the_message_and_the_code_is_filled_in() {
    let said = json!({"emailSubject": "Welcome", "emailMessage": "Your number: {####}", "smsMessage": null});
    let (world, _) = world(config(), vec![("CustomMessage_SignUp", said)]).await;
    world.call::<SignUp>(world.sign_up_input("jane@example.com")).await.unwrap();
    let mails = world.model.cloud.mails(Some("jane@example.com"), 1).unwrap();
    assert_eq!(mails[0].1.subject, "Welcome");
    assert_eq!(mails[0].1.body, format!("Your number: {}", world.code_for("jane@example.com")));
}

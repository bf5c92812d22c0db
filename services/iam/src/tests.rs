//! What a client of IAM and STS sees.

use api_iam::*;
use api_sts::{AssumeRole, AssumeRoleRequest, GetCallerIdentity, GetCallerIdentityRequest};
use base::{AccountId, Arn};
use kernel::{Call, Principal};
use std::sync::Arc;
use testkit::Model;

mod federation;
mod sessions;
mod simulation;
mod templates;

pub(crate) fn model() -> Model {
    Model::new(vec![crate::service(), crate::sts()])
}

pub(crate) const TRUST_ACCOUNT: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"AWS": "arn:aws:iam::000000000000:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#;
pub(crate) const TRUST_LAMBDA: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
pub(crate) const ALLOW_ALL: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

pub(crate) async fn make_role(model: &Model, name: &str, trust: &str) -> Role {
    let input =
        CreateRoleRequest { role_name: name.into(), assume_role_policy_document: trust.into(), ..Default::default() };
    model.ask::<CreateRole>(input).await.unwrap().role
}

/// A user who may do what `policy` says, and the call that its own key makes.
pub(crate) async fn make_user(model: &Model, name: &str, policy: &str) -> Call {
    let input = CreateUserRequest { user_name: name.into(), ..Default::default() };
    model.ask::<CreateUser>(input).await.unwrap();
    let input =
        PutUserPolicyRequest { user_name: name.into(), policy_name: "inline".into(), policy_document: policy.into() };
    model.ask::<PutUserPolicy>(input).await.unwrap();
    let input = CreateAccessKeyRequest { user_name: Some(name.into()) };
    let key = model.ask::<CreateAccessKey>(input).await.unwrap().access_key;
    signed_by(model, &key.access_key_id)
}

/// A call as the gateway makes it for a key.
pub(crate) fn signed_by(model: &Model, access_key_id: &str) -> Call {
    let key = model.cloud.find_key(access_key_id).unwrap().expect("the key is known");
    let call = model.call_as(key.principal);
    Call {
        account: key.account,
        access_key_id: access_key_id.into(),
        context: key.context,
        session_policies: Arc::new(key.session_policies),
        ..call
    }
}

#[tokio::test]
async fn the_default_key_is_the_root_user() {
    let model = model();
    let call = signed_by(&model, "test");
    let who = model.cloud.call::<GetCallerIdentity>(&call, GetCallerIdentityRequest {}).await.unwrap();
    assert_eq!(who.arn.as_deref(), Some("arn:aws:iam::000000000000:root"));
    assert_eq!(who.user_id.as_deref(), Some("000000000000"));
}

#[tokio::test]
async fn a_role_is_what_was_made_and_is_made_once() {
    let model = model();
    let made = make_role(&model, "todo", TRUST_LAMBDA).await;
    assert_eq!(made.arn, "arn:aws:iam::000000000000:role/todo");
    assert!(made.role_id.starts_with("AROA") && made.role_id.len() == 21, "{}", made.role_id);
    let document = made.assume_role_policy_document.unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%20%222012-10-17%22"), "{document}");
    assert_eq!(made.max_session_duration, Some(3600));
    let again = CreateRoleRequest {
        role_name: "TODO".into(),
        assume_role_policy_document: TRUST_LAMBDA.into(),
        ..Default::default()
    };
    let refused = model.ask::<CreateRole>(again).await.unwrap_err();
    assert_eq!(refused.to_string(), "EntityAlreadyExists: Role with name TODO already exists.");
    let refused = model.ask::<GetRole>(GetRoleRequest { role_name: "gone".into() }).await.unwrap_err();
    assert_eq!(refused.to_string(), "NoSuchEntity: The role with name gone cannot be found.");
}

#[tokio::test]
async fn a_role_goes_when_nothing_hangs_on_it() {
    let model = model();
    make_role(&model, "todo", TRUST_LAMBDA).await;
    let policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole".to_owned();
    let attach = AttachRolePolicyRequest { role_name: "todo".into(), policy_arn: policy_arn.clone() };
    model.ask::<AttachRolePolicy>(attach).await.unwrap();
    let delete = DeleteRoleRequest { role_name: "todo".into() };
    let refused = model.ask::<DeleteRole>(delete.clone()).await.unwrap_err();
    assert_eq!(refused.to_string(), "DeleteConflict: Cannot delete entity, must detach all policies first.");
    let listed = ListAttachedRolePoliciesRequest { role_name: "todo".into(), ..Default::default() };
    let listed = model.ask::<ListAttachedRolePolicies>(listed).await.unwrap().attached_policies.unwrap();
    assert_eq!(listed[0].policy_name.as_deref(), Some("AWSLambdaBasicExecutionRole"));
    model.ask::<DetachRolePolicy>(DetachRolePolicyRequest { role_name: "todo".into(), policy_arn }).await.unwrap();
    model.ask::<DeleteRole>(delete).await.unwrap();
}

#[tokio::test]
async fn what_is_not_a_policy_or_names_nobody_is_refused() {
    let model = model();
    let role = |trust: &str| CreateRoleRequest {
        role_name: "todo".into(),
        assume_role_policy_document: trust.into(),
        ..Default::default()
    };
    let refused = model.ask::<CreateRole>(role("{}")).await.unwrap_err();
    assert_eq!(refused.to_string(), "MalformedPolicyDocument: Syntax errors in policy.");
    let nobody = TRUST_ACCOUNT.replace(":root", ":user/nobody");
    let refused = model.ask::<CreateRole>(role(&nobody)).await.unwrap_err();
    let who = "arn:aws:iam::000000000000:user/nobody";
    assert_eq!(refused.to_string(), format!("MalformedPolicyDocument: Invalid principal in policy: \"AWS\":\"{who}\""));
    let old = CreatePolicyRequest {
        policy_name: "p".into(),
        policy_document: ALLOW_ALL.replace("2012-10-17", "2008-10-17"),
        ..Default::default()
    };
    let refused = model.ask::<CreatePolicy>(old).await.unwrap_err();
    assert_eq!(refused.to_string(), "MalformedPolicyDocument: Policy document must be version 2012-10-17 or greater.");
}

#[tokio::test]
async fn an_unknown_policy_of_aws_is_named() {
    let model = model();
    make_role(&model, "todo", TRUST_LAMBDA).await;
    let policy_arn = "arn:aws:iam::aws:policy/AmazonMoonFullAccess".to_owned();
    let attach = AttachRolePolicyRequest { role_name: "todo".into(), policy_arn };
    let refused = model.ask::<AttachRolePolicy>(attach).await.unwrap_err();
    assert_eq!(refused.code, "NoSuchEntity");
    assert!(refused.message.contains("arn:aws:iam::aws:policy/AmazonMoonFullAccess"), "{}", refused.message);
}

#[tokio::test]
async fn a_user_may_do_what_its_policies_say_and_no_more() {
    let model = model();
    let policy = ALLOW_ALL.replace(r#""Action": "*""#, r#""Action": "iam:GetRole""#);
    let policy = policy.replace(r#""Resource": "*""#, r#""Resource": "arn:aws:iam::000000000000:role/apps/*""#);
    let alice = make_user(&model, "alice", &policy).await;
    for (path, name) in [("/apps/", "todo"), ("/", "admin")] {
        let input = CreateRoleRequest {
            path: Some(path.into()),
            role_name: name.into(),
            assume_role_policy_document: TRUST_LAMBDA.into(),
            ..Default::default()
        };
        model.ask::<CreateRole>(input).await.unwrap();
    }
    // The role's path is part of what the policy is about, though the call does not say it.
    model.cloud.call::<GetRole>(&alice, GetRoleRequest { role_name: "todo".into() }).await.unwrap();
    let refused = model.cloud.call::<GetRole>(&alice, GetRoleRequest { role_name: "admin".into() }).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "AccessDenied: User: arn:aws:iam::000000000000:user/alice is not authorized to perform: iam:GetRole on \
         resource: arn:aws:iam::000000000000:role/admin because no identity-based policy allows the iam:GetRole action"
    );
}

#[tokio::test]
async fn an_inactive_key_is_no_key() {
    let model = model();
    let alice = make_user(&model, "alice", ALLOW_ALL).await;
    let input = UpdateAccessKeyRequest {
        user_name: None,
        access_key_id: alice.access_key_id.clone(),
        status: StatusType_::Inactive,
    };
    model.cloud.call::<UpdateAccessKey>(&alice, input).await.unwrap();
    assert!(model.cloud.find_key(&alice.access_key_id).unwrap().is_none());
}

#[tokio::test]
async fn a_third_key_is_too_many() {
    let model = model();
    make_user(&model, "alice", ALLOW_ALL).await;
    let input = CreateAccessKeyRequest { user_name: Some("alice".into()) };
    model.ask::<CreateAccessKey>(input.clone()).await.unwrap();
    let refused = model.ask::<CreateAccessKey>(input).await.unwrap_err();
    assert_eq!(refused.to_string(), "LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2");
}

#[tokio::test]
async fn versions_of_a_policy_are_five_and_the_default_stays() {
    let model = model();
    let input =
        CreatePolicyRequest { policy_name: "p".into(), policy_document: ALLOW_ALL.into(), ..Default::default() };
    let arn = model.ask::<CreatePolicy>(input).await.unwrap().policy.unwrap().arn.unwrap();
    let next = CreatePolicyVersionRequest {
        policy_arn: arn.clone(),
        policy_document: ALLOW_ALL.into(),
        set_as_default: Some(true),
    };
    for _ in 0..4 {
        model.ask::<CreatePolicyVersion>(next.clone()).await.unwrap();
    }
    assert_eq!(model.ask::<CreatePolicyVersion>(next).await.unwrap_err().code, "LimitExceeded");
    let delete = |version: &str| DeletePolicyVersionRequest { policy_arn: arn.clone(), version_id: version.into() };
    let refused = model.ask::<DeletePolicyVersion>(delete("v5")).await.unwrap_err();
    assert_eq!(refused.to_string(), "DeleteConflict: Cannot delete the default version of a policy.");
    model.ask::<DeletePolicyVersion>(delete("v1")).await.unwrap();
    let list = ListPolicyVersionsRequest { policy_arn: arn.clone(), max_items: Some(2), ..Default::default() };
    let page = model.ask::<ListPolicyVersions>(list.clone()).await.unwrap();
    let numbers = |versions: Option<Vec<PolicyVersion>>| -> Vec<String> {
        versions.unwrap().into_iter().filter_map(|version| version.version_id).collect()
    };
    assert_eq!(numbers(page.versions), ["v5", "v4"]);
    let rest = model.ask::<ListPolicyVersions>(ListPolicyVersionsRequest { marker: page.marker, ..list }).await;
    assert_eq!(numbers(rest.unwrap().versions), ["v3", "v2"]);
    let refused = model.ask::<DeletePolicy>(DeletePolicyRequest { policy_arn: arn }).await.unwrap_err();
    assert_eq!(refused.code, "DeleteConflict");
}

#[tokio::test]
async fn a_boundary_limits_what_a_role_may_do() {
    let model = model();
    let reads = ALLOW_ALL.replace(r#""Action": "*""#, r#""Action": ["iam:List*", "sts:*"]"#);
    let input = CreatePolicyRequest { policy_name: "b".into(), policy_document: reads, ..Default::default() };
    let boundary = model.ask::<CreatePolicy>(input).await.unwrap().policy.unwrap().arn.unwrap();
    let alice = make_user(&model, "alice", ALLOW_ALL).await;
    let input = PutUserPermissionsBoundaryRequest { user_name: "alice".into(), permissions_boundary: boundary };
    model.ask::<PutUserPermissionsBoundary>(input).await.unwrap();
    model.cloud.call::<ListUsers>(&alice, ListUsersRequest::default()).await.unwrap();
    let refused = model.cloud.call::<GetUser>(&alice, GetUserRequest { user_name: None }).await.unwrap_err();
    assert!(refused.message.ends_with("because no permissions boundary allows the iam:GetUser action"), "{refused}");
}

#[test]
fn every_policy_of_aws_is_one() {
    for policy in crate::managed::all().values() {
        let parsed = policy::Document::parse(&policy.text, policy::Kind::Identity);
        assert!(parsed.is_ok(), "{}: {:?}", policy.name, parsed.err());
        assert!(crate::document::size(&policy.text) < 10_000, "{}", policy.name);
    }
}

pub(crate) async fn assume(model: &Model, call: &Call, role: &str) -> kernel::Outcome<Call> {
    let input = AssumeRoleRequest {
        role_arn: format!("arn:aws:iam::000000000000:role/{role}"),
        role_session_name: "session".into(),
        ..Default::default()
    };
    let answer = model.cloud.call::<AssumeRole>(call, input).await?;
    Ok(signed_by(model, &answer.credentials.unwrap().access_key_id))
}

pub(crate) fn service_call(model: &Model, name: &str) -> Call {
    let source = Arn::new("lambda", "us-east-1", "000000000000", "function:todo");
    let call = model.call_as(Principal::Anonymous);
    Call { account: AccountId::default_root(), ..call }.as_service(name, &source)
}

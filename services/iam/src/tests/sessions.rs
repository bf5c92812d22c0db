//! Temporary credentials.

use super::*;
use api_sts::{GetSessionToken, GetSessionTokenRequest, Tag};

#[tokio::test]
async fn a_session_of_a_role_may_do_what_the_role_may() {
    let model = model();
    make_role(&model, "admin", TRUST_ACCOUNT).await;
    let alice = make_user(&model, "alice", &ALLOW_ALL.replace(r#""Action": "*""#, r#""Action": "sts:*""#)).await;
    let session = assume(&model, &alice, "admin").await.unwrap();
    assert_eq!(session.principal.name(), "arn:aws:sts::000000000000:assumed-role/admin/session");
    let refused = model.cloud.call::<ListUsers>(&session, ListUsersRequest::default()).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    let input = AttachRolePolicyRequest {
        role_name: "admin".into(),
        policy_arn: "arn:aws:iam::aws:policy/AdministratorAccess".into(),
    };
    model.ask::<AttachRolePolicy>(input).await.unwrap();
    model.cloud.call::<ListUsers>(&session, ListUsersRequest::default()).await.unwrap();
    let who = model.cloud.call::<GetCallerIdentity>(&session, GetCallerIdentityRequest {}).await.unwrap();
    assert!(who.user_id.unwrap().ends_with(":session"));
}

#[tokio::test]
async fn a_service_assumes_the_role_that_trusts_it() {
    let model = model();
    make_role(&model, "todo", TRUST_LAMBDA).await;
    let lambda = service_call(&model, "lambda.amazonaws.com");
    assume(&model, &lambda, "todo").await.unwrap();
    let events = service_call(&model, "events.amazonaws.com");
    let refused = assume(&model, &events, "todo").await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
}

#[tokio::test]
async fn who_is_not_trusted_or_not_allowed_does_not_assume() {
    let model = model();
    make_role(&model, "todo", TRUST_LAMBDA).await;
    let alice = make_user(&model, "alice", ALLOW_ALL).await;
    for role in ["todo", "gone"] {
        let refused = assume(&model, &alice, role).await.unwrap_err();
        let start = format!(
            "AccessDenied: User: arn:aws:iam::000000000000:user/alice is not authorized to perform: sts:AssumeRole on \
             resource: arn:aws:iam::000000000000:role/{role}"
        );
        assert!(refused.to_string().starts_with(&start), "{refused}");
    }
    let refused = assume(&model, &model.root(), "todo").await.unwrap_err();
    assert_eq!(refused.to_string(), "AccessDenied: Roles may not be assumed by root accounts.");
}

#[tokio::test]
async fn a_session_does_not_outlive_its_limits() {
    let model = model();
    make_role(&model, "admin", TRUST_ACCOUNT).await;
    let alice = make_user(&model, "alice", ALLOW_ALL).await;
    let input = AssumeRoleRequest {
        role_arn: "arn:aws:iam::000000000000:role/admin".into(),
        role_session_name: "session".into(),
        duration_seconds: Some(7200),
        ..Default::default()
    };
    let refused = model.cloud.call::<AssumeRole>(&alice, input.clone()).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    );
    let update =
        UpdateRoleRequest { role_name: "admin".into(), max_session_duration: Some(43_200), ..Default::default() };
    model.ask::<UpdateRole>(update).await.unwrap();
    let answer = model.cloud.call::<AssumeRole>(&alice, input).await.unwrap();
    let expires = answer.credentials.unwrap().expiration;
    assert_eq!(expires, testkit::START.plus_secs(7200));
}

#[tokio::test]
async fn session_policies_and_tags_go_with_the_session() {
    let model = model();
    make_role(&model, "admin", TRUST_ACCOUNT).await;
    let own_team = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}]}"#;
    let input = PutRolePolicyRequest {
        role_name: "admin".into(),
        policy_name: "inline".into(),
        policy_document: own_team.into(),
    };
    model.ask::<PutRolePolicy>(input).await.unwrap();
    let alice = make_user(&model, "alice", ALLOW_ALL).await;
    let input = AssumeRoleRequest {
        role_arn: "arn:aws:iam::000000000000:role/admin".into(),
        role_session_name: "session".into(),
        policy: Some(ALLOW_ALL.replace(r#""Action": "*""#, r#""Action": "iam:List*""#)),
        tags: Some(vec![Tag { key: "team".into(), value: "red".into() }]),
        ..Default::default()
    };
    let answer = model.cloud.call::<AssumeRole>(&alice, input).await.unwrap();
    assert!(answer.packed_policy_size.is_some_and(|percent| percent > 0));
    let session = signed_by(&model, &answer.credentials.unwrap().access_key_id);
    model.cloud.call::<ListRoles>(&session, ListRolesRequest::default()).await.unwrap();
    let refused =
        model.cloud.call::<GetRole>(&session, GetRoleRequest { role_name: "admin".into() }).await.unwrap_err();
    assert!(refused.message.contains("session policy"), "{refused}");
    // Without the tag the role's policy allows nothing.
    let plain = assume(&model, &alice, "admin").await.unwrap();
    assert!(model.cloud.call::<ListRoles>(&plain, ListRolesRequest::default()).await.is_err());
}

#[tokio::test]
async fn an_expired_session_is_known_for_a_day_and_then_forgotten() {
    let model = model();
    let answer = model.ask::<GetSessionToken>(GetSessionTokenRequest::default()).await.unwrap();
    let key_id = answer.credentials.unwrap().access_key_id;
    model.clock.advance_millis(2 * 3600 * 1000);
    let key = model.cloud.find_key(&key_id).unwrap().expect("an expired key is still known");
    assert!(key.expires.unwrap() < model.clock.now());
    model.cloud.start();
    model.clock.advance_millis(25 * 3600 * 1000);
    while model.cloud.find_key(&key_id).unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    model.cloud.stop().await;
}

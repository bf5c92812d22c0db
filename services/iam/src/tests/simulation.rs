//! What would be decided.

use super::*;

#[tokio::test]
async fn a_simulation_decides_as_the_engine_does() {
    let model = model();
    let only_reading = ALLOW_ALL.replace(r#""Action": "*""#, r#""Action": "s3:Get*""#);
    make_user(&model, "alice", &only_reading).await;
    let input = SimulatePrincipalPolicyRequest {
        policy_source_arn: "arn:aws:iam::000000000000:user/alice".into(),
        action_names: vec!["s3:GetObject".into(), "s3:PutObject".into()],
        ..Default::default()
    };
    let results = model.ask::<SimulatePrincipalPolicy>(input).await.unwrap().evaluation_results.unwrap();
    let decisions: Vec<_> = results.iter().map(|result| result.eval_decision.as_str()).collect();
    assert_eq!(decisions, ["allowed", "implicitDeny"]);
    let matched = &results[0].matched_statements.as_ref().unwrap()[0];
    assert_eq!(matched.source_policy_type, Some(PolicySourceType::User));
}

#[tokio::test]
async fn a_condition_that_lacks_its_value_is_named() {
    let model = model();
    let text = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}]}"#;
    let mut input = SimulateCustomPolicyRequest {
        policy_input_list: vec![text.into()],
        action_names: vec!["s3:GetObject".into()],
        ..Default::default()
    };
    let result = model.ask::<SimulateCustomPolicy>(input.clone()).await.unwrap().evaluation_results.unwrap();
    let missing = result[0].missing_context_values.clone().unwrap();
    assert!(missing.iter().any(|key| key.eq_ignore_ascii_case("aws:PrincipalTag/team")), "{missing:?}");
    input.context_entries = Some(vec![ContextEntry {
        context_key_name: Some("aws:PrincipalTag/team".into()),
        context_key_values: Some(vec!["red".into()]),
        context_key_type: Some(ContextKeyTypeEnum::String),
    }]);
    let result = model.ask::<SimulateCustomPolicy>(input).await.unwrap().evaluation_results.unwrap();
    assert_eq!(result[0].eval_decision, PolicyEvaluationDecisionType::Allowed);
}

use super::fake::{Model, create};
use crate::api::{CreateStack, CreateStackInput};
use api_iam::{CreateRole, CreateRoleRequest, PutRolePolicy, PutRolePolicyRequest};

const ROLE: &str = "arn:aws:iam::000000000000:role/deployer";

async fn allow(model: &Model, actions: &str) {
    let input = PutRolePolicyRequest {
        role_name: "deployer".into(),
        policy_name: "deploy".into(),
        policy_document: format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": {actions}, "Resource": "*"}}]}}"#
        ),
    };
    model.ask::<PutRolePolicy>(input).await.unwrap();
}

async fn make_role(model: &Model, service: &str) {
    let trust = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {{"Service": "{service}"}}}}]}}"#
    );
    let input =
        CreateRoleRequest { role_name: "deployer".into(), assume_role_policy_document: trust, ..Default::default() };
    model.ask::<CreateRole>(input).await.unwrap();
}

fn parameter(value: &str) -> String {
    format!(
        r#"{{"Resources": {{"P": {{"Type": "AWS::SSM::Parameter", "Properties": {{"Type": "String", "Value": "{value}"}}}}}}}}"#
    )
}

#[tokio::test]
async fn taking_a_permission_from_the_role_makes_the_next_update_fail_and_name_it() {
    let model = Model::new();
    make_role(&model, "cloudformation.amazonaws.com").await;
    allow(&model, r#"["ssm:PutParameter", "ssm:GetParameter", "ssm:AddTagsToResource"]"#).await;
    let input = CreateStackInput { role_arn: Some(ROLE.into()), ..create("roled", &parameter("one")) };
    model.ask::<CreateStack>(input).await.unwrap();
    assert_eq!(model.rest("roled").await, "CREATE_COMPLETE", "{:#?}", model.events("roled").await);

    allow(&model, r#"["ssm:GetParameter"]"#).await;
    assert_eq!(model.updated("roled", &parameter("two")).await, "UPDATE_ROLLBACK_COMPLETE");
    let events = model.events("roled").await;
    let failed = events.iter().find(|event| event.contains("P UPDATE_FAILED")).unwrap();
    assert!(
        failed.contains(
            "User: arn:aws:sts::000000000000:assumed-role/deployer/AWSCloudFormation is not authorized to perform: \
             ssm:PutParameter"
        ) && failed.ends_with("HandlerErrorCode: AccessDenied)"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_role_that_does_not_trust_cloudformation_is_refused() {
    let model = Model::new();
    make_role(&model, "lambda.amazonaws.com").await;
    let input = CreateStackInput { role_arn: Some(ROLE.into()), ..create("roled", &parameter("one")) };
    let refused = model.ask::<CreateStack>(input).await.unwrap_err();
    assert_eq!(refused.to_string(), format!("ValidationError: Role {ROLE} is invalid or cannot be assumed"));
}

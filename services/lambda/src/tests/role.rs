use super::{World, function, json};
use api_iam::{CreateRole, CreateRoleRequest, PutRolePolicy, PutRolePolicyRequest};
use api_lambda::{CreateFunction, Runtime};
use api_logs::{FilterLogEvents, FilterLogEventsRequest};

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
    "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;
const MAY_LOG: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}]}"#;
const CODE: &str = "import os\n\
    def handler(event, context):\n\
    \x20 print('marked')\n\
    \x20 return os.environ['AWS_ACCESS_KEY_ID'][:4]\n";

#[tokio::test]
async fn a_function_is_its_role_and_its_log_is_written_as_that() {
    let Some(world) = World::of(vec![crate::service(), logs::service(), iam::service(), iam::sts()]) else { return };
    let input = function("worker", Runtime::Python312, &[("index.py", CODE)]);
    let refused = world.ask::<CreateFunction>(input.clone()).await.unwrap_err();
    assert_eq!(refused.message, "The role defined for the function cannot be assumed by Lambda.");
    let role = CreateRoleRequest {
        role_name: "worker".into(),
        assume_role_policy_document: TRUST.into(),
        ..Default::default()
    };
    world.ask::<CreateRole>(role).await.unwrap();
    let policy =
        PutRolePolicyRequest { role_name: "worker".into(), policy_name: "log".into(), policy_document: MAY_LOG.into() };
    world.ask::<PutRolePolicy>(policy).await.unwrap();
    world.ask::<CreateFunction>(input).await.unwrap();
    assert_eq!(json(&world.invoke("worker", "{}").await), "ASIA");
    // The log arrives by itself, a little later.
    let found = loop {
        let ask = FilterLogEventsRequest {
            log_group_name: Some("/aws/lambda/worker".into()),
            filter_pattern: Some("marked".into()),
            ..Default::default()
        };
        match world.ask::<FilterLogEvents>(ask).await {
            Ok(found) if found.events.as_ref().is_some_and(|events| !events.is_empty()) => break found,
            _ => tokio::task::yield_now().await,
        }
    };
    assert_eq!(found.events.unwrap()[0].message.as_deref(), Some("marked\n"));
}

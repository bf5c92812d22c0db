use super::fake::{Model, chain, create};
use crate::api::{CreateStack, CreateStackInput, DescribeStacks, DescribeStacksInput, OnFailure};

#[tokio::test]
async fn a_stack_is_made_in_the_order_of_its_references_and_says_so() {
    let model = Model::new();
    assert_eq!(model.made("chain", &chain(1)).await, "CREATE_COMPLETE");
    assert_eq!(model.world().log, ["create A", "create B", "create C"]);
    assert_eq!(
        model.events("chain").await,
        [
            "chain CREATE_IN_PROGRESS: User Initiated",
            "A CREATE_IN_PROGRESS",
            "A CREATE_IN_PROGRESS: Resource creation Initiated",
            "A CREATE_COMPLETE",
            "B CREATE_IN_PROGRESS",
            "B CREATE_IN_PROGRESS: Resource creation Initiated",
            "B CREATE_COMPLETE",
            "C CREATE_IN_PROGRESS",
            "C CREATE_IN_PROGRESS: Resource creation Initiated",
            "C CREATE_COMPLETE",
            "chain CREATE_COMPLETE",
        ]
    );
    let stack = model.stack("chain").await;
    let end = stack.outputs.unwrap().remove(0).output_value.unwrap();
    assert!(end.starts_with("chain-C-"), "{end}");
    model.delete("chain").await.unwrap();
    assert_eq!(model.rest(&stack.stack_id.unwrap()).await, "DELETE_COMPLETE");
    assert_eq!(model.world().log[3..], ["delete C", "delete B", "delete A"]);
    assert!(model.world().things.is_empty());
    let input = DescribeStacksInput { stack_name: Some("chain".into()), ..Default::default() };
    let gone = model.ask::<DescribeStacks>(input).await.unwrap_err();
    assert_eq!(gone.to_string(), "ValidationError: Stack with id chain does not exist");
}

#[tokio::test]
async fn a_failed_creation_leaves_nothing_whichever_step_fails() {
    for (at, made) in [("A", 0), ("B", 1), ("C", 2)] {
        let model = Model::new();
        model.world().fails.insert(format!("create {at}"));
        assert_eq!(model.made("chain", &chain(1)).await, "ROLLBACK_COMPLETE");
        assert!(model.world().things.is_empty());
        assert_eq!(model.world().log.iter().filter(|action| action.starts_with("delete")).count(), made);
        let events = model.events("chain").await;
        let reason = format!(
            "chain ROLLBACK_IN_PROGRESS: The following resource(s) failed to create: [{at}]. Rollback requested by user."
        );
        assert!(events.contains(&reason), "{events:#?}");
        let failed = events.iter().find(|event| event.contains("CREATE_FAILED")).unwrap();
        assert!(
            failed.starts_with(&format!(
                "{at} CREATE_FAILED: Resource handler returned message: \"it broke (Service: Test, Status Code: 400"
            )),
            "{failed}"
        );
        assert!(failed.ends_with("HandlerErrorCode: InvalidRequest)"), "{failed}");
    }
}

#[tokio::test]
async fn what_a_caller_wants_after_a_failure_is_done() {
    let model = Model::new();
    model.world().fails.insert("create B".into());
    let input = |name: &str, on_failure| CreateStackInput { on_failure: Some(on_failure), ..create(name, &chain(1)) };
    let id = model.ask::<CreateStack>(input("stays", OnFailure::DoNothing)).await.unwrap().stack_id.unwrap();
    assert_eq!(model.rest(&id).await, "CREATE_FAILED");
    assert_eq!(model.world().things.len(), 1);
    let id = model.ask::<CreateStack>(input("goes", OnFailure::Delete)).await.unwrap().stack_id.unwrap();
    assert_eq!(model.rest(&id).await, "DELETE_COMPLETE");
    assert_eq!(model.world().things.len(), 1);
}

#[tokio::test]
async fn what_waits_for_nothing_is_made_at_once_and_a_failure_cancels_the_rest() {
    let model = Model::new();
    let things = (0..40).map(|n| format!(r#""T{n}": {{"Type": "AWS::Test::Thing"}}"#)).collect::<Vec<_>>().join(",");
    assert_eq!(model.made("wide", &format!(r#"{{"Resources": {{{things}}}}}"#)).await, "CREATE_COMPLETE");
    assert!(model.world().most_at_once > 1 && model.world().most_at_once <= 16);
    model.world().unready.insert("Slow".into());
    let two = r#"{"Resources": {"Slow": {"Type": "AWS::Test::Thing"}, "Bad": {"Type": "AWS::Test::Thing"}}}"#;
    let before = model.world().things.len();
    model.world().fails.insert("create Bad".into());
    assert_eq!(model.made("two", two).await, "ROLLBACK_COMPLETE");
    let events = model.events("two").await;
    assert!(events.contains(&"Slow CREATE_FAILED: Resource creation cancelled".to_owned()), "{events:#?}");
    assert_eq!(model.world().things.len(), before);
}

#[tokio::test]
async fn what_is_not_supported_is_refused_with_the_whole_list() {
    let model = Model::new();
    let template = r#"{
        "Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
        "Resources": {
            "One": {"Type": "AWS::Test::Thing", "Properties": {"Colour": "red", "Link": {"Ref": "Two"}}},
            "Two": {"Type": "AWS::SNS::Topic"},
            "Three": {"Type": "AWS::SQS::Queue", "Condition": "Never"}}}"#;
    let refused = model.create("bad", template).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ValidationError: Maquette does not support: property Colour of AWS::Test::Thing (One), AWS::SNS::Topic \
         (Two)"
    );
    let refused = model.create("bad", "Resources: {X: {Type: 'AWS::SNS::Tropic'}}").await.unwrap_err();
    assert_eq!(refused.message, "Template format error: Unrecognized resource types: [AWS::SNS::Tropic]");
}

#[tokio::test]
async fn three_hundred_resources_are_quick() {
    let model = Model::new();
    let things: Vec<_> = (0..300)
        .map(|n| {
            let link = if n < 10 { String::new() } else { format!(r#""Link": {{"Ref": "T{}"}}"#, n - 10) };
            format!(r#""T{n}": {{"Type": "AWS::Test::Thing", "Properties": {{{link}}}}}"#)
        })
        .collect();
    let template = format!(r#"{{"Resources": {{{}}}}}"#, things.join(","));
    assert_eq!(model.made("many", &template).await, "CREATE_COMPLETE");
    assert_eq!(model.world().things.len(), 300);
}

#[tokio::test]
async fn a_secret_parameter_is_shown_nowhere() {
    let model = Model::new();
    let template = r#"{"Parameters": {"Secret": {"Type": "String", "NoEcho": true, "Default": "hush-hush"}},
        "Resources": {"P": {"Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Ref": "Secret"}}}}}"#;
    assert_eq!(model.made("quiet", template).await, "CREATE_COMPLETE");
    let stack = model.stack("quiet").await;
    assert_eq!(stack.parameters.unwrap()[0].parameter_value.as_deref(), Some("****"));
    let input = crate::api::DescribeStackEventsInput { stack_name: "quiet".into(), ..Default::default() };
    let events = model.ask::<crate::api::DescribeStackEvents>(input).await.unwrap().stack_events.unwrap();
    assert!(events.iter().all(|event| !format!("{event:?}").contains("hush-hush")));
}

use super::fake::{Model, chain};

#[tokio::test]
async fn an_update_changes_what_changed_and_only_that() {
    let model = Model::new();
    model.made("chain", &chain(1)).await;
    let refused = model.update("chain", &chain(1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "ValidationError: No updates are to be performed.");
    assert_eq!(model.updated("chain", &chain(2)).await, "UPDATE_COMPLETE");
    assert_eq!(model.world().log[3..], ["update A", "update B", "update C"]);
    assert!(model.world().things.values().all(|(size, _)| *size == 2));
    let events = model.events("chain").await;
    let last: Vec<_> = events.iter().rev().take(2).map(String::as_str).collect();
    assert_eq!(last, ["chain UPDATE_COMPLETE", "chain UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"]);
}

#[tokio::test]
async fn a_replacement_reaches_what_refers_to_it_and_the_old_one_goes_last() {
    let model = Model::new();
    model.made("chain", &chain(1)).await;
    let named = chain(1).replace(r#"{"Size": 1}"#, r#"{"Size": 1, "Name": "new-a"}"#);
    assert_eq!(model.updated("chain", &named).await, "UPDATE_COMPLETE");
    // B's link changed, C's did not: B has the name that it had.
    assert_eq!(model.world().log[3..], ["create A", "update B", "delete A"]);
    assert!(model.world().things.contains_key("new-a"));
    assert_eq!(model.world().things.len(), 3);
    let events = model.events("chain").await;
    assert!(events.contains(&"A UPDATE_IN_PROGRESS: Requested update requires the creation of a new physical resource; hence creating one.".to_owned()));
}

#[tokio::test]
async fn a_failed_update_leaves_the_world_as_it_was_whichever_step_fails() {
    let changed = chain(2)
        .replace(r#"{"Size": 2}"#, r#"{"Size": 2, "Name": "new-a"}"#)
        .replace(r#""C": {"#, r#""D": {"Type": "AWS::Test::Thing", "Properties": {"Link": {"Ref": "B"}}}, "C": {"#);
    for fails in ["create A", "update B", "update C", "create D"] {
        let model = Model::new();
        model.made("chain", &chain(1)).await;
        let before = model.world().things.clone();
        // The way back may be the same action.
        model.world().fails_once.insert(fails.into());
        assert_eq!(model.updated("chain", &changed).await, "UPDATE_ROLLBACK_COMPLETE", "{fails}");
        assert_eq!(model.world().things, before, "{fails}");
    }
}

#[tokio::test]
async fn what_cannot_be_deleted_fails_the_deletion_and_keeps_what_it_needs() {
    let model = Model::new();
    let id = model.create("chain", &chain(1)).await.unwrap();
    model.rest(&id).await;
    model.world().fails.insert("delete B".into());
    model.delete("chain").await.unwrap();
    assert_eq!(model.rest(&id).await, "DELETE_FAILED");
    let stack = model.stack(&id).await;
    assert_eq!(stack.stack_status_reason.unwrap(), "The following resource(s) failed to delete: [B]. ");
    assert_eq!(model.world().things.len(), 2);
    let input = crate::api::DeleteStackInput {
        stack_name: "chain".into(),
        retain_resources: Some(vec!["B".into()]),
        ..Default::default()
    };
    model.ask::<crate::api::DeleteStack>(input).await.unwrap();
    assert_eq!(model.rest(&id).await, "DELETE_COMPLETE");
    assert_eq!(model.world().things.len(), 1);
}

fn exporting(name: &str, size: i32) -> String {
    format!(
        r#"{{"Resources": {{"A": {{"Type": "AWS::Test::Thing", "Properties": {{"Size": {size}}}}}}},
            "Outputs": {{"Out": {{"Value": {{"Fn::GetAtt": ["A", "Arn"]}}, "Export": {{"Name": "{name}"}}}}}}}}"#
    )
}

#[tokio::test]
async fn an_export_belongs_to_one_stack_and_stays_while_it_is_used() {
    let model = Model::new();
    assert_eq!(model.made("one", &exporting("shared", 1)).await, "CREATE_COMPLETE");
    assert_eq!(model.made("two", &exporting("shared", 1)).await, "ROLLBACK_COMPLETE");
    let events = model.events("two").await;
    let said = "two ROLLBACK_IN_PROGRESS: Export with name shared is already exported by stack one. Rollback requested by user.";
    assert!(events.contains(&said.to_owned()), "{events:#?}");

    let importing =
        r#"{"Resources": {"B": {"Type": "AWS::Test::Thing", "Properties": {"Link": {"Fn::ImportValue": "shared"}}}}}"#;
    assert_eq!(model.made("user", importing).await, "CREATE_COMPLETE");
    model.delete("one").await.unwrap();
    let stack = model.stack("one").await;
    assert_eq!(stack.stack_status.as_str(), "CREATE_COMPLETE");
    assert!(stack.stack_status_reason.unwrap().contains("Cannot delete export shared as it is in use by user."));
    assert_eq!(model.updated("one", &exporting("other", 1)).await, "UPDATE_ROLLBACK_COMPLETE");
    let events = model.events("one").await;
    let said = "one UPDATE_ROLLBACK_IN_PROGRESS: Export shared cannot be deleted as it is in use by user";
    assert!(events.contains(&said.to_owned()), "{events:#?}");

    let lost = importing.replace("shared", "nowhere");
    assert_eq!(model.made("lost", &lost).await, "ROLLBACK_COMPLETE");
    let events = model.events("lost").await;
    assert_eq!(events[1], "lost ROLLBACK_IN_PROGRESS: No export named nowhere found. Rollback requested by user.");
}

#[tokio::test]
async fn a_rollback_that_fails_can_be_continued() {
    let model = Model::new();
    model.made("chain", &chain(1)).await;
    let before = model.world().things.clone();
    model.world().fails.insert("update B".into());
    assert_eq!(model.updated("chain", &chain(2)).await, "UPDATE_ROLLBACK_FAILED");
    let refused = model.update("chain", &chain(3)).await.unwrap_err();
    assert!(refused.message.ends_with("is in UPDATE_ROLLBACK_FAILED state and can not be updated."), "{refused}");
    let go_on = |skip: &[&str]| crate::api::ContinueUpdateRollbackInput {
        stack_name: "chain".into(),
        resources_to_skip: Some(skip.iter().map(|id| (*id).to_owned()).collect()),
        ..Default::default()
    };
    model.ask::<crate::api::ContinueUpdateRollback>(go_on(&[])).await.unwrap();
    assert_eq!(model.rest("chain").await, "UPDATE_ROLLBACK_FAILED");
    model.world().fails.clear();
    model.ask::<crate::api::ContinueUpdateRollback>(go_on(&[])).await.unwrap();
    assert_eq!(model.rest("chain").await, "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(model.world().things, before);
}

#[tokio::test]
async fn a_resource_does_not_change_its_type() {
    let model = Model::new();
    model.made("chain", &chain(1)).await;
    let other = chain(2).replacen("AWS::Test::Thing", "AWS::CDK::Metadata", 1);
    let refused = model.update("chain", &other).await.unwrap_err();
    assert_eq!(
        refused.message,
        "Update of resource type is not permitted. The new template modifies resource type of the following \
         resources: [A]"
    );
}

#[tokio::test]
async fn a_protected_stack_is_not_deleted() {
    let model = Model::new();
    model.made("chain", &chain(1)).await;
    let protect = |wanted| crate::api::UpdateTerminationProtectionInput {
        stack_name: "chain".into(),
        enable_termination_protection: wanted,
    };
    model.ask::<crate::api::UpdateTerminationProtection>(protect(true)).await.unwrap();
    let refused = model.delete("chain").await.unwrap_err();
    assert_eq!(refused.message, "Stack [chain] cannot be deleted while TerminationProtection is enabled");
    model.ask::<crate::api::UpdateTerminationProtection>(protect(false)).await.unwrap();
    model.delete("chain").await.unwrap();
}

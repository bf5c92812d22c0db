use super::fake::{Model, chain};
use crate::api::{
    ChangeSetType, CreateChangeSet, CreateChangeSetInput, DescribeChangeSet, DescribeChangeSetInput,
    DescribeChangeSetOutput, ExecuteChangeSet, ExecuteChangeSetInput,
};

async fn propose(model: &Model, kind: ChangeSetType, template: &str) -> DescribeChangeSetOutput {
    let input = CreateChangeSetInput {
        stack_name: "chain".into(),
        change_set_name: "set".into(),
        change_set_type: Some(kind),
        template_body: Some(template.into()),
        ..Default::default()
    };
    let id = model.ask::<CreateChangeSet>(input).await.unwrap().id.unwrap();
    let input = DescribeChangeSetInput { change_set_name: id, ..Default::default() };
    model.ask::<DescribeChangeSet>(input).await.unwrap()
}

async fn execute(model: &Model, set: &DescribeChangeSetOutput) -> String {
    let input = ExecuteChangeSetInput { change_set_name: set.change_set_id.clone().unwrap(), ..Default::default() };
    model.ask::<ExecuteChangeSet>(input).await.unwrap();
    model.rest("chain").await
}

fn told(set: &DescribeChangeSetOutput) -> Vec<String> {
    let changes = set.changes.iter().flatten().filter_map(|change| change.resource_change.as_ref());
    changes
        .map(|change| {
            let replacement = change.replacement.map(|it| it.to_string()).unwrap_or_default();
            let (action, id) = (change.action.unwrap(), change.logical_resource_id.as_ref().unwrap());
            format!("{action} {id} {replacement}").trim_end().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn a_change_set_makes_a_stack_and_then_changes_it() {
    let model = Model::new();
    let set = propose(&model, ChangeSetType::Create, &chain(1)).await;
    assert_eq!(model.stack("chain").await.stack_status.as_str(), "REVIEW_IN_PROGRESS");
    assert_eq!(told(&set), ["Add A", "Add B", "Add C"]);
    assert_eq!(execute(&model, &set).await, "CREATE_COMPLETE");

    let none = propose_named(&model, "none", &chain(1)).await;
    assert_eq!(none.status.unwrap().as_str(), "FAILED");
    assert!(none.status_reason.unwrap().starts_with("The submitted information didn't contain changes."));

    let named = chain(1).replace(r#"{"Size": 1}"#, r#"{"Size": 1, "Name": "new-a"}"#);
    let set = propose_named(&model, "named", &named).await;
    assert_eq!(told(&set), ["Modify A True", "Modify B False"]);
    assert_eq!(execute(&model, &set).await, "UPDATE_COMPLETE");
}

async fn propose_named(model: &Model, name: &str, template: &str) -> DescribeChangeSetOutput {
    let input = CreateChangeSetInput {
        stack_name: "chain".into(),
        change_set_name: name.into(),
        template_body: Some(template.into()),
        ..Default::default()
    };
    model.ask::<CreateChangeSet>(input).await.unwrap();
    let input =
        DescribeChangeSetInput { change_set_name: name.into(), stack_name: Some("chain".into()), ..Default::default() };
    model.ask::<DescribeChangeSet>(input).await.unwrap()
}

use api_dynamodb::*;
use kernel::Updated;
use serde_json::json;
use testkit::Model;

#[tokio::test]
async fn a_template_makes_changes_and_deletes_a_table() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::DynamoDB::Table");
    let first = json!({
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": true},
        "SSESpecification": {"SSEEnabled": true},
        "DeletionProtectionEnabled": true,
        "Tags": [{"Key": "team", "Value": "blue"}]
    });
    let id = resource.create(first.clone()).await.unwrap();
    assert_eq!(id, "stack-Thing-ABCDEFABCDEF");
    let attributes = resource.attributes(&id, first.clone()).await.unwrap();
    assert_eq!(attributes["Arn"], "arn:aws:dynamodb:us-east-1:000000000000:table/stack-Thing-ABCDEFABCDEF");
    let backups = DescribeContinuousBackupsInput { table_name: id.clone() };
    let backups = model.ask::<DescribeContinuousBackups>(backups).await.unwrap();
    let recovery = backups.continuous_backups_description.unwrap().point_in_time_recovery_description.unwrap();
    assert_eq!(recovery.point_in_time_recovery_status, Some(PointInTimeRecoveryStatus::Enabled));

    let mut second = first.clone();
    second["DeletionProtectionEnabled"] = json!(false);
    second["AttributeDefinitions"] = json!([
        {"AttributeName": "id", "AttributeType": "S"}, {"AttributeName": "owner", "AttributeType": "S"}
    ]);
    second["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "by-owner", "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"}
    }]);
    second["TimeToLiveSpecification"] = json!({"AttributeName": "gone", "Enabled": true});
    second["Tags"] = json!([{"Key": "team", "Value": "red"}]);
    let put = PutItemInput {
        table_name: id.clone(),
        item: super::attributes(&json!({"id": {"S": "a"}, "owner": {"S": "ann"}})),
        ..Default::default()
    };
    model.ask::<PutItem>(put).await.unwrap();
    assert_eq!(resource.update(&id, first.clone(), second.clone()).await.unwrap(), Updated::InPlace);
    let table = DescribeTableInput { table_name: id.clone() };
    let table = model.ask::<DescribeTable>(table).await.unwrap().table.unwrap();
    let index = &table.global_secondary_indexes.unwrap()[0];
    assert_eq!(index.item_count, Some(1), "a new index is filled");
    let live = DescribeTimeToLiveInput { table_name: id.clone() };
    let live = model.ask::<DescribeTimeToLive>(live).await.unwrap().time_to_live_description.unwrap();
    assert_eq!(live.attribute_name.as_deref(), Some("gone"));
    let tags = ListTagsOfResourceInput { resource_arn: table.table_arn.unwrap(), next_token: None };
    let tags = model.ask::<ListTagsOfResource>(tags).await.unwrap().tags.unwrap();
    assert!(tags.contains(&Tag { key: "team".into(), value: "red".into() }), "{tags:?}");

    let mut other = second.clone();
    other["KeySchema"] = json!([{"AttributeName": "owner", "KeyType": "HASH"}]);
    assert_eq!(resource.update(&id, second.clone(), other).await.unwrap(), Updated::Replace);
    resource.delete(&id, second.clone()).await.unwrap();
    resource.delete(&id, second).await.unwrap();
}

#[tokio::test]
async fn what_a_template_asks_for_and_nobody_does_is_named() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::DynamoDB::Table");
    let problems = resource.problems(&json!({
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}
    }));
    assert!(problems.iter().any(|problem| problem.contains("StreamSpecification")), "{problems:?}");
}

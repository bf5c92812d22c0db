use super::{attributes, definition, element, orders, s, table, things};
use api_dynamodb::*;
use serde_json::json;
use testkit::Model;

#[tokio::test]
async fn a_table_is_described_with_everything_that_defaults() {
    let model = Model::new(vec![crate::service()]);
    let made = model.ask::<CreateTable>(orders()).await.unwrap().table_description.unwrap();
    assert_eq!(made.table_status, Some(TableStatus::Creating));
    let input = DescribeTableInput { table_name: "orders".into() };
    let table = model.ask::<DescribeTable>(input).await.unwrap().table.unwrap();
    assert_eq!(table.table_status, Some(TableStatus::Active));
    assert_eq!(table.table_arn.as_deref(), Some("arn:aws:dynamodb:us-east-1:000000000000:table/orders"));
    let throughput = table.provisioned_throughput.unwrap();
    assert_eq!((throughput.read_capacity_units, throughput.number_of_decreases_today), (Some(0), Some(0)));
    assert_eq!(table.billing_mode_summary.unwrap().billing_mode, Some(BillingMode::PayPerRequest));
    let index = &table.global_secondary_indexes.unwrap()[0];
    assert_eq!(index.index_status, Some(IndexStatus::Active));
    assert_eq!(index.index_arn.as_deref(), Some("arn:aws:dynamodb:us-east-1:000000000000:table/orders/index/by-state"));
}

#[tokio::test]
async fn schemas_that_do_not_add_up_are_refused() {
    let model = Model::new(vec![crate::service()]);
    let number = definition("n", ScalarAttributeType::N);
    for (input, expected) in [
        (
            CreateTableInput { billing_mode: None, ..things() },
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be \
             specified when BillingMode is PROVISIONED",
        ),
        (
            CreateTableInput { key_schema: Some(vec![element("x", KeyType::Hash)]), ..things() },
            "One or more parameter values were invalid: Some index key attributes are not defined in \
             AttributeDefinitions. Keys: [x], AttributeDefinitions: [id]",
        ),
        (
            CreateTableInput { key_schema: Some(vec![element("id", KeyType::Range)]), ..things() },
            "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
        (
            CreateTableInput {
                attribute_definitions: Some(vec![definition("id", ScalarAttributeType::S), number]),
                ..things()
            },
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match \
             number of attributes defined in AttributeDefinitions",
        ),
    ] {
        assert_eq!(model.ask::<CreateTable>(input).await.unwrap_err().message, expected);
    }
}

#[tokio::test]
async fn a_deleted_table_takes_its_items_with_it() {
    let model = super::table().await;
    let put = PutItemInput {
        table_name: "things".into(),
        item: super::attributes(&serde_json::json!({"id": {"S": "a"}})),
        ..Default::default()
    };
    model.ask::<PutItem>(put).await.unwrap();
    let again = model.ask::<CreateTable>(things()).await.unwrap_err();
    assert_eq!(again.to_string(), "ResourceInUseException: Table already exists: things");
    model.ask::<DeleteTable>(DeleteTableInput { table_name: "things".into() }).await.unwrap();
    let gone = model.ask::<DescribeTable>(DescribeTableInput { table_name: "things".into() }).await.unwrap_err();
    assert_eq!(gone.to_string(), "ResourceNotFoundException: Requested resource not found: Table: things not found");
    model.ask::<CreateTable>(things()).await.unwrap();
    let scan = ScanInput { table_name: "things".into(), ..Default::default() };
    assert_eq!(model.ask::<Scan>(scan).await.unwrap().count, Some(0));
    let listed = model.ask::<ListTables>(ListTablesInput::default()).await.unwrap();
    assert_eq!(listed.table_names, Some(vec!["things".to_owned()]));
}

#[tokio::test]
async fn a_policy_on_leading_keys_shows_everybody_only_their_own_items() {
    let model = table().await;
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/eve"}, "Action": "dynamodb:*",
        "Resource": "arn:aws:dynamodb:us-east-1:000000000000:table/things",
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["eve"]}}
    }]});
    let resource_arn = "arn:aws:dynamodb:us-east-1:000000000000:table/things".to_owned();
    let input = PutResourcePolicyInput { resource_arn, policy: policy.to_string(), ..Default::default() };
    model.ask::<PutResourcePolicy>(input).await.unwrap();
    for (id, is_allowed) in [("eve", true), ("bob", false)] {
        let eve = || model.user("eve");
        let item = attributes(&json!({"id": {"S": id}, "text": {"S": "eve"}}));
        let key = attributes(&json!({"id": {"S": id}}));
        let put = PutItemInput { table_name: "things".into(), item: item.clone(), ..Default::default() };
        let get = GetItemInput { table_name: "things".into(), key: key.clone(), ..Default::default() };
        let query = QueryInput {
            table_name: "things".into(),
            key_condition_expression: Some("#id = :id".into()),
            expression_attribute_names: Some([("#id".to_owned(), "id".to_owned())].into()),
            expression_attribute_values: Some([(":id".to_owned(), s(id))].into()),
            ..Default::default()
        };
        let puts = vec![WriteRequest { put_request: Some(PutRequest { item }), delete_request: None }];
        let batch = BatchWriteItemInput { request_items: [("things".to_owned(), puts)].into(), ..Default::default() };
        let delete = Delete { table_name: "things".into(), key, ..Default::default() };
        let part = TransactWriteItem { delete: Some(delete), ..Default::default() };
        let transaction = TransactWriteItemsInput { transact_items: vec![part], ..Default::default() };
        assert_eq!(model.cloud.call::<PutItem>(&eve(), put).await.is_ok(), is_allowed, "put {id}");
        assert_eq!(model.cloud.call::<GetItem>(&eve(), get).await.is_ok(), is_allowed, "get {id}");
        assert_eq!(model.cloud.call::<Query>(&eve(), query).await.is_ok(), is_allowed, "query {id}");
        assert_eq!(model.cloud.call::<BatchWriteItem>(&eve(), batch).await.is_ok(), is_allowed, "batch {id}");
        let answer = model.cloud.call::<TransactWriteItems>(&eve(), transaction).await;
        assert_eq!(answer.is_ok(), is_allowed, "transaction {id}");
    }
}

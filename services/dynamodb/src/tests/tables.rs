use super::{definition, element, orders, things};
use api_dynamodb::*;
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

//! The official Rust SDK against the model that `AWS_ENDPOINT_URL` names. Prints what it did; panics where AWS differs.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use aws_smithy_http_client::{Builder, tls};

#[tokio::main]
async fn main() {
    let http = Builder::new().tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::Ring)).build_https();
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).http_client(http).load().await;
    dynamodb(&aws_sdk_dynamodb::Client::new(&config)).await;
    s3(&aws_sdk_s3::Client::from_conf(
        aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build(),
    ))
    .await;
}

async fn dynamodb(client: &aws_sdk_dynamodb::Client) {
    client
        .create_table()
        .table_name("rust")
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(
            AttributeDefinition::builder().attribute_name("id").attribute_type(ScalarAttributeType::S).build().unwrap(),
        )
        .key_schema(KeySchemaElement::builder().attribute_name("id").key_type(KeyType::Hash).build().unwrap())
        .send()
        .await
        .expect("CreateTable");
    let put = |id: &str| {
        client
            .put_item()
            .table_name("rust")
            .item("id", AttributeValue::S(id.into()))
            .item("n", AttributeValue::N("1".into()))
            .condition_expression("attribute_not_exists(id)")
            .send()
    };
    put("one").await.expect("PutItem");
    let refused = put("one").await.expect_err("the condition fails").into_service_error();
    assert!(refused.is_conditional_check_failed_exception(), "{refused:?}");
    let found = client.get_item().table_name("rust").key("id", AttributeValue::S("one".into())).send().await;
    assert_eq!(found.expect("GetItem").item.unwrap()["n"], AttributeValue::N("1".into()));
    let missing = client.describe_table().table_name("absent").send().await.expect_err("no such table");
    assert!(missing.into_service_error().is_resource_not_found_exception());
    client.delete_table().table_name("rust").send().await.expect("DeleteTable");
    println!("dynamodb: a table, a condition, an error by its type");
}

async fn s3(client: &aws_sdk_s3::Client) {
    client.create_bucket().bucket("rust-sdk").send().await.expect("CreateBucket");
    // Streamed in signed or checksummed chunks, as the SDK does by default.
    let body = vec![7_u8; 3 << 20];
    client.put_object().bucket("rust-sdk").key("a/b c").body(body.clone().into()).send().await.expect("PutObject");
    let found = client.get_object().bucket("rust-sdk").key("a/b c").send().await.expect("GetObject");
    assert_eq!(found.body.collect().await.expect("the body").to_vec(), body);
    let missing = client.get_object().bucket("rust-sdk").key("absent").send().await.expect_err("no such key");
    assert!(missing.into_service_error().is_no_such_key());
    let listed = client.list_objects_v2().bucket("rust-sdk").prefix("a/").send().await.expect("ListObjectsV2");
    assert_eq!(listed.contents().len(), 1);
    client.delete_object().bucket("rust-sdk").key("a/b c").send().await.expect("DeleteObject");
    client.delete_bucket().bucket("rust-sdk").send().await.expect("DeleteBucket");
    println!("s3: a streamed body there and back, an error by its type");
}

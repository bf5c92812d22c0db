use super::{attributes, n, s, table};
use api_dynamodb::*;
use serde_json::json;

fn put(id: &str, condition: Option<&str>) -> TransactWriteItem {
    let put = Put {
        item: attributes(&json!({"id": {"S": id}, "v": {"N": "1"}})),
        table_name: "things".into(),
        condition_expression: condition.map(Into::into),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..Default::default()
    };
    TransactWriteItem { put: Some(put), ..Default::default() }
}

fn write(items: Vec<TransactWriteItem>, token: &str) -> TransactWriteItemsInput {
    TransactWriteItemsInput { transact_items: items, client_request_token: Some(token.into()), ..Default::default() }
}

#[tokio::test]
async fn a_transaction_is_done_whole_or_not_at_all() {
    let model = table().await;
    model.ask::<TransactWriteItems>(write(vec![put("a", None)], "one")).await.unwrap();
    let items = vec![put("b", None), put("a", Some("attribute_not_exists(id)"))];
    let refused = model.ask::<TransactWriteItems>(write(items, "two")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons \
         [None, ConditionalCheckFailed]"
    );
    assert!(format!("{:?}", refused.detail).contains("ConditionalCheckFailed"));
    let get = |id: &str| TransactGetItem {
        get: Get { key: attributes(&json!({"id": {"S": id}})), table_name: "things".into(), ..Default::default() },
    };
    let input = TransactGetItemsInput {
        transact_items: vec![get("a"), get("b")],
        return_consumed_capacity: Some(ReturnConsumedCapacity::Total),
    };
    let found = model.ask::<TransactGetItems>(input).await.unwrap();
    let found_items = found.responses.unwrap();
    assert!(found_items[0].item.is_some() && found_items[1].item.is_none());
    assert_eq!(found.consumed_capacity.unwrap()[0].read_capacity_units, Some(4.0));
}

#[tokio::test]
async fn a_token_makes_a_transaction_happen_once_for_ten_minutes() {
    let model = table().await;
    let count = || {
        let update = Update {
            key: attributes(&json!({"id": {"S": "a"}})),
            table_name: "things".into(),
            update_expression: "ADD hits :one".into(),
            expression_attribute_values: Some([(":one".to_owned(), n("1"))].into()),
            ..Default::default()
        };
        TransactWriteItem { update: Some(update), ..Default::default() }
    };
    for _ in 0..2 {
        model.ask::<TransactWriteItems>(write(vec![count()], "same")).await.unwrap();
    }
    let refused = model.ask::<TransactWriteItems>(write(vec![put("b", None)], "same")).await.unwrap_err();
    assert_eq!(refused.code, "IdempotentParameterMismatchException");
    model.clock.advance_millis(601_000);
    model.ask::<TransactWriteItems>(write(vec![count()], "same")).await.unwrap();
    let get =
        GetItemInput { table_name: "things".into(), key: attributes(&json!({"id": {"S": "a"}})), ..Default::default() };
    assert_eq!(model.ask::<GetItem>(get).await.unwrap().item.unwrap()["hits"], n("2"));
}

#[tokio::test]
async fn one_item_twice_in_a_transaction_is_refused() {
    let model = table().await;
    let refused = model.ask::<TransactWriteItems>(write(vec![put("a", None), put("a", None)], "t")).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ValidationException: Transaction request cannot include multiple operations on one item"
    );
}

#[tokio::test]
async fn batches_write_and_read_over_tables() {
    let model = table().await;
    let requests = (0..25).map(|number| {
        let item = attributes(&json!({"id": {"S": number.to_string()}}));
        WriteRequest { put_request: Some(PutRequest { item }), delete_request: None }
    });
    let input =
        BatchWriteItemInput { request_items: [("things".to_owned(), requests.collect())].into(), ..Default::default() };
    let written = model.ask::<BatchWriteItem>(input).await.unwrap();
    assert_eq!(written.unprocessed_items, Some(Default::default()));
    let keys = ["1", "24", "25"].iter().map(|id| [("id".to_owned(), s(id))].into()).collect();
    let keys = KeysAndAttributes { keys, ..Default::default() };
    let input = BatchGetItemInput { request_items: [("things".to_owned(), keys)].into(), ..Default::default() };
    let found = model.ask::<BatchGetItem>(input.clone()).await.unwrap();
    assert_eq!(found.responses.unwrap()["things"].len(), 2);
    let mut twice = input;
    twice.request_items.get_mut("things").unwrap().keys.push([("id".to_owned(), s("1"))].into());
    let refused = model.ask::<BatchGetItem>(twice).await.unwrap_err();
    assert_eq!(refused.message, "Provided list of item keys contains duplicates");
}

use super::{attributes, n, s, table};
use api_dynamodb::*;
use serde_json::json;
use shape::Map;

fn update(expression: &str) -> UpdateItemInput {
    UpdateItemInput {
        table_name: "things".into(),
        key: attributes(&json!({"id": {"S": "a"}})),
        update_expression: Some(expression.into()),
        return_values: Some(ReturnValue::AllNew),
        ..Default::default()
    }
}

#[tokio::test]
async fn what_was_put_is_there_as_it_was_put() {
    let model = table().await;
    let item = attributes(&json!({
        "id": {"S": "a"}, "n": {"N": "-1.50"}, "m": {"M": {"l": {"L": [{"BOOL": true}, {"NULL": true}]}}},
        "ss": {"SS": ["y", "x"]}, "big": {"N": "123456789012345678901234567890"}
    }));
    let put = PutItemInput { table_name: "things".into(), item: item.clone(), ..Default::default() };
    model.ask::<PutItem>(put).await.unwrap();
    let get = GetItemInput {
        table_name: "things".into(),
        key: attributes(&json!({"id": {"S": "a"}})),
        return_consumed_capacity: Some(ReturnConsumedCapacity::Total),
        ..Default::default()
    };
    let found = model.ask::<GetItem>(get.clone()).await.unwrap();
    let mut expected = item;
    expected.insert("n".into(), n("-1.5"));
    expected.insert("ss".into(), AttributeValue { ss: Some(vec!["x".into(), "y".into()]), ..Default::default() });
    assert_eq!(found.item, Some(expected));
    assert_eq!(found.consumed_capacity.unwrap().capacity_units, Some(0.5));
    let part = GetItemInput {
        projection_expression: Some("m.l[1], #n".into()),
        expression_attribute_names: Some([("#n".to_owned(), "n".to_owned())].into()),
        ..get
    };
    let found = model.ask::<GetItem>(part).await.unwrap().item.unwrap();
    assert_eq!(found, attributes(&json!({"n": {"N": "-1.5"}, "m": {"M": {"l": {"L": [{"NULL": true}]}}}})));
}

#[tokio::test]
async fn a_failed_condition_leaves_no_trace_and_can_show_the_item() {
    let model = table().await;
    let put = |value: &str| PutItemInput {
        table_name: "things".into(),
        item: attributes(&json!({"id": {"S": "a"}, "v": {"S": value}})),
        condition_expression: Some("attribute_not_exists(id)".into()),
        return_values_on_condition_check_failure: Some(ReturnValuesOnConditionCheckFailure::AllOld),
        ..Default::default()
    };
    model.ask::<PutItem>(put("one")).await.unwrap();
    let refused = model.ask::<PutItem>(put("two")).await.unwrap_err();
    assert_eq!(refused.to_string(), "ConditionalCheckFailedException: The conditional request failed");
    let (schema, detail) = *refused.detail.unwrap();
    let shown = detail.member(schema, "Item").unwrap();
    assert!(format!("{shown:?}").contains("one"));
}

#[tokio::test]
async fn an_update_makes_the_item_and_counts() {
    let model = table().await;
    let input = UpdateItemInput {
        expression_attribute_values: Some(
            [
                (":one".to_owned(), n("1")),
                (":l".to_owned(), attributes(&json!({"l": {"L": [{"S": "x"}]}})).remove("l").unwrap()),
            ]
            .into(),
        ),
        ..update("SET hits = if_not_exists(hits, :one) + :one, l = :l ADD grand :one")
    };
    let made = model.ask::<UpdateItem>(input).await.unwrap().attributes.unwrap();
    assert_eq!((&made["hits"], &made["grand"]), (&n("2"), &n("1")));
    let input = UpdateItemInput {
        return_values: Some(ReturnValue::UpdatedNew),
        expression_attribute_values: Some([(":s".to_owned(), s("y"))].into()),
        ..update("SET l[7] = :s REMOVE hits")
    };
    let updated = model.ask::<UpdateItem>(input).await.unwrap().attributes;
    assert_eq!(updated, None, "index 7 is not there, the value went to the end");
}

#[tokio::test]
async fn mistakes_are_told_as_aws_tells_them() {
    let model = table().await;
    for (expression, values, expected) in [
        ("SET a = ", &[][..], "Invalid UpdateExpression: Syntax error; token: \"<EOF>\", near: \"=\""),
        ("SET _a = :v", &[":v"], "Invalid UpdateExpression: Syntax error; token: \"_\", near: \"SET _a\""),
        (
            "SET a = :v, a = :v",
            &[":v"],
            "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these \
             paths; path one: [a], path two: [a]",
        ),
        (
            "SET name = :v",
            &[":v"],
            "Invalid UpdateExpression: Attribute name is a reserved keyword; reserved keyword: name",
        ),
        (
            "SET #x = :v",
            &[":v"],
            "Invalid UpdateExpression: An expression attribute name used in the document path is not defined; \
             attribute name: #x",
        ),
        ("SET a = :v", &[":v", ":w"], "Value provided in ExpressionAttributeValues unused in expressions: keys: {:w}"),
        (
            "SET id = :v",
            &[":v"],
            "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key",
        ),
        ("SET a.b = :v", &[":v"], "The document path provided in the update expression is invalid for update"),
    ] {
        let values: Map<AttributeValue> = values.iter().map(|name| ((*name).to_owned(), s("x"))).collect();
        let values = (!values.is_empty()).then_some(values);
        let input = UpdateItemInput { expression_attribute_values: values, ..update(expression) };
        let refused = model.ask::<UpdateItem>(input).await.unwrap_err();
        assert_eq!((refused.code, refused.message.as_str()), ("ValidationException", expected), "{expression}");
    }
    for (item, expected) in [
        (json!({"x": {"S": "a"}}), "One or more parameter values were invalid: Missing the key id in the item"),
        (
            json!({"id": {"N": "1"}}),
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        ),
        (
            json!({"id": {"S": ""}}),
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
             empty string value. Key: id",
        ),
        (json!({"id": {"S": "a"}, "n": {"N": "x"}}), "The parameter cannot be converted to a numeric value: x"),
    ] {
        let put = PutItemInput { table_name: "things".into(), item: attributes(&item), ..Default::default() };
        assert_eq!(model.ask::<PutItem>(put).await.unwrap_err().message, expected);
    }
    let get =
        GetItemInput { table_name: "things".into(), key: attributes(&json!({"di": {"S": "a"}})), ..Default::default() };
    let refused = model.ask::<GetItem>(get).await.unwrap_err();
    assert_eq!(refused.message, "The provided key element does not match the schema");
}

#[tokio::test]
async fn the_older_parameters_do_the_same() {
    let model = table().await;
    let put = || PutItemInput {
        table_name: "things".into(),
        item: attributes(&json!({"id": {"S": "a"}})),
        expected: Some(
            [("id".to_owned(), ExpectedAttributeValue { exists: Some(false), ..Default::default() })].into(),
        ),
        ..Default::default()
    };
    model.ask::<PutItem>(put()).await.unwrap();
    let refused = model.ask::<PutItem>(put()).await.unwrap_err();
    assert_eq!(refused.code, "ConditionalCheckFailedException");
    let mixed = PutItemInput { condition_expression: Some("attribute_exists(id)".into()), ..put() };
    assert_eq!(
        model.ask::<PutItem>(mixed).await.unwrap_err().message,
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {Expected} Expression parameters: {ConditionExpression}"
    );
    let add = AttributeValueUpdate { value: Some(n("3")), action: Some(AttributeAction::Add) };
    let input = UpdateItemInput {
        update_expression: None,
        attribute_updates: Some([("n".to_owned(), add)].into()),
        ..update("")
    };
    assert_eq!(model.ask::<UpdateItem>(input).await.unwrap().attributes.unwrap()["n"], n("3"));
}

#[tokio::test]
async fn a_deleted_item_is_gone_and_can_be_returned() {
    let model = table().await;
    let item = attributes(&json!({"id": {"S": "a"}, "v": {"N": "1"}}));
    let put = PutItemInput { table_name: "things".into(), item: item.clone(), ..Default::default() };
    model.ask::<PutItem>(put).await.unwrap();
    let delete = DeleteItemInput {
        table_name: "things".into(),
        key: attributes(&json!({"id": {"S": "a"}})),
        return_values: Some(ReturnValue::AllOld),
        ..Default::default()
    };
    assert_eq!(model.ask::<DeleteItem>(delete.clone()).await.unwrap().attributes, Some(item));
    assert_eq!(model.ask::<DeleteItem>(delete).await.unwrap().attributes, None);
    let described = model.ask::<DescribeTable>(DescribeTableInput { table_name: "things".into() }).await.unwrap();
    let described = described.table.unwrap();
    assert_eq!((described.item_count, described.table_size_bytes), (Some(0), Some(0)));
}

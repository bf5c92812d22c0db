use super::{attributes, n, orders, s};
use api_dynamodb::*;
use serde_json::json;
use shape::Map;
use testkit::Model;

async fn model() -> Model {
    let model = Model::new(vec![crate::service()]);
    model.ask::<CreateTable>(orders()).await.unwrap();
    for (customer, number) in [("ann", -2), ("ann", 0), ("ann", 1), ("ann", 10), ("ann", 11), ("bob", 1)] {
        let mut item = attributes(&json!({
            "customer": {"S": customer}, "number": {"N": number.to_string()}, "price": {"N": (100 - number).to_string()},
            "note": {"S": format!("{customer}{number}")}
        }));
        if number > 0 {
            item.insert("state".into(), s("open"));
        }
        let put = PutItemInput { table_name: "orders".into(), item, ..Default::default() };
        model.ask::<PutItem>(put).await.unwrap();
    }
    model
}

fn values(list: &[(&str, AttributeValue)]) -> Option<Map<AttributeValue>> {
    Some(list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

fn query(condition: &str, list: &[(&str, AttributeValue)]) -> QueryInput {
    QueryInput {
        table_name: "orders".into(),
        key_condition_expression: Some(condition.into()),
        expression_attribute_names: condition.contains("#n").then(|| [("#n".to_owned(), "number".to_owned())].into()),
        expression_attribute_values: values(list),
        ..Default::default()
    }
}

fn numbers(items: Option<Vec<Map<AttributeValue>>>) -> Vec<String> {
    items.unwrap().iter().map(|item| item["number"].n.clone().unwrap()).collect()
}

#[tokio::test]
async fn a_query_is_a_range_in_the_order_of_numbers() {
    let model = model().await;
    let ann = (":c", s("ann"));
    for (condition, list, expected) in [
        ("customer = :c", vec![ann.clone()], "-2 0 1 10 11"),
        ("customer = :c AND #n > :n", vec![ann.clone(), (":n", n("1"))], "10 11"),
        ("customer = :c AND :n >= #n", vec![ann.clone(), (":n", n("1"))], "-2 0 1"),
        ("#n BETWEEN :n AND :m AND customer = :c", vec![ann.clone(), (":n", n("0")), (":m", n("10.5"))], "0 1 10"),
        ("(customer = :c) AND (#n = :n)", vec![ann.clone(), (":n", n("1e1"))], "10"),
        ("customer = :c AND #n < :n", vec![ann.clone(), (":n", n("-2"))], ""),
    ] {
        let found = model.ask::<Query>(query(condition, &list)).await.unwrap();
        assert_eq!(numbers(found.items).join(" "), expected, "{condition}");
        let backward = QueryInput { scan_index_forward: Some(false), ..query(condition, &list) };
        let mut found = numbers(model.ask::<Query>(backward).await.unwrap().items);
        found.reverse();
        assert_eq!(found.join(" "), expected, "{condition} backward");
    }
}

#[tokio::test]
async fn pages_join_to_the_whole_in_both_orders() {
    let model = model().await;
    for is_forward in [true, false] {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let input = QueryInput {
                limit: Some(2),
                exclusive_start_key: start,
                scan_index_forward: Some(is_forward),
                ..query("customer = :c", &[(":c", s("ann"))])
            };
            let page = model.ask::<Query>(input).await.unwrap();
            found.extend(numbers(page.items));
            start = page.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        if !is_forward {
            found.reverse();
        }
        assert_eq!(found.join(" "), "-2 0 1 10 11");
    }
}

#[tokio::test]
async fn indexes_are_sparse_and_hold_what_they_project() {
    let model = model().await;
    let input = QueryInput { index_name: Some("by-state".into()), ..query("#s = :s", &[(":s", s("open"))]) };
    let input =
        QueryInput { expression_attribute_names: Some([("#s".to_owned(), "state".to_owned())].into()), ..input };
    let found = model.ask::<Query>(input.clone()).await.unwrap();
    assert_eq!(found.count, Some(4));
    assert!(found.items.unwrap().iter().all(|item| item.len() == 3 && !item.contains_key("note")));
    let all = QueryInput { select: Some(Select::AllAttributes), ..input.clone() };
    assert_eq!(
        model.ask::<Query>(all).await.unwrap_err().message,
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary \
         index by-state because its projection type is not ALL"
    );
    let consistent = QueryInput { consistent_read: Some(true), ..input };
    let refused = model.ask::<Query>(consistent).await.unwrap_err();
    assert_eq!(refused.message, "Consistent reads are not supported on global secondary indexes");
    let local = QueryInput {
        index_name: Some("by-price".into()),
        select: Some(Select::AllAttributes),
        ..query("customer = :c AND price >= :p", &[(":c", s("ann")), (":p", n("99"))])
    };
    let found = model.ask::<Query>(local).await.unwrap().items.unwrap();
    let notes: Vec<_> = found.iter().map(|item| item["note"].s.clone().unwrap()).collect();
    assert_eq!(notes, ["ann1", "ann0", "ann-2"], "a local index fetches what it does not hold");
}

#[tokio::test]
async fn segments_share_out_a_scan() {
    let model = model().await;
    let mut found = 0;
    for segment in 0..3 {
        let input = ScanInput {
            table_name: "orders".into(),
            segment: Some(segment),
            total_segments: Some(3),
            ..Default::default()
        };
        found += model.ask::<Scan>(input).await.unwrap().count.unwrap();
    }
    assert_eq!(found, 6);
    let input = ScanInput {
        table_name: "orders".into(),
        filter_expression: Some("begins_with(note, :p) AND NOT contains(note, :z)".into()),
        expression_attribute_values: values(&[(":p", s("ann1")), (":z", s("0"))]),
        select: Some(Select::Count),
        ..Default::default()
    };
    let page = model.ask::<Scan>(input).await.unwrap();
    assert_eq!((page.count, page.scanned_count, page.items), (Some(2), Some(6), None));
}

#[tokio::test]
async fn a_query_that_no_key_answers_says_why() {
    let model = model().await;
    for (condition, list, expected) in [
        ("#n = :n", vec![(":n", n("1"))], "Query condition missed key schema element: customer"),
        ("customer > :c", vec![(":c", s("a"))], "Query key condition not supported"),
        (
            "customer = :c OR #n = :n",
            vec![(":c", s("a")), (":n", n("1"))],
            "Invalid operator used in KeyConditionExpression: OR",
        ),
        (
            "customer = :c",
            vec![(":c", n("1"))],
            "One or more parameter values were invalid: Condition parameter type does not match schema type",
        ),
    ] {
        let refused = model.ask::<Query>(query(condition, &list)).await.unwrap_err();
        assert_eq!(refused.message, expected);
    }
    let filtered =
        QueryInput { filter_expression: Some("customer = :c".into()), ..query("customer = :c", &[(":c", s("ann"))]) };
    assert_eq!(
        model.ask::<Query>(filtered).await.unwrap_err().message,
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: customer"
    );
}

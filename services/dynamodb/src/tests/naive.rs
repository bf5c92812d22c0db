//! Rules against the simplest model that could be right.

use super::{attributes, n, orders, s};
use crate::{
    key::segment,
    value::{Item, Number, Value, item_of, to_attributes},
};
use api_dynamodb::*;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use testkit::Model;

fn number() -> impl Strategy<Value = Number> {
    (-999_999_i64..=999_999, -40..40_i32)
        .prop_map(|(digits, exponent)| Number::parse(&format!("{digits}e{exponent}")).expect("six digits, near zero"))
}

fn ordered(number: Number) -> Vec<u8> {
    let mut bytes = Vec::new();
    number.encode_ordered(&mut bytes);
    bytes
}

proptest! {
    #[test]
    fn numbers_are_ordered_as_their_bytes(one in number(), two in number()) {
        prop_assert_eq!(one.cmp(&two), ordered(one).cmp(&ordered(two)));
        // The naive model: the sign of the difference, where 38 digits hold it.
        if let Ok(difference) = one.minus(two) {
            prop_assert_eq!(one.cmp(&two), difference.cmp(&Number::default()));
        }
    }

    #[test]
    fn a_number_is_read_as_it_was_written(number in number()) {
        prop_assert_eq!(Number::parse(&number.to_string()), Ok(number));
        let item = Item([("n".to_owned(), Value::N(number))].into());
        prop_assert_eq!(item_of(to_attributes(item.clone())).unwrap(), item);
    }

    #[test]
    fn every_hash_is_in_one_segment(hash: u64, total in 1_u64..1000) {
        let holds = |at: u64| {
            let (first, end) = segment(at, total);
            hash >= first && end.is_none_or(|end| hash < end)
        };
        prop_assert_eq!((0..total).filter(|at| holds(*at)).count(), 1);
    }
}

/// Writes at random, then compares the indexes with what the items say.
#[tokio::test]
async fn indexes_hold_what_their_items_say() {
    let model = Model::new(vec![crate::service()]);
    model.ask::<CreateTable>(orders()).await.unwrap();
    let entropy = base::Entropy::seeded(7);
    let mut naive: BTreeMap<u64, Option<u64>> = BTreeMap::new();
    for _ in 0..300 {
        let number = entropy.below(12);
        let state = entropy.below(4);
        if state == 0 {
            let key = attributes(&json!({"customer": {"S": "c"}, "number": {"N": number.to_string()}}));
            let input = DeleteItemInput { table_name: "orders".into(), key, ..Default::default() };
            model.ask::<DeleteItem>(input).await.unwrap();
            naive.remove(&number);
            continue;
        }
        let mut item = attributes(&json!({"customer": {"S": "c"}, "number": {"N": number.to_string()}}));
        if state > 1 {
            item.insert("state".into(), s(&state.to_string()));
        }
        item.insert("price".into(), n(&(number * state).to_string()));
        let input = PutItemInput { table_name: "orders".into(), item, ..Default::default() };
        model.ask::<PutItem>(input).await.unwrap();
        naive.insert(number, (state > 1).then_some(state));
    }
    for state in 2..4 {
        let input = QueryInput {
            table_name: "orders".into(),
            index_name: Some("by-state".into()),
            key_condition_expression: Some("#s = :s".into()),
            expression_attribute_names: Some([("#s".to_owned(), "state".to_owned())].into()),
            expression_attribute_values: Some([(":s".to_owned(), s(&state.to_string()))].into()),
            ..Default::default()
        };
        let found = model.ask::<Query>(input).await.unwrap().items.unwrap();
        let found: Vec<_> = found.iter().map(|item| item["number"].n.clone().unwrap()).collect();
        let expected = naive.iter().filter(|(_, known)| **known == Some(state)).map(|(number, _)| number.to_string());
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
    let described = model.ask::<DescribeTable>(DescribeTableInput { table_name: "orders".into() }).await.unwrap();
    let table = described.table.unwrap();
    let indexed = naive.values().flatten().count();
    assert_eq!(table.item_count, i64::try_from(naive.len()).ok());
    assert_eq!(table.global_secondary_indexes.unwrap()[0].item_count, i64::try_from(indexed).ok());
    assert_eq!(table.local_secondary_indexes.unwrap()[0].item_count, i64::try_from(naive.len()).ok());
}

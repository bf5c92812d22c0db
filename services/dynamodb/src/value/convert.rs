//! Between the wire's `AttributeValue` and ours: where values are checked, as AWS words it.

use super::{Item, NotANumber, Number, Value};
use api_dynamodb::AttributeValue;
use kernel::Outcome;
use shape::{ApiError, Bytes, Map};
use std::collections::BTreeSet;

/// AWS quota: "nested attribute depth".
const DEEPEST: usize = 32;

pub(crate) fn item_of(attributes: Map<AttributeValue>) -> Outcome<Item> {
    let checked = attributes.into_iter().map(|(name, value)| Ok((name, value_of(value)?)));
    Ok(Item(checked.collect::<Outcome<_>>()?))
}

pub(crate) fn value_of(value: AttributeValue) -> Outcome<Value> {
    nested_value_of(value, 0)
}

fn nested_value_of(value: AttributeValue, depth: usize) -> Outcome<Value> {
    if depth > DEEPEST {
        return Err(ApiError::validation("Nesting Levels have exceeded supported limits"));
    }
    let AttributeValue { s, n, b, ss, ns, bs, m, l, null, bool } = value;
    let mut found = None;
    let mut count = 0;
    let mut note = |value: Option<Value>| {
        if let Some(value) = value {
            found = Some(value);
            count += 1;
        }
    };
    note(s.map(Value::S));
    note(n.map(|text| number_of(&text).map(Value::N)).transpose()?);
    note(b.map(Value::B));
    note(ss.map(texts_of).transpose()?);
    note(ns.map(numbers_of).transpose()?);
    note(bs.map(blobs_of).transpose()?);
    note(null.map(null_of).transpose()?);
    note(bool.map(Value::Bool));
    if let Some(map) = m {
        let inner = map.into_iter().map(|(name, value)| Ok((name, nested_value_of(value, depth + 1)?)));
        note(Some(Value::M(inner.collect::<Outcome<_>>()?)));
    }
    if let Some(list) = l {
        let inner = list.into_iter().map(|value| nested_value_of(value, depth + 1));
        note(Some(Value::L(inner.collect::<Outcome<_>>()?)));
    }
    match (found, count) {
        (Some(value), 1) => Ok(value),
        (None, _) => Err(ApiError::validation(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        )),
        _ => Err(ApiError::validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
             datatypes",
        )),
    }
}

fn null_of(is: bool) -> Outcome<Value> {
    match is {
        true => Ok(Value::Null),
        false => Err(invalid("Null attribute value types must have the value of true")),
    }
}

fn number_of(text: &str) -> Outcome<Number> {
    if text.is_empty() {
        return Err(ApiError::validation("The parameter cannot be converted to a numeric value"));
    }
    Number::parse(text).map_err(|why| match why {
        NotANumber::Malformed => {
            ApiError::validation(format!("The parameter cannot be converted to a numeric value: {text}"))
        }
        other => out_of_range(other),
    })
}

/// A number that DynamoDB cannot hold.
pub(crate) fn out_of_range(why: NotANumber) -> ApiError {
    ApiError::validation(match why {
        NotANumber::Overflow => {
            "Number overflow. Attempting to store a number with magnitude larger than supported range"
        }
        NotANumber::Underflow => {
            "Number underflow. Attempting to store a number with magnitude smaller than supported range"
        }
        NotANumber::TooPrecise => "Attempting to store more than 38 significant digits in a Number",
        NotANumber::Malformed => "The parameter cannot be converted to a numeric value",
    })
}

fn texts_of(list: Vec<String>) -> Outcome<Value> {
    if list.is_empty() {
        return Err(invalid("An string set  may not be empty"));
    }
    let shown = format!("[{}]", list.join(", "));
    let set = set_of(list).ok_or_else(|| invalid(&format!("Input collection {shown} contains duplicates.")))?;
    Ok(Value::Ss(set))
}

fn numbers_of(list: Vec<String>) -> Outcome<Value> {
    if list.is_empty() {
        return Err(invalid("An number set  may not be empty"));
    }
    let numbers = list.iter().map(|text| number_of(text)).collect::<Outcome<Vec<_>>>()?;
    let set = set_of(numbers).ok_or_else(|| ApiError::validation("Input collection contains duplicates"))?;
    Ok(Value::Ns(set))
}

fn blobs_of(list: Vec<Bytes>) -> Outcome<Value> {
    if list.is_empty() {
        return Err(invalid("Binary sets should not be empty"));
    }
    let count = list.len();
    let set = set_of(list)
        .ok_or_else(|| invalid(&format!("Input collection of {count} binaries of type BS contains duplicates.")))?;
    Ok(Value::Bs(set))
}

/// None: something is in it twice.
fn set_of<T: Ord>(list: Vec<T>) -> Option<BTreeSet<T>> {
    let count = list.len();
    let set: BTreeSet<T> = list.into_iter().collect();
    (set.len() == count).then_some(set)
}

fn invalid(why: &str) -> ApiError {
    ApiError::validation(format!("One or more parameter values were invalid: {why}"))
}

pub(crate) fn to_attributes(item: Item) -> Map<AttributeValue> {
    item.0.into_iter().map(|(name, value)| (name, to_attribute_value(value))).collect()
}

pub(crate) fn to_attribute_value(value: Value) -> AttributeValue {
    let mut answer = AttributeValue::default();
    match value {
        Value::S(text) => answer.s = Some(text),
        Value::N(number) => answer.n = Some(number.to_string()),
        Value::B(bytes) => answer.b = Some(bytes),
        Value::Bool(is) => answer.bool = Some(is),
        Value::Null => answer.null = Some(true),
        Value::M(map) => answer.m = Some(to_attributes(Item(map))),
        Value::L(list) => answer.l = Some(list.into_iter().map(to_attribute_value).collect()),
        Value::Ss(set) => answer.ss = Some(set.into_iter().collect()),
        Value::Ns(set) => answer.ns = Some(set.iter().map(Number::to_string).collect()),
        Value::Bs(set) => answer.bs = Some(set.into_iter().collect()),
    }
    answer
}

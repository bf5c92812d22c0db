//! Values as botocore's case files write them, and documents compared by what they mean.

use crate::{
    cbor::{self, Tree},
    xml::{self, Element},
};
use serde_json::{Number, Value as Json};
use shape::{ByteStream, Fields, Kind, Member, Place, Schema, Timestamp, Value};

/// JSON that travels as a text; the cases show what it says.
fn unwrapped(member: &Member, value: &Value) -> Json {
    match value {
        Value::Text(text) if member.is_json_value && member.place != Place::Body => {
            serde_json::from_str(text).unwrap_or_default()
        }
        value => shown(value, member.schema),
    }
}

/// A decoded value as the cases write parameters: blobs as text, times as seconds.
pub(super) fn shown(value: &Value, schema: &Schema) -> Json {
    match (value, &schema.kind) {
        (Value::Structure(fields), Kind::Structure { members, .. }) => {
            let set =
                fields.iter().map(|(index, value)| (members[index].name.to_owned(), unwrapped(&members[index], value)));
            Json::Object(set.collect())
        }
        (Value::List(list), Kind::List { member, .. }) => list.iter().map(|value| shown(value, member)).collect(),
        (Value::Map(map), Kind::Map { value: inner, .. }) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), shown(value, inner))).collect())
        }
        (Value::Boolean(is), _) => Json::from(*is),
        (Value::Integer(number), _) => Json::from(*number),
        (Value::Double(number), _) => {
            Number::from_f64(*number).map_or_else(|| crate::text::write_double(*number).into(), Json::Number)
        }
        (Value::Text(text), _) => Json::from(text.as_str()),
        (Value::Blob(bytes), _) => Json::from(String::from_utf8_lossy(bytes)),
        (Value::Timestamp(at), _) => Json::from(at.secs_f64()),
        (Value::Document(json), _) => json.clone(),
        _ => Json::Null,
    }
}

/// The other way: a result as the cases write it, as a value.
pub(super) fn value(json: &Json, schema: &Schema) -> Value {
    match (&schema.kind, json) {
        (Kind::Document, json) => Value::Document(json.clone()),
        (Kind::Structure { members, .. }, Json::Object(object)) => {
            let mut fields = Fields::of(schema);
            for (index, member) in members.iter().enumerate() {
                if let Some(json) = object.get(member.name).filter(|json| !json.is_null()) {
                    let wrapped = member.is_json_value.then(|| Value::Text(json.to_string()));
                    fields.set(index, wrapped.unwrap_or_else(|| value(json, member.schema)));
                }
            }
            Value::Structure(fields)
        }
        (Kind::List { member, .. }, Json::Array(list)) => {
            Value::List(list.iter().map(|json| value(json, member)).collect())
        }
        (Kind::Map { value: inner, .. }, Json::Object(object)) => {
            Value::Map(object.iter().map(|(key, json)| (key.clone(), value(json, inner))).collect())
        }
        (Kind::Blob, Json::String(text)) => Value::Blob(text.clone().into()),
        (Kind::Stream, Json::String(text)) => Value::Stream(ByteStream::from(shape::Bytes::from(text.clone()))),
        (Kind::Timestamp(_), json) => Value::Timestamp(Timestamp::from_secs_f64(json.as_f64().unwrap_or_default())),
        (Kind::Float | Kind::Double, Json::String(text)) => Value::Double(crate::text::double(text).unwrap()),
        (Kind::Float | Kind::Double, json) => Value::Double(json.as_f64().unwrap_or_default()),
        (_, Json::Number(number)) => Value::Integer(number.as_i64().unwrap_or_default()),
        (_, Json::Bool(is)) => Value::Boolean(*is),
        (_, Json::String(text)) => Value::Text(text.clone()),
        _ => Value::Null,
    }
}

/// Equal but for the way numbers are written, and for absent against null members.
pub(super) fn same(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::Number(a), Json::Number(b)) => a.as_f64() == b.as_f64(),
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            let said =
                |object: &serde_json::Map<String, Json>, key: &String| object.get(key).cloned().unwrap_or_default();
            a.keys().chain(b.keys()).all(|key| same(&said(a, key), &said(b, key)))
        }
        (a, b) => a == b,
    }
}

/// A document in a form that does not depend on the order of members or on white space between elements.
pub(super) fn canonical(document: &[u8]) -> String {
    let mut out = String::new();
    match xml::parse(document) {
        Ok(root) => write(root, 0, &mut out),
        Err(wrong) => out = format!("{wrong:?} in {}", String::from_utf8_lossy(document)),
    }
    out
}

fn write(mut element: Element, depth: usize, out: &mut String) {
    element.attributes.sort();
    element
        .children
        .retain(|child| !matches!(&*child.name, "ResponseMetadata" | "requestId" | "RequestId" | "RequestID"));
    element.children.sort_by(|a, b| a.name.cmp(&b.name));
    if element.name == "ErrorResponse" {
        element.attributes.clear();
    }
    let is_layout = !element.children.is_empty() || element.text.contains('\n') && element.text.trim().is_empty();
    let text = if is_layout { String::new() } else { element.text };
    out.push_str(&format!("{}{} {:?} {:?}\n", "  ".repeat(depth), element.name, element.attributes, text));
    for child in element.children {
        write(child, depth + 1, out);
    }
}

/// CBOR in a form that does not depend on the order of members, on how long a number is written, or on a type's
/// namespace.
pub(super) fn cbor_shown(body: &[u8]) -> String {
    fn sorted(tree: Tree) -> String {
        match tree {
            Tree::Map(map) => {
                let mut entries: Vec<_> =
                    map.into_iter().map(|(key, inner)| format!("{key}: {}", sorted(inner))).collect();
                entries.sort();
                format!("{{{}}}", entries.join(", "))
            }
            Tree::List(list) => format!("{:?}", list.into_iter().map(sorted).collect::<Vec<_>>()),
            Tree::Text(text) => text.rsplit('#').next().unwrap_or_default().to_owned(),
            Tree::Time(inner) => format!("time {}", sorted(*inner)),
            Tree::Integer(number) => format!("{:?}", number as f64),
            Tree::Double(number) => format!("{number:?}"),
            other => format!("{other:?}"),
        }
    }
    match cbor::parse(body) {
        Ok(tree) => sorted(tree),
        Err(wrong) => format!("{wrong:?}"),
    }
}

/// A copy: values have none of their own, because streams have none.
pub(super) fn copied(value: &Value) -> Value {
    match value {
        Value::Boolean(is) => Value::Boolean(*is),
        Value::Integer(number) => Value::Integer(*number),
        Value::Double(number) => Value::Double(*number),
        Value::Text(text) => Value::Text(text.clone()),
        Value::Blob(bytes) => Value::Blob(bytes.clone()),
        Value::Timestamp(at) => Value::Timestamp(*at),
        Value::Document(json) => Value::Document(json.clone()),
        Value::List(list) => Value::List(list.iter().map(copied).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), copied(value))).collect()),
        Value::Structure(fields) => {
            let mut copy = Fields::default();
            fields.iter().for_each(|(index, value)| copy.set(index, copied(value)));
            Value::Structure(copy)
        }
        Value::Null | Value::Stream(_) => Value::Null,
    }
}

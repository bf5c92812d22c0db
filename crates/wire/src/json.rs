//! JSON bodies, in both directions.

use crate::text::{self, Malformed, Read, malformed};
use serde_json::{Map as Object, Number, Value as Json};
use shape::{Fields, Kind, Member, Schema, TimeFormat, Value};

/// The words for a value of the wrong type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wording {
    /// `NUMBER_VALUE can not be converted to a String`
    Common,
    /// AWS: DynamoDB has a newer parser: `NUMBER_VALUE cannot be converted to String`.
    DynamoDb,
}

/// A whole body. No body is an empty object. serde_json bounds the depth.
pub(crate) fn parse(body: &[u8]) -> Read<Json> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Json::Object(Object::new()));
    }
    serde_json::from_slice(body).map_err(|_| Malformed(String::new()))
}

/// The members of a structure that travel in the body.
pub(crate) fn read_members(members: &'static [Member], json: Json, fields: &mut Fields, words: Wording) -> Read<()> {
    let Json::Object(mut object) = json else { return malformed("Unexpected value type in payload") };
    for (index, member) in members.iter().enumerate() {
        if member.place != shape::Place::Body {
            continue;
        }
        let said = object.remove(member.wire_name());
        if let Some(json) = said.filter(|json| !json.is_null()) {
            fields.set(index, read(member.schema, json, words)?);
        }
    }
    Ok(())
}

pub(crate) fn read(schema: &'static Schema, json: Json, words: Wording) -> Read<Value> {
    match (&schema.kind, json) {
        (Kind::Document, json) => Ok(Value::Document(json)),
        (Kind::Structure { members, is_union }, Json::Object(object)) => {
            let mut fields = Fields::of(schema);
            read_members(members, Json::Object(object), &mut fields, words)?;
            if *is_union && fields.iter().count() > 1 {
                return malformed(format!("{} is a union: only one of its members may be set", schema.name));
            }
            Ok(Value::Structure(fields))
        }
        // Lists and maps are dense: a null entry is passed over.
        (Kind::List { member, .. }, Json::Array(list)) => {
            let entries = list.into_iter().filter(|json| !json.is_null());
            entries.map(|json| read(member, json, words)).collect::<Read<_>>().map(Value::List)
        }
        (Kind::Map { value, .. }, Json::Object(object)) => {
            let entries = object.into_iter().filter(|(_, json)| !json.is_null());
            entries.map(|(key, json)| Ok((key, read(value, json, words)?))).collect::<Read<_>>().map(Value::Map)
        }
        (_, json) => read_scalar(schema, &json, words),
    }
}

fn read_scalar(schema: &Schema, json: &Json, words: Wording) -> Read<Value> {
    match (&schema.kind, json) {
        (Kind::Text { .. }, Json::String(text)) => Ok(Value::Text(text.clone())),
        (Kind::Boolean, Json::Bool(is)) => Ok(Value::Boolean(*is)),
        (Kind::Integer | Kind::Long, Json::Number(number)) => whole(schema, number),
        (Kind::Float | Kind::Double, Json::Number(number)) => Ok(Value::Double(number.as_f64().unwrap_or(f64::NAN))),
        (Kind::Float | Kind::Double, Json::String(text)) if matches!(&**text, "NaN" | "Infinity" | "-Infinity") => {
            text::double(text).map(Value::Double)
        }
        (Kind::Blob | Kind::Stream, Json::String(text)) => text::blob(text).map(Value::Blob),
        (Kind::Timestamp(_), Json::Number(number)) => {
            text::epoch(number.as_f64().unwrap_or(f64::NAN)).map(Value::Timestamp)
        }
        (Kind::Timestamp(_), Json::String(text)) => text::timestamp(text).map(Value::Timestamp),
        (_, json) => malformed(wrong_type(schema, json, words)),
    }
}

/// AWS reads `1.0` as a whole number; a fraction, or what does not fit, is refused.
fn whole(schema: &Schema, number: &Number) -> Read<Value> {
    let from_fraction = || number.as_f64().filter(|it| it.fract() == 0.0 && it.abs() < 9e15).map(|it| it as i64);
    match number.as_i64().or_else(from_fraction).filter(|number| text::fits(schema, *number)) {
        Some(number) => Ok(Value::Integer(number)),
        None => malformed(format!("{number} is not a valid {}", schema_word(schema))),
    }
}

// AWS: the sentences differ by what was found, and between DynamoDB and the rest.
fn wrong_type(schema: &Schema, found: &Json, words: Wording) -> String {
    let wanted = schema_word(schema);
    let token = match found {
        Json::Object(_) => return "Start of structure or map found where not expected".into(),
        Json::Array(_) if words == Wording::Common => return "Start of list found where not expected".into(),
        Json::Array(_) => return format!("Unrecognized collection type class java.lang.{wanted}"),
        _ if matches!(schema.kind, Kind::List { .. } | Kind::Map { .. } | Kind::Structure { .. }) => {
            return "Unexpected field type".into();
        }
        _ if matches!(schema.kind, Kind::Blob) => {
            return "only base-64-encoded strings are convertible to bytes".into();
        }
        Json::Bool(true) => "TRUE_VALUE",
        Json::Bool(false) => "FALSE_VALUE",
        Json::Number(number) if number.is_f64() => "DECIMAL_VALUE",
        Json::Number(_) => "NUMBER_VALUE",
        Json::String(_) => "STRING_VALUE",
        Json::Null => "NULL_VALUE",
    };
    match words {
        Wording::Common => {
            let article = if wanted == "Integer" { "an" } else { "a" };
            format!("{token} can not be converted to {article} {wanted}")
        }
        Wording::DynamoDb => format!("{token} cannot be converted to {wanted}"),
    }
}

fn schema_word(schema: &Schema) -> &'static str {
    match schema.kind {
        Kind::Boolean => "Boolean",
        Kind::Integer => "Integer",
        Kind::Long => "Long",
        Kind::Float => "Float",
        Kind::Double => "Double",
        Kind::Timestamp(_) => "Timestamp",
        Kind::Blob | Kind::Stream => "ByteBuffer",
        _ => "String",
    }
}

/// The members of a structure that travel in the body, those that are set.
pub(crate) fn write_members(members: &[Member], fields: &Fields) -> Json {
    let set = fields.iter().filter_map(|(index, value)| {
        let member = members.get(index).filter(|member| member.place == shape::Place::Body)?;
        let json = write(member.schema, value, Some(member));
        (!matches!(value, Value::Null)).then(|| (member.wire_name().to_owned(), json))
    });
    Json::Object(set.collect())
}

pub(crate) fn write(schema: &Schema, value: &Value, member: Option<&Member>) -> Json {
    match (value, &schema.kind) {
        (Value::Structure(fields), Kind::Structure { members, .. }) => write_members(members, fields),
        (Value::List(list), Kind::List { member, .. }) => list.iter().map(|value| write(member, value, None)).collect(),
        (Value::Map(map), Kind::Map { value: inner, .. }) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), write(inner, value, None))).collect())
        }
        (Value::Boolean(is), _) => Json::from(*is),
        (Value::Integer(number), _) => Json::from(*number),
        (Value::Double(number), _) => {
            Number::from_f64(*number).map_or_else(|| Json::from(text::write_double(*number)), Json::Number)
        }
        (Value::Text(text), _) => Json::from(text.as_str()),
        (Value::Blob(bytes), _) => Json::from(text::base64(bytes)),
        (Value::Timestamp(at), _) => match text::time_format(member, schema, TimeFormat::EpochSeconds) {
            TimeFormat::EpochSeconds if at.millis() % 1000 == 0 => Json::from(at.secs()),
            TimeFormat::EpochSeconds => Json::from(at.secs_f64()),
            format => Json::from(text::write_time(*at, format)),
        },
        (Value::Document(json), _) => json.clone(),
        _ => Json::Null,
    }
}

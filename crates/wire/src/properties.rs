//! CloudFormation's reading of JSON: names as the schema writes them, scalars leniently (`"5"` for a number, `true` for
//! a text), and nothing passed over: what is unknown, unsupported, of the wrong type or missing is listed with its path.

use crate::text;
use serde_json::{Map as Object, Value as Json};
use shape::{Fields, Kind, Schema, Support, TimeFormat, Value};
use std::fmt;

/// One thing that is wrong, and where: `Rules.0.Target`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub path: String,
    pub kind: ProblemKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// AWS has no such property.
    Unknown,
    /// AWS has it, this tree has not.
    Unsupported,
    WrongType {
        expected: &'static str,
    },
    Missing,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ProblemKind::Unknown => write!(f, "{} is not a property of this type", self.path),
            ProblemKind::Unsupported => write!(f, "{} is not supported by Maquette", self.path),
            ProblemKind::WrongType { expected } => write!(f, "{} must be {expected}", self.path),
            ProblemKind::Missing => write!(f, "{} is required", self.path),
        }
    }
}

/// All of it, or all that is wrong with it.
pub fn decode(schema: &'static Schema, json: &Json) -> Result<Value, Vec<Problem>> {
    let mut reader = Reader::default();
    let value = reader.read(schema, json, "");
    if reader.problems.is_empty() { Ok(value) } else { Err(reader.problems) }
}

#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn problem(&mut self, path: &str, kind: ProblemKind) -> Value {
        self.problems.push(Problem { path: path.into(), kind });
        Value::Null
    }

    fn read(&mut self, schema: &'static Schema, json: &Json, path: &str) -> Value {
        match (&schema.kind, json) {
            (Kind::Document, json) => Value::Document(json.clone()),
            (Kind::Structure { .. }, Json::Object(object)) => self.structure(schema, object, path),
            (Kind::List { member, .. }, Json::Array(list)) => {
                let entries = list.iter().enumerate();
                Value::List(entries.map(|(at, json)| self.read(member, json, &below(path, &at.to_string()))).collect())
            }
            (Kind::Map { value, .. }, Json::Object(object)) => {
                let entries = object.iter().filter(|(_, json)| !json.is_null());
                Value::Map(
                    entries.map(|(key, json)| (key.clone(), self.read(value, json, &below(path, key)))).collect(),
                )
            }
            (_, json) => match scalar(schema, json) {
                Some(value) => value,
                None => self.problem(path, ProblemKind::WrongType { expected: expected(schema) }),
            },
        }
    }

    fn structure(&mut self, schema: &'static Schema, object: &Object<String, Json>, path: &str) -> Value {
        let mut fields = Fields::of(schema);
        for (key, json) in object.iter().filter(|(_, json)| !json.is_null()) {
            let at = below(path, key);
            match schema.members().iter().position(|member| member.name == key) {
                None => drop(self.problem(&at, ProblemKind::Unknown)),
                Some(index) => match schema.members()[index].support {
                    Support::Honoured => fields.set(index, self.read(schema.members()[index].schema, json, &at)),
                    Support::NoEffect(_) => {}
                    Support::Unsupported if says_nothing(json) => {}
                    Support::Unsupported => drop(self.problem(&at, ProblemKind::Unsupported)),
                },
            }
        }
        for (index, member) in schema.members().iter().enumerate() {
            let is_absent = object.get(member.name).is_none_or(Json::is_null);
            if member.is_required && is_absent && fields.get(index).is_none() {
                self.problem(&below(path, member.name), ProblemKind::Missing);
            }
        }
        Value::Structure(fields)
    }
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.into() } else { format!("{path}.{name}") }
}

/// Templates spell out the defaults of what they do not use.
fn says_nothing(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::String(text) => text.is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(object) => object.is_empty(),
        _ => false,
    }
}

fn scalar(schema: &Schema, json: &Json) -> Option<Value> {
    match (&schema.kind, json) {
        (Kind::Text { .. }, Json::Bool(_) | Json::Number(_)) => Some(Value::Text(json.to_string())),
        (Kind::Boolean, Json::Bool(is)) => Some(Value::Boolean(*is)),
        (Kind::Integer | Kind::Long, Json::Number(number)) => {
            let whole = number.as_i64().or_else(|| number.as_f64().filter(|it| it.fract() == 0.0).map(|it| it as i64));
            whole.filter(|number| text::fits(schema, *number)).map(Value::Integer)
        }
        (Kind::Float | Kind::Double, Json::Number(number)) => number.as_f64().map(Value::Double),
        (Kind::Timestamp(_), Json::Number(number)) => text::epoch(number.as_f64()?).ok().map(Value::Timestamp),
        (_, Json::String(said)) => text::read(schema, said).ok(),
        _ => None,
    }
}

fn expected(schema: &Schema) -> &'static str {
    match schema.kind {
        Kind::Boolean => "true or false",
        Kind::Integer | Kind::Long => "a whole number",
        Kind::Float | Kind::Double => "a number",
        Kind::Blob | Kind::Stream => "base64",
        Kind::Timestamp(_) => "a time",
        Kind::List { .. } => "a list",
        Kind::Map { .. } | Kind::Structure { .. } => "an object",
        Kind::Text { .. } | Kind::Document => "a text",
    }
}

/// The value as JSON by the schema's names; absent members are left out.
pub fn encode(schema: &Schema, value: &Value) -> Json {
    match (value, &schema.kind) {
        (Value::Structure(fields), Kind::Structure { members, .. }) => {
            let set = fields.iter().filter(|(_, value)| !matches!(value, Value::Null));
            Json::Object(
                set.map(|(index, value)| (members[index].name.to_owned(), encode(members[index].schema, value)))
                    .collect(),
            )
        }
        (Value::List(list), Kind::List { member, .. }) => list.iter().map(|value| encode(member, value)).collect(),
        (Value::Map(map), Kind::Map { value: inner, .. }) => {
            Json::Object(map.iter().map(|(key, value)| (key.clone(), encode(inner, value))).collect())
        }
        (Value::Boolean(is), _) => Json::from(*is),
        (Value::Integer(number), _) => Json::from(*number),
        (Value::Double(number), _) => Json::from(*number),
        (Value::Document(json), _) => json.clone(),
        (value, _) => text::write(value, TimeFormat::Iso8601).map_or(Json::Null, Json::from),
    }
}

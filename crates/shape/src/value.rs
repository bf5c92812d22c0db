//! A shape at run time, before it is a Rust type and after it was one.

use crate::{ByteStream, Bytes, Kind, Schema, Timestamp};
use serde_json::Value as Json;

/// A tree that follows a [`Schema`].
#[derive(Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Text(String),
    Blob(Bytes),
    Timestamp(Timestamp),
    Document(Json),
    List(Vec<Self>),
    /// In the order of the wire.
    Map(Vec<(String, Self)>),
    Structure(Fields),
    Stream(ByteStream),
}

/// The members of a structure, each at its index in the schema; absent ones are `None`.
#[derive(Debug, Default)]
pub struct Fields(Vec<Option<Value>>);

impl Fields {
    pub fn with_room_for(members: usize) -> Self {
        let mut fields = Vec::with_capacity(members);
        fields.resize_with(members, || None);
        Self(fields)
    }
    pub fn of(schema: &Schema) -> Self {
        Self::with_room_for(schema.members().len())
    }
    pub fn get(&self, index: usize) -> Option<&Value> {
        self.0.get(index)?.as_ref()
    }
    pub fn set(&mut self, index: usize, value: Value) {
        self.put(index, Some(value));
    }
    pub fn put(&mut self, index: usize, value: Option<Value>) {
        if self.0.len() <= index {
            self.0.resize_with(index + 1, || None);
        }
        self.0[index] = value;
    }
    pub fn take(&mut self, index: usize) -> Option<Value> {
        self.0.get_mut(index)?.take()
    }
    /// The members that are set, in the schema's order.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.iter().enumerate().filter_map(|(index, value)| Some((index, value.as_ref()?)))
    }
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
    /// The member of a structure by its model name.
    pub fn member<'a>(&'a self, schema: &Schema, name: &str) -> Option<&'a Self> {
        let Self::Structure(fields) = self else { return None };
        let index = schema.members().iter().position(|member| member.name == name)?;
        fields.get(index)
    }

    /// As JSON for people and records: model names (first letter small, as CloudTrail writes them), ISO times,
    /// sensitive members replaced, streams left out.
    pub fn describe(&self, schema: &Schema) -> Json {
        if schema.sensitive {
            return Json::from(HIDDEN);
        }
        match (self, &schema.kind) {
            (Self::Null | Self::Stream(_), _) => Json::Null,
            (Self::Boolean(is), _) => Json::from(*is),
            (Self::Integer(number), _) => Json::from(*number),
            (Self::Double(number), _) => Json::from(*number),
            (Self::Text(text), _) => Json::from(text.as_str()),
            (Self::Blob(bytes), _) => Json::from(format!("<{} bytes>", bytes.len())),
            (Self::Timestamp(at), _) => Json::from(at.iso()),
            (Self::Document(json), _) => json.clone(),
            (Self::List(list), Kind::List { member, .. }) => list.iter().map(|value| value.describe(member)).collect(),
            (Self::Map(map), Kind::Map { value: inner, .. }) => {
                Json::Object(map.iter().map(|(key, value)| (key.clone(), value.describe(inner))).collect())
            }
            (Self::Structure(fields), Kind::Structure { members, .. }) => Json::Object(
                fields
                    .iter()
                    .map(|(index, value)| {
                        let member = &members[index];
                        let shown =
                            if member.is_sensitive { Json::from(HIDDEN) } else { value.describe(member.schema) };
                        (first_small(member.name), shown)
                    })
                    .collect(),
            ),
            _ => Json::Null,
        }
    }
}

const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// `TableName` as error messages and the audit trail write it: `tableName`.
pub(crate) fn first_small(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + letters.as_str())
}

//! Rust types that have a schema.

use crate::{ByteStream, Bytes, Timestamp, Value};
use std::{collections::BTreeMap, fmt};

/// AWS's maps: always keyed by text.
pub type Map<T> = BTreeMap<String, T>;

/// A Rust type that a [`Value`] turns into, and that turns into one.
pub trait Shape: Sized {
    fn from_value(value: Value) -> Result<Self, Mismatch>;
    fn into_value(self) -> Value;

    /// From a member that may be absent. Only `Option` and collections know what absence means.
    fn from_slot(value: Option<Value>) -> Result<Self, Mismatch> {
        Self::from_value(value.ok_or(Mismatch { wanted: "a value", found: "nothing" })?)
    }
    fn into_slot(self) -> Option<Value> {
        Some(self.into_value())
    }
}

/// A value was not of the kind its Rust type wants: the codec or the schema is wrong, not the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub wanted: &'static str,
    pub found: &'static str,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wanted {}, found {}", self.wanted, self.found)
    }
}

impl std::error::Error for Mismatch {}

impl Mismatch {
    #[doc(hidden)]
    pub fn new(wanted: &'static str, found: &Value) -> Self {
        let found = match found {
            Value::Null => "null",
            Value::Boolean(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Double(_) => "a number",
            Value::Text(_) => "a text",
            Value::Blob(_) => "a blob",
            Value::Timestamp(_) => "a timestamp",
            Value::Document(_) => "a document",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Structure(_) => "a structure",
            Value::Stream(_) => "a stream",
        };
        Self { wanted, found }
    }
}

macro_rules! plain {
    ($($type:ty = $variant:ident, $wanted:literal;)*) => { $(
        impl Shape for $type {
            fn from_value(value: Value) -> Result<Self, Mismatch> {
                match value {
                    Value::$variant(inner) => Ok(inner),
                    other => Err(Mismatch::new($wanted, &other)),
                }
            }
            fn into_value(self) -> Value {
                Value::$variant(self)
            }
        }
    )* };
}

plain! {
    bool = Boolean, "a boolean";
    i64 = Integer, "an integer";
    String = Text, "a text";
    Bytes = Blob, "a blob";
    Timestamp = Timestamp, "a timestamp";
    ByteStream = Stream, "a stream";
}

impl Shape for i32 {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Integer(number) => {
                Self::try_from(number).map_err(|_| Mismatch { wanted: "a 32-bit integer", found: "a larger one" })
            }
            other => Err(Mismatch::new("an integer", &other)),
        }
    }
    fn into_value(self) -> Value {
        Value::Integer(self.into())
    }
}

impl Shape for f64 {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Double(number) => Ok(number),
            #[expect(clippy::cast_precision_loss, reason = "JSON writes whole doubles as integers")]
            Value::Integer(number) => Ok(number as Self),
            other => Err(Mismatch::new("a number", &other)),
        }
    }
    fn into_value(self) -> Value {
        Value::Double(self)
    }
}

impl Shape for f32 {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        #[expect(clippy::cast_possible_truncation, reason = "the model says this number is a float")]
        f64::from_value(value).map(|number| number as Self)
    }
    fn into_value(self) -> Value {
        Value::Double(self.into())
    }
}

impl Shape for serde_json::Value {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Document(json) => Ok(json),
            other => Err(Mismatch::new("a document", &other)),
        }
    }
    fn into_value(self) -> Value {
        Value::Document(self)
    }
}

impl<T: Shape> Shape for Option<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }
    fn from_slot(value: Option<Value>) -> Result<Self, Mismatch> {
        value.map_or(Ok(None), Self::from_value)
    }
    fn into_slot(self) -> Option<Value> {
        self.map(T::into_value)
    }
}

impl<T: Shape> Shape for Box<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        T::from_value(value).map(Self::new)
    }
    fn into_value(self) -> Value {
        T::into_value(*self)
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::List(list) => list.into_iter().map(T::from_value).collect(),
            other => Err(Mismatch::new("a list", &other)),
        }
    }
    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

impl<T: Shape> Shape for Map<T> {
    fn from_value(value: Value) -> Result<Self, Mismatch> {
        match value {
            Value::Map(map) => map.into_iter().map(|(key, value)| Ok((key, T::from_value(value)?))).collect(),
            other => Err(Mismatch::new("a map", &other)),
        }
    }
    fn into_value(self) -> Value {
        Value::Map(self.into_iter().map(|(key, value)| (key, value.into_value())).collect())
    }
}

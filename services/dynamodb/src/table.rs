//! Tables and their indexes: what was declared.

use crate::value::{Item, Value};
use base::Timestamp;
use kernel::Record;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A table without its items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) id: String,
    /// The number its rows stand under; another one after a table was deleted and made anew.
    pub(crate) space: u64,
    pub(crate) created: Timestamp,
    pub(crate) key: Key,
    /// All key attributes, of indexes too, in the order they were declared.
    pub(crate) definitions: Vec<KeyAttribute>,
    pub(crate) locals: Vec<Index>,
    pub(crate) globals: Vec<Index>,
    pub(crate) billing: Billing,
    pub(crate) throughput: Throughput,
    pub(crate) on_demand: Option<OnDemand>,
    pub(crate) is_protected: bool,
    pub(crate) class: Option<Class>,
    /// The attribute that says when an item expires.
    pub(crate) expires_by: Option<String>,
    pub(crate) recovery: Option<Recovery>,
    /// The caller asked for encryption with a key of KMS.
    pub(crate) is_encrypted: bool,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) policy: Option<Policy>,
}
impl Record for Table {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Billing {
    /// From the beginning: AWS then shows no BillingModeSummary.
    Provisioned,
    /// Was paid per request before.
    ProvisionedAgain {
        since: Timestamp,
    },
    PayPerRequest {
        since: Timestamp,
    },
}

impl Billing {
    pub(crate) fn is_on_demand(self) -> bool {
        matches!(self, Self::PayPerRequest { .. })
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Throughput {
    pub(crate) read: i64,
    pub(crate) write: i64,
    pub(crate) increased: Option<Timestamp>,
    pub(crate) decreased: Option<Timestamp>,
}

/// The most a table paid per request may take; told, not enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnDemand {
    pub(crate) read: Option<i64>,
    pub(crate) write: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Class {
    pub(crate) name: String,
    pub(crate) changed: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recovery {
    pub(crate) since: Timestamp,
    pub(crate) days: i32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) text: String,
    pub(crate) revision: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) hash: KeyAttribute,
    pub(crate) range: Option<KeyAttribute>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KeyAttribute {
    pub(crate) name: String,
    pub(crate) kind: KeyKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum KeyKind {
    S,
    N,
    B,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) name: String,
    pub(crate) space: u64,
    pub(crate) key: Key,
    pub(crate) projection: Projection,
    pub(crate) throughput: Throughput,
    pub(crate) on_demand: Option<OnDemand>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Projection {
    All,
    KeysOnly,
    Include(Vec<String>),
}

impl KeyKind {
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::N => "N",
            Self::B => "B",
        }
    }
    pub(crate) fn fits(self, value: &Value) -> bool {
        value.type_name() == self.letter()
    }
}

impl KeyAttribute {
    /// Its value in an item, if it has the right type and is not empty.
    pub(crate) fn scalar<'a>(&self, item: &'a Item) -> Option<&'a Value> {
        let value = item.get(&self.name)?;
        let is_empty = match value {
            Value::S(text) => text.is_empty(),
            Value::B(bytes) => bytes.is_empty(),
            _ => false,
        };
        (self.kind.fits(value) && !is_empty).then_some(value)
    }
}

impl Key {
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &KeyAttribute> {
        [&self.hash].into_iter().chain(&self.range)
    }
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.attributes().map(|attribute| attribute.name.as_str())
    }
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

impl Table {
    pub(crate) fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.locals.iter().chain(&self.globals)
    }
    pub(crate) fn is_global(&self, index: &Index) -> bool {
        self.globals.iter().any(|known| known.name == index.name)
    }
}

impl Index {
    /// What the index holds of an item.
    pub(crate) fn projected(&self, table: &Key, item: &Item) -> Item {
        match &self.projection {
            Projection::All => item.clone(),
            Projection::KeysOnly => item.only(table.names().chain(self.key.names())),
            Projection::Include(more) => {
                item.only(table.names().chain(self.key.names()).chain(more.iter().map(String::as_str)))
            }
        }
    }
    pub(crate) fn projects(&self, table: &Key, attribute: &str) -> bool {
        match &self.projection {
            Projection::All => true,
            Projection::KeysOnly => table.has(attribute) || self.key.has(attribute),
            Projection::Include(more) => {
                table.has(attribute) || self.key.has(attribute) || more.iter().any(|name| name == attribute)
            }
        }
    }
}

//! What items are made of.

mod bytes;
mod convert;
mod number;

pub(crate) use convert::{item_of, out_of_range, to_attributes, value_of};
pub(crate) use number::{NotANumber, Number};

use shape::Bytes;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::{Deref, DerefMut},
};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    S(String),
    N(Number),
    B(Bytes),
    Bool(bool),
    Null,
    M(BTreeMap<String, Self>),
    L(Vec<Self>),
    Ss(BTreeSet<String>),
    Ns(BTreeSet<Number>),
    Bs(BTreeSet<Bytes>),
}

impl Value {
    /// AWS's letters for the type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::S(_) => "S",
            Self::N(_) => "N",
            Self::B(_) => "B",
            Self::Bool(_) => "BOOL",
            Self::Null => "NULL",
            Self::M(_) => "M",
            Self::L(_) => "L",
            Self::Ss(_) => "SS",
            Self::Ns(_) => "NS",
            Self::Bs(_) => "BS",
        }
    }

    /// What it counts towards the size of its item.
    ///
    /// AWS: "Item sizes and formats" of the Developer Guide; a list or map costs three bytes and one per element.
    pub(crate) fn size_bytes(&self) -> usize {
        match self {
            Self::S(text) => text.len(),
            Self::N(number) => number.size_bytes(),
            Self::B(bytes) => bytes.len(),
            Self::Bool(_) | Self::Null => 1,
            Self::M(map) => 3 + map.iter().map(|(name, value)| 1 + name.len() + value.size_bytes()).sum::<usize>(),
            Self::L(list) => 3 + list.iter().map(|value| 1 + value.size_bytes()).sum::<usize>(),
            Self::Ss(set) => set.iter().map(String::len).sum(),
            Self::Ns(set) => set.iter().map(|number| number.size_bytes()).sum(),
            Self::Bs(set) => set.iter().map(Bytes::len).sum(),
        }
    }

    /// As error messages show it: `{S:one}`.
    pub(crate) fn shown(&self) -> String {
        let inner = match self {
            Self::S(text) => text.clone(),
            Self::N(number) => number.to_string(),
            Self::B(bytes) => format!("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", bytes.len()),
            other => format!("{other:?}"),
        };
        format!("{{{}:{inner}}}", self.type_name())
    }
}

/// The attributes of an item, or of the part of it that an index holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Item(pub(crate) BTreeMap<String, Value>);

impl Item {
    pub(crate) fn size_bytes(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + value.size_bytes()).sum()
    }
    /// Only these attributes.
    pub(crate) fn only<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let kept = names.into_iter().filter_map(|name| Some((name.to_owned(), self.0.get(name)?.clone())));
        Self(kept.collect())
    }
}

impl Deref for Item {
    type Target = BTreeMap<String, Value>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Item {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

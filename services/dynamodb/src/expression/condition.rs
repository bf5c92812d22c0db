//! Conditions and filters, and whether an item fulfils them.

use super::path::{Path, find};
use crate::value::{Item, Number, Value};
use std::{borrow::Cow, cmp::Ordering};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
    Compare(Comparator, Operand, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    /// AWS's letters of a type.
    IsOfType(Operand, String),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Path(Path),
    Value(Value),
    Size(Box<Self>),
}

impl Condition {
    pub(crate) fn and(self, other: Self) -> Self {
        Self::And(Box::new(self), Box::new(other))
    }
    pub(crate) fn or(self, other: Self) -> Self {
        Self::Or(Box::new(self), Box::new(other))
    }
    #[must_use]
    pub(crate) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Self::And(one, two) => one.holds(item) && two.holds(item),
            Self::Or(one, two) => one.holds(item) || two.holds(item),
            Self::Not(inner) => !inner.holds(item),
            Self::Compare(comparator, one, two) => comparator.holds(one.of(item).as_deref(), two.of(item).as_deref()),
            Self::Between(value, low, high) => {
                let value = value.of(item);
                Comparator::GreaterOrEqual.holds(value.as_deref(), low.of(item).as_deref())
                    && Comparator::LessOrEqual.holds(value.as_deref(), high.of(item).as_deref())
            }
            Self::In(value, list) => {
                let value = value.of(item);
                list.iter().any(|one| Comparator::Equal.holds(value.as_deref(), one.of(item).as_deref()))
            }
            Self::Exists(path) => find(item, path).is_some(),
            Self::IsOfType(value, name) => value.of(item).is_some_and(|value| value.type_name() == name),
            Self::BeginsWith(value, prefix) => match (value.of(item).as_deref(), prefix.of(item).as_deref()) {
                (Some(Value::S(text)), Some(Value::S(prefix))) => text.starts_with(prefix.as_str()),
                (Some(Value::B(bytes)), Some(Value::B(prefix))) => bytes.starts_with(prefix),
                _ => false,
            },
            Self::Contains(value, part) => match (value.of(item), part.of(item)) {
                (Some(value), Some(part)) => contains(&value, &part),
                _ => false,
            },
        }
    }

    /// The attributes that it speaks of.
    pub(crate) fn attributes(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }
    fn collect<'a>(&'a self, into: &mut Vec<&'a str>) {
        match self {
            Self::And(one, two) | Self::Or(one, two) => {
                one.collect(into);
                two.collect(into);
            }
            Self::Not(inner) => inner.collect(into),
            Self::Compare(_, one, two) | Self::BeginsWith(one, two) | Self::Contains(one, two) => {
                into.extend([one, two].into_iter().filter_map(Operand::attribute));
            }
            Self::Between(value, low, high) => {
                into.extend([value, low, high].into_iter().filter_map(Operand::attribute));
            }
            Self::In(value, list) => into.extend([value].into_iter().chain(list).filter_map(Operand::attribute)),
            Self::Exists(path) => into.push(path.attribute()),
            Self::IsOfType(value, _) => into.extend(value.attribute()),
        }
    }
}

impl Operand {
    fn of<'a>(&'a self, item: &'a Item) -> Option<Cow<'a, Value>> {
        match self {
            Self::Path(path) => find(item, path).map(Cow::Borrowed),
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Size(inner) => size(inner.of(item)?.as_ref()).map(Cow::Owned),
        }
    }
    fn attribute(&self) -> Option<&str> {
        match self {
            Self::Path(path) => Some(path.attribute()),
            Self::Value(_) => None,
            Self::Size(inner) => inner.attribute(),
        }
    }
    /// The type it certainly has.
    pub(super) fn type_name(&self) -> Option<&'static str> {
        match self {
            Self::Path(_) => None,
            Self::Value(value) => Some(value.type_name()),
            Self::Size(_) => Some("N"),
        }
    }
}

impl Comparator {
    fn holds(self, one: Option<&Value>, two: Option<&Value>) -> bool {
        match self {
            Self::Equal => one.is_some() && one == two,
            // AWS: what is not there differs from everything.
            Self::NotEqual => one.is_none() || one != two,
            Self::Less => order(one, two).is_some_and(Ordering::is_lt),
            Self::LessOrEqual => order(one, two).is_some_and(Ordering::is_le),
            Self::Greater => order(one, two).is_some_and(Ordering::is_gt),
            Self::GreaterOrEqual => order(one, two).is_some_and(Ordering::is_ge),
        }
    }
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// The order of two values of one type that has an order.
pub(super) fn order(one: Option<&Value>, two: Option<&Value>) -> Option<Ordering> {
    match (one?, two?) {
        (Value::S(one), Value::S(two)) => Some(one.as_bytes().cmp(two.as_bytes())),
        (Value::N(one), Value::N(two)) => Some(one.cmp(two)),
        (Value::B(one), Value::B(two)) => Some(one.cmp(two)),
        _ => None,
    }
}

fn contains(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::S(text), Value::S(part)) => text.contains(part.as_str()),
        (Value::B(bytes), Value::B(part)) => part.is_empty() || bytes.windows(part.len()).any(|window| window == part),
        (Value::Ss(set), Value::S(member)) => set.contains(member),
        (Value::Ns(set), Value::N(member)) => set.contains(member),
        (Value::Bs(set), Value::B(member)) => set.contains(member),
        (Value::L(list), member) => list.contains(member),
        _ => false,
    }
}

fn size(value: &Value) -> Option<Value> {
    let length = match value {
        Value::S(text) => text.chars().count(),
        Value::B(bytes) => bytes.len(),
        Value::Ss(set) => set.len(),
        Value::Ns(set) => set.len(),
        Value::Bs(set) => set.len(),
        Value::L(list) => list.len(),
        Value::M(map) => map.len(),
        Value::N(_) | Value::Bool(_) | Value::Null => return None,
    };
    Some(Value::N(Number::of(i64::try_from(length).unwrap_or(i64::MAX))))
}

//! Which keys a query asks for.

use super::{Comparator, Condition, Operand, Path};
use crate::value::Value;
use kernel::Outcome;
use shape::ApiError;
use std::collections::BTreeMap;

/// One condition per key attribute.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct KeyConditions(pub(crate) BTreeMap<String, SortCondition>);

/// What a key attribute has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SortCondition {
    Equal(Value),
    Less(Value),
    LessOrEqual(Value),
    Greater(Value),
    GreaterOrEqual(Value),
    Between(Value, Value),
    BeginsWith(Value),
}

impl SortCondition {
    pub(crate) fn values(&self) -> Vec<&Value> {
        match self {
            Self::Between(low, high) => vec![low, high],
            Self::Equal(value)
            | Self::Less(value)
            | Self::LessOrEqual(value)
            | Self::Greater(value)
            | Self::GreaterOrEqual(value)
            | Self::BeginsWith(value) => vec![value],
        }
    }
}

impl KeyConditions {
    /// The conditions that a KeyConditionExpression's tree is made of.
    pub(crate) fn of(tree: Condition) -> Outcome<Self> {
        let mut found = Self::default();
        found.collect(tree)?;
        Ok(found)
    }

    fn collect(&mut self, tree: Condition) -> Outcome<()> {
        let (path, condition) = match tree {
            Condition::And(one, two) => {
                self.collect(*one)?;
                return self.collect(*two);
            }
            Condition::Compare(comparator, one, two) => comparison(comparator, one, two)?,
            Condition::Between(Operand::Path(path), low, high) => {
                (path, SortCondition::Between(constant(low)?, constant(high)?))
            }
            Condition::BeginsWith(Operand::Path(path), prefix) => (path, SortCondition::BeginsWith(constant(prefix)?)),
            Condition::Between(..) => return Err(not_first("BETWEEN")),
            Condition::BeginsWith(..) => return Err(not_first("begins_with")),
            Condition::Or(..) => return Err(invalid_operator("OR")),
            Condition::Not(inner) if matches!(*inner, Condition::Exists(_)) => {
                return Err(invalid_operator("attribute_not_exists"));
            }
            Condition::Not(_) => return Err(invalid_operator("NOT")),
            Condition::In(..) => return Err(invalid_operator("IN")),
            Condition::Exists(_) => return Err(invalid_operator("attribute_exists")),
            Condition::IsOfType(..) => return Err(invalid_operator("attribute_type")),
            Condition::Contains(..) => return Err(invalid_operator("contains")),
        };
        self.insert(&path, condition)
    }

    fn insert(&mut self, path: &Path, condition: SortCondition) -> Outcome<()> {
        if path.is_nested() {
            return Err(ApiError::validation("KeyConditionExpressions cannot have conditions on nested attributes"));
        }
        match self.0.insert(path.attribute().to_owned(), condition) {
            None => Ok(()),
            Some(_) => Err(ApiError::validation("KeyConditionExpressions must only contain one condition per key")),
        }
    }
}

fn comparison(comparator: Comparator, one: Operand, two: Operand) -> Outcome<(Path, SortCondition)> {
    let (path, value, is_turned) = match (one, two) {
        (Operand::Path(_), Operand::Path(_)) => {
            return Err(invalid("Multiple attribute names used in one condition"));
        }
        (Operand::Size(_), _) | (_, Operand::Size(_)) => return Err(nested()),
        (Operand::Value(_), Operand::Value(_)) => return Err(invalid("No key attribute specified")),
        (Operand::Path(path), Operand::Value(value)) => (path, value, false),
        (Operand::Value(value), Operand::Path(path)) => (path, value, true),
    };
    let condition = match (comparator, is_turned) {
        (Comparator::Equal, _) => SortCondition::Equal(value),
        (Comparator::NotEqual, _) => return Err(invalid_operator("<>")),
        (Comparator::Less, false) | (Comparator::Greater, true) => SortCondition::Less(value),
        (Comparator::LessOrEqual, false) | (Comparator::GreaterOrEqual, true) => SortCondition::LessOrEqual(value),
        (Comparator::Greater, false) | (Comparator::Less, true) => SortCondition::Greater(value),
        (Comparator::GreaterOrEqual, false) | (Comparator::LessOrEqual, true) => SortCondition::GreaterOrEqual(value),
    };
    Ok((path, condition))
}

fn constant(operand: Operand) -> Outcome<Value> {
    match operand {
        Operand::Value(value) => Ok(value),
        Operand::Path(_) => Err(invalid("Multiple attribute names used in one condition")),
        Operand::Size(_) => Err(nested()),
    }
}

fn nested() -> ApiError {
    ApiError::validation("KeyConditionExpressions cannot contain nested operations")
}
fn not_first(operator: &str) -> ApiError {
    invalid(&format!("{operator} operator must have the key attribute as its first operand"))
}
fn invalid(why: &str) -> ApiError {
    ApiError::validation(format!("Invalid condition in KeyConditionExpression: {why}"))
}
fn invalid_operator(operator: &str) -> ApiError {
    ApiError::validation(format!("Invalid operator used in KeyConditionExpression: {operator}"))
}

//! The parameters from before there were expressions, as the trees of expressions.

use super::{Action, Comparator, Condition, KeyConditions, Operand, Path, SortCondition, Source, Update};
use crate::value::{Value, value_of};
use api_dynamodb::{
    AttributeAction, AttributeValue, AttributeValueUpdate, ComparisonOperator, Condition as Asked, ConditionalOperator,
    ExpectedAttributeValue,
};
use kernel::Outcome;
use shape::{ApiError, Map};

/// `Expected`. None: nothing is expected.
pub(crate) fn expected(
    expected: Map<ExpectedAttributeValue>,
    operator: Option<ConditionalOperator>,
) -> Outcome<Option<Condition>> {
    let conditions = expected.into_iter().map(|(name, expected)| expectation(&name, expected));
    Ok(joined(conditions.collect::<Outcome<_>>()?, operator))
}

/// `QueryFilter` and `ScanFilter`.
pub(crate) fn filter(filter: Map<Asked>, operator: Option<ConditionalOperator>) -> Outcome<Option<Condition>> {
    let conditions = filter.into_iter().map(|(name, asked)| {
        let values = values_of(asked.attribute_value_list.unwrap_or_default())?;
        comparison(&name, asked.comparison_operator, values)
    });
    Ok(joined(conditions.collect::<Outcome<_>>()?, operator))
}

fn joined(conditions: Vec<Condition>, operator: Option<ConditionalOperator>) -> Option<Condition> {
    let join = match operator {
        Some(ConditionalOperator::Or) => Condition::or,
        Some(ConditionalOperator::And) | None => Condition::and,
    };
    conditions.into_iter().reduce(join)
}

fn expectation(name: &str, expected: ExpectedAttributeValue) -> Outcome<Condition> {
    let ExpectedAttributeValue { value, exists, comparison_operator, attribute_value_list } = expected;
    if value.is_some() && attribute_value_list.is_some() {
        return Err(invalid(format!("Value and AttributeValueList cannot be used together for Attribute: {name}")));
    }
    if let Some(operator) = comparison_operator {
        if exists.is_some() {
            return Err(invalid(format!(
                "Exists and ComparisonOperator cannot be used together for Attribute: {name}"
            )));
        }
        let values = attribute_value_list.or_else(|| value.map(|value| vec![value])).unwrap_or_default();
        return comparison(name, operator, values_of(values)?);
    }
    if attribute_value_list.is_some() {
        return Err(invalid(format!(
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: {name}"
        )));
    }
    match (exists, value) {
        (Some(false), None) => Ok(Condition::Exists(Path::of(name)).negated()),
        (Some(false), Some(_)) => {
            Err(invalid(format!("Value cannot be used when Exists is false for Attribute: {name}")))
        }
        (_, Some(value)) => comparison(name, ComparisonOperator::Eq, vec![value_of(value)?]),
        (exists, None) => {
            let exists = exists.map_or("null", |_| "true");
            Err(invalid(format!("Value must be provided when Exists is {exists} for Attribute: {name}")))
        }
    }
}

fn values_of(values: Vec<AttributeValue>) -> Outcome<Vec<Value>> {
    values.into_iter().map(value_of).collect()
}

fn invalid(why: String) -> ApiError {
    ApiError::validation(format!("One or more parameter values were invalid: {why}"))
}

fn check_arguments(operator: ComparisonOperator, values: &[Value]) -> Outcome<()> {
    use ComparisonOperator as Is;
    let fits = match operator {
        Is::Null | Is::NotNull => values.is_empty(),
        Is::In => !values.is_empty(),
        Is::Between => values.len() == 2,
        _ => values.len() == 1,
    };
    if !fits {
        return Err(invalid(format!("Invalid number of argument(s) for the {operator} ComparisonOperator")));
    }
    let kinds: &[&str] = match operator {
        Is::Eq | Is::Ne | Is::Null | Is::NotNull => return Ok(()),
        Is::BeginsWith => &["S", "B"],
        _ => &["S", "N", "B"],
    };
    match values.iter().find(|value| !kinds.contains(&value.type_name())) {
        None => Ok(()),
        Some(_) => Err(invalid(format!(
            "ComparisonOperator {operator} is not valid for {} AttributeValue type",
            values[0].type_name()
        ))),
    }
}

fn comparison(name: &str, operator: ComparisonOperator, values: Vec<Value>) -> Outcome<Condition> {
    use ComparisonOperator as Is;
    check_arguments(operator, &values)?;
    let path = || Operand::Path(Path::of(name));
    let exists = || Condition::Exists(Path::of(name));
    let mut values = values.into_iter().map(Operand::Value);
    let mut next = || values.next().expect("the number of arguments was checked");
    let compare = |comparator, value| Ok(Condition::Compare(comparator, path(), value));
    match operator {
        Is::Eq => compare(Comparator::Equal, next()),
        Is::Ne => compare(Comparator::NotEqual, next()),
        Is::Lt => compare(Comparator::Less, next()),
        Is::Le => compare(Comparator::LessOrEqual, next()),
        Is::Gt => compare(Comparator::Greater, next()),
        Is::Ge => compare(Comparator::GreaterOrEqual, next()),
        Is::In => Ok(Condition::In(path(), values.collect())),
        Is::Between => Ok(Condition::Between(path(), next(), next())),
        Is::NotNull => Ok(exists()),
        Is::Null => Ok(exists().negated()),
        Is::Contains => Ok(Condition::Contains(path(), next())),
        // AWS: an attribute that is not there does not fulfil it.
        Is::NotContains => Ok(exists().and(Condition::Contains(path(), next()).negated())),
        Is::BeginsWith => Ok(Condition::BeginsWith(path(), next())),
    }
}

impl KeyConditions {
    /// `KeyConditions`.
    pub(crate) fn of_legacy(conditions: Map<Asked>) -> Outcome<Self> {
        let converted = conditions.into_iter().map(|(name, asked)| {
            let values = values_of(asked.attribute_value_list.unwrap_or_default())?;
            check_arguments(asked.comparison_operator, &values)?;
            let mut values = values.into_iter();
            let mut next = || values.next().expect("the number of arguments was checked");
            use ComparisonOperator as Is;
            let condition = match asked.comparison_operator {
                Is::Eq => SortCondition::Equal(next()),
                Is::Lt => SortCondition::Less(next()),
                Is::Le => SortCondition::LessOrEqual(next()),
                Is::Gt => SortCondition::Greater(next()),
                Is::Ge => SortCondition::GreaterOrEqual(next()),
                Is::Between => SortCondition::Between(next(), next()),
                Is::BeginsWith => SortCondition::BeginsWith(next()),
                Is::Ne | Is::In | Is::Null | Is::NotNull | Is::Contains | Is::NotContains => {
                    let why = "Attempted conditional constraint is not an indexable operation";
                    return Err(ApiError::validation(why));
                }
            };
            Ok((name, condition))
        });
        Ok(Self(converted.collect::<Outcome<_>>()?))
    }
}

/// `AttributeUpdates`.
pub(crate) fn attribute_updates(updates: Map<AttributeValueUpdate>) -> Outcome<Update> {
    let actions = updates.into_iter().map(|(name, update)| {
        let path = Path::of(&name);
        let value = update.value.map(value_of).transpose()?;
        Ok(match (update.action.unwrap_or(AttributeAction::Put), value) {
            (AttributeAction::Delete, None) => Action::Remove(path),
            (_, None) => {
                return Err(invalid("Only DELETE action is allowed when no attribute value is specified".into()));
            }
            (AttributeAction::Put, Some(value)) => Action::Set(path, Source::Value(value)),
            (AttributeAction::Add, Some(value)) => match value {
                Value::N(_) | Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => Action::Add(path, value),
                Value::L(_) => {
                    let empty = Source::Value(Value::L(Vec::new()));
                    let old = Source::IfNotExists(path.clone(), Box::new(empty));
                    Action::Set(path, Source::ListAppend(Box::new(old), Box::new(Source::Value(value))))
                }
                other => {
                    return Err(invalid(format!("ADD action is not supported for the type {}", other.type_name())));
                }
            },
            (AttributeAction::Delete, Some(value)) => match value {
                Value::Ss(_) | Value::Ns(_) | Value::Bs(_) => Action::Delete(path, value),
                other => {
                    let kind = other.type_name();
                    return Err(invalid(format!("DELETE action with value is not supported for the type {kind}")));
                }
            },
        })
    });
    Ok(Update(actions.collect::<Outcome<_>>()?))
}

//! One item that is written: the same for PutItem, UpdateItem, DeleteItem, batches and transactions.

use crate::{
    capacity::Spent,
    check,
    expression::{Condition, Placeholders, Update, expected, parse_condition},
    key::Place,
    state,
    table::Table,
    value::{Item, to_attributes},
};
use api_dynamodb::{ConditionalCheckFailedException as Detail, ConditionalOperator, ExpectedAttributeValue, errors};
use kernel::{Outcome, Tx};
use shape::{ApiError, Map};

/// What is to become of one item, if its condition holds.
pub(crate) struct Plan {
    pub(crate) place: Place,
    key: Item,
    change: Change,
    condition: Option<Condition>,
}

enum Change {
    Put(Item),
    Update(Update),
    Delete,
    /// A transaction only asks for the condition.
    Nothing,
}

pub(crate) struct Done {
    pub(crate) old: Option<Item>,
    pub(crate) new: Option<Item>,
    pub(crate) spent: Spent,
}

pub(crate) enum Failed {
    /// The condition does not hold for this item.
    Condition(Option<Item>),
    Error(ApiError),
}

impl<E: Into<ApiError>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Plan {
    pub(crate) fn put(table: &Table, item: Item, condition: Option<Condition>) -> Outcome<Self> {
        let place = check::item_place(table, &item)?;
        Ok(Self { place, key: Item::default(), change: Change::Put(item), condition })
    }
    pub(crate) fn update(table: &Table, key: Item, update: Update, condition: Option<Condition>) -> Outcome<Self> {
        let place = check::key_place(table, &key)?;
        if let Some(path) = update.paths().find(|path| table.key.has(path.attribute())) {
            return Err(ApiError::validation(format!(
                "One or more parameter values were invalid: Cannot update attribute {}. This attribute is part of the \
                 key",
                path.attribute()
            )));
        }
        Ok(Self { place, key, change: Change::Update(update), condition })
    }
    pub(crate) fn delete(table: &Table, key: Item, condition: Option<Condition>) -> Outcome<Self> {
        let place = check::key_place(table, &key)?;
        Ok(Self { place, key, change: Change::Delete, condition })
    }
    pub(crate) fn check(table: &Table, key: Item, condition: Condition) -> Outcome<Self> {
        let place = check::key_place(table, &key)?;
        Ok(Self { place, key, change: Change::Nothing, condition: Some(condition) })
    }

    pub(crate) fn run(self, tx: &mut Tx<'_>, table: &Table) -> Result<Done, Failed> {
        let Self { place, key, change, condition } = self;
        let old = state::find_item(tx, table, &place)?;
        if let Some(condition) = &condition {
            let nothing = Item::default();
            if !condition.holds(old.as_ref().unwrap_or(&nothing)) {
                return Err(Failed::Condition(old));
            }
        }
        let new = match change {
            Change::Put(item) => Some(item),
            Change::Delete => None,
            Change::Update(update) => updated(table, key, &update, old.as_ref())?,
            Change::Nothing => {
                let size = old.as_ref().map_or(0, Item::size_bytes);
                return Ok(Done { old, new: None, spent: Spent::write(size, &[]) });
            }
        };
        let indexes = state::replace_item(tx, table, &place, old.as_ref(), new.as_ref())?;
        let size = [&old, &new].into_iter().flatten().map(Item::size_bytes).max();
        Ok(Done { spent: Spent::write(size.unwrap_or(0), &indexes), old, new })
    }
}

fn updated(table: &Table, key: Item, update: &Update, old: Option<&Item>) -> Outcome<Option<Item>> {
    // AWS: an update that only takes away makes no item.
    if old.is_none() && update.only_removes() {
        return Ok(None);
    }
    let new = update.apply(old.unwrap_or(&key))?;
    check::check_updated(table, &new)?;
    Ok(Some(new))
}

/// The error of a condition that does not hold, with the item where the caller asked for it.
pub(crate) fn condition_failed(item: Option<Item>) -> ApiError {
    let error = errors::conditional_check_failed_exception("The conditional request failed");
    let Some(item) = item else { return error };
    let detail = Detail { message: None, item: Some(to_attributes(item)) };
    error.with(&api_dynamodb::shapes::ConditionalCheckFailedException, detail)
}

impl Failed {
    pub(crate) fn into_error(self, returns_old: bool) -> ApiError {
        match self {
            Self::Condition(item) => condition_failed(item.filter(|_| returns_old)),
            Self::Error(error) => error,
        }
    }
}

/// ConditionExpression, or Expected in its stead.
pub(crate) fn condition_of(
    expression: Option<&String>,
    placeholders: &mut Placeholders,
    legacy: Option<Map<ExpectedAttributeValue>>,
    operator: Option<ConditionalOperator>,
) -> Outcome<Option<Condition>> {
    match (expression, legacy) {
        (Some(expression), _) => parse_condition("ConditionExpression", expression, placeholders).map(Some),
        (None, Some(legacy)) => expected(legacy, operator),
        (None, None) => Ok(None),
    }
}

/// That nobody mixes expressions with what was before them: each parameter with whether it was given.
pub(crate) fn check_not_mixed(expressions: &[(&str, bool)], others: &[(&str, bool)]) -> Outcome<()> {
    let given = |list: &[(&str, bool)]| {
        list.iter().filter(|(_, is_given)| *is_given).map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>()
    };
    let (expressions, others) = (given(expressions), given(others));
    if expressions.is_empty() || others.is_empty() {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {{{}}} Expression parameters: {{{}}}",
        others.join(", "),
        expressions.join(", ")
    )))
}

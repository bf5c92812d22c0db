//! Updates, and what they make of an item.
//!
//! Every operand is read from the item as it was before the update; then the actions are done.

use super::path::{Element, Path, find};
use crate::value::{Item, Number, Value, out_of_range};
use kernel::Outcome;
use shape::ApiError;
use std::collections::BTreeMap;

/// The actions of an update, in the order of their sections.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Update(pub(crate) Vec<Action>);

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Set(Path, Source),
    Remove(Path),
    Add(Path, Value),
    Delete(Path, Value),
}

/// Where a new value comes from.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Source {
    Path(Path),
    Value(Value),
    IfNotExists(Path, Box<Self>),
    ListAppend(Box<Self>, Box<Self>),
    Plus(Box<Self>, Box<Self>),
    Minus(Box<Self>, Box<Self>),
}

impl Action {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::Delete(path, _) => path,
        }
    }
}

impl Update {
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(Action::path)
    }

    /// Whether it does something, but adds nothing.
    pub(crate) fn only_removes(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|action| matches!(action, Action::Remove(_) | Action::Delete(..)))
    }

    pub(crate) fn apply(&self, old: &Item) -> Outcome<Item> {
        let mut new = old.clone();
        let mut sets = Vec::new();
        let mut removals = Vec::new();
        for action in &self.0 {
            match action {
                Action::Set(path, source) => sets.push((path, source.of(old)?)),
                Action::Remove(path) => removals.push(path),
                Action::Add(path, value) => sets.push((path, sum(find(old, path), value)?)),
                Action::Delete(path, value) => match difference(find(old, path), value)? {
                    Left::Something(rest) => sets.push((path, rest)),
                    Left::Nothing => removals.push(path),
                    Left::Unchanged => {}
                },
            }
        }
        // Smaller indexes first, so that what lies behind a list's end is appended in order.
        sets.sort_by(|one, two| one.0.cmp(two.0));
        for (path, value) in sets {
            set(&mut new, path, value)?;
        }
        // AWS: indexes mean the list as it was, so the last element goes first.
        removals.sort();
        for path in removals.into_iter().rev() {
            remove(&mut new, path)?;
        }
        Ok(new)
    }
}

impl Source {
    fn of(&self, item: &Item) -> Outcome<Value> {
        Ok(match self {
            Self::Value(value) => value.clone(),
            Self::Path(path) => find(item, path).cloned().ok_or_else(|| {
                ApiError::validation("The provided expression refers to an attribute that does not exist in the item")
            })?,
            Self::IfNotExists(path, default) => match find(item, path) {
                Some(value) => value.clone(),
                None => default.of(item)?,
            },
            Self::ListAppend(one, two) => match (one.of(item)?, two.of(item)?) {
                (Value::L(mut list), Value::L(more)) => {
                    list.extend(more);
                    Value::L(list)
                }
                _ => return Err(wrong_type()),
            },
            Self::Plus(one, two) => calculate(one.of(item)?, two.of(item)?, Number::plus)?,
            Self::Minus(one, two) => calculate(one.of(item)?, two.of(item)?, Number::minus)?,
        })
    }
}

fn wrong_type() -> ApiError {
    ApiError::validation("An operand in the update expression has an incorrect data type")
}

fn calculate(
    one: Value,
    two: Value,
    how: fn(Number, Number) -> Result<Number, crate::value::NotANumber>,
) -> Outcome<Value> {
    match (one, two) {
        (Value::N(one), Value::N(two)) => Ok(Value::N(how(one, two).map_err(out_of_range)?)),
        _ => Err(wrong_type()),
    }
}

/// What ADD makes of an attribute.
fn sum(old: Option<&Value>, added: &Value) -> Outcome<Value> {
    Ok(match (old, added) {
        (None, added) => added.clone(),
        (Some(Value::N(old)), Value::N(added)) => Value::N(old.plus(*added).map_err(out_of_range)?),
        (Some(Value::Ss(old)), Value::Ss(added)) => Value::Ss(old | added),
        (Some(Value::Ns(old)), Value::Ns(added)) => Value::Ns(old | added),
        (Some(Value::Bs(old)), Value::Bs(added)) => Value::Bs(old | added),
        _ => return Err(wrong_type()),
    })
}

enum Left {
    Something(Value),
    Nothing,
    Unchanged,
}

/// What DELETE leaves of a set. AWS: there are no empty sets, so the last member takes the attribute with it.
fn difference(old: Option<&Value>, deleted: &Value) -> Outcome<Left> {
    let rest = match (old, deleted) {
        (None, _) => return Ok(Left::Unchanged),
        (Some(Value::Ss(old)), Value::Ss(deleted)) => Some(old - deleted).filter(|set| !set.is_empty()).map(Value::Ss),
        (Some(Value::Ns(old)), Value::Ns(deleted)) => Some(old - deleted).filter(|set| !set.is_empty()).map(Value::Ns),
        (Some(Value::Bs(old)), Value::Bs(deleted)) => Some(old - deleted).filter(|set| !set.is_empty()).map(Value::Bs),
        _ => return Err(wrong_type()),
    };
    Ok(rest.map_or(Left::Nothing, Left::Something))
}

/// What holds the last element of a path.
enum Holder<'a> {
    Map(&'a mut BTreeMap<String, Value>, &'a str),
    List(&'a mut Vec<Value>, usize),
}

fn holder<'a>(item: &'a mut Item, path: &'a Path) -> Outcome<Holder<'a>> {
    let invalid = || ApiError::validation("The document path provided in the update expression is invalid for update");
    let [first, rest @ ..] = path.0.as_slice() else { unreachable!("a path begins with a name") };
    let Element::Name(first) = first else { unreachable!("a path begins with a name") };
    let Some((last, between)) = rest.split_last() else { return Ok(Holder::Map(&mut item.0, first)) };
    let mut value = item.get_mut(first).ok_or_else(invalid)?;
    for element in between {
        value = match (element, value) {
            (Element::Name(name), Value::M(map)) => map.get_mut(name).ok_or_else(invalid)?,
            (Element::Index(index), Value::L(list)) => list.get_mut(*index).ok_or_else(invalid)?,
            _ => return Err(invalid()),
        };
    }
    match (last, value) {
        (Element::Name(name), Value::M(map)) => Ok(Holder::Map(map, name)),
        (Element::Index(index), Value::L(list)) => Ok(Holder::List(list, *index)),
        _ => Err(invalid()),
    }
}

fn set(item: &mut Item, path: &Path, value: Value) -> Outcome<()> {
    match holder(item, path)? {
        Holder::Map(map, name) => drop(map.insert(name.to_owned(), value)),
        Holder::List(list, index) => match list.get_mut(index) {
            Some(place) => *place = value,
            None => list.push(value),
        },
    }
    Ok(())
}

fn remove(item: &mut Item, path: &Path) -> Outcome<()> {
    match holder(item, path)? {
        Holder::Map(map, name) => drop(map.remove(name)),
        Holder::List(list, index) if index < list.len() => drop(list.remove(index)),
        Holder::List(..) => {}
    }
    Ok(())
}

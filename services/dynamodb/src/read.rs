//! Items that are found by the page: what Query and Scan have in common.

use crate::{
    capacity::{Consistency, Spent},
    expression::{Condition, Path, Placeholders, Projected, parse_projection},
    key::Place,
    state::{self, ITEMS, ItemKey},
    table::{Index, Key, Table},
    value::{Item, item_of},
};
use api_dynamodb::{AttributeValue, Select};
use base::Fault;
use kernel::{Order, Outcome, Tx};
use shape::{ApiError, Map};
use std::ops::Bound;

/// AWS: "a single Query or Scan operation can retrieve a maximum of 1 MB of data".
const PAGE_BYTES: usize = 1024 * 1024;

/// What a Query or a Scan asks of the rows it passes.
pub(crate) struct Asked<'a> {
    pub(crate) table: &'a Table,
    pub(crate) index: Option<&'a Index>,
    pub(crate) filter: Option<Condition>,
    pub(crate) shown: Shown,
    pub(crate) limit: Option<usize>,
    pub(crate) consistency: Consistency,
}

/// What of each item goes into the answer.
pub(crate) enum Shown {
    Count,
    Item { projected: Option<Projected>, is_fetched: bool },
}

pub(crate) struct Page {
    pub(crate) items: Option<Vec<Item>>,
    pub(crate) count: i32,
    pub(crate) scanned: i32,
    pub(crate) last: Option<Item>,
    pub(crate) spent: Spent,
}

impl Asked<'_> {
    pub(crate) fn space(&self) -> u64 {
        self.index.map_or(self.table.space, |index| index.space)
    }

    /// One page of `rows`.
    pub(crate) fn page(&self, tx: &Tx<'_>, rows: impl Iterator<Item = Result<Item, Fault>>) -> Outcome<Page> {
        let mut items = Vec::new();
        let (mut count, mut scanned) = (0, 0);
        let (mut bytes, mut fetched) = (0, Spent::default());
        let mut last = None;
        for row in rows {
            let row = row?;
            scanned += 1;
            bytes += row.size_bytes();
            let is_full = bytes >= PAGE_BYTES || self.limit == Some(scanned);
            if is_full {
                last = Some(row.only(self.key_names()));
            }
            let row = self.whole(tx, row, &mut fetched)?;
            if self.filter.as_ref().is_none_or(|filter| filter.holds(&row)) {
                count += 1;
                if let Shown::Item { projected, .. } = &self.shown {
                    items.push(kept(row, projected.as_ref()));
                }
            }
            if is_full {
                break;
            }
        }
        let mut spent = match self.index {
            None => Spent::read(bytes, self.consistency),
            Some(index) => Spent::read_index(bytes, self.consistency, self.table, index),
        };
        spent.add(fetched);
        let is_shown = matches!(self.shown, Shown::Item { .. });
        Ok(Page { items: is_shown.then_some(items), count, scanned: number(scanned), last, spent })
    }

    /// The item itself, where its index holds too little of it.
    fn whole(&self, tx: &Tx<'_>, row: Item, spent: &mut Spent) -> Outcome<Item> {
        if !matches!(self.shown, Shown::Item { is_fetched: true, .. }) {
            return Ok(row);
        }
        let place = Place::in_table(&self.table.key, &row).expect("an index holds the keys of its items");
        let item = state::find_item(tx, self.table, &place)?
            .ok_or_else(|| Fault::internal("an index holds an item that its table has not"))?;
        spent.add(Spent::read(item.size_bytes(), self.consistency));
        Ok(item)
    }

    fn key_names(&self) -> impl Iterator<Item = &str> {
        self.table.key.names().chain(self.index.into_iter().flat_map(|index| index.key.names()))
    }

    /// The place behind which the page begins. None: it is not a key of what is read.
    pub(crate) fn start(&self, key: Map<AttributeValue>) -> Outcome<Option<Place>> {
        let key = item_of(key)
            .map_err(|why| ApiError::validation(format!("The provided starting key is invalid: {}", why.message)))?;
        let mut names: Vec<_> = self.key_names().collect();
        names.sort_unstable();
        names.dedup();
        if !key.keys().map(String::as_str).eq(names) {
            return Ok(None);
        }
        Ok(match self.index {
            None => Place::in_table(&self.table.key, &key),
            Some(index) => Place::in_index(index, &self.table.key, &key),
        })
    }

    /// The rows from `from` on, with their places.
    pub(crate) fn rows<'t>(
        &self,
        tx: &'t Tx<'_>,
        partition: Option<&Place>,
        from: Bound<(u64, Vec<u8>, Vec<u8>)>,
        order: Order,
    ) -> Box<dyn Iterator<Item = Result<(Place, Item), Fault>> + 't> {
        let space = self.space();
        let from = from.map(|(hash, partition, rest)| (space, hash, partition, rest));
        let placed = |row: Result<(ItemKey, Item), Fault>| {
            row.map(|((_, hash, partition, rest), item)| (Place { hash, partition, rest }, item))
        };
        match partition {
            Some(place) => {
                let prefix = (space, place.hash, place.partition.as_slice());
                Box::new(tx.scan_from(&ITEMS, prefix, from, order).map(placed))
            }
            None => Box::new(tx.scan_from(&ITEMS, (space,), from, order).map(placed)),
        }
    }
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// The part of an item that is asked for.
pub(crate) fn kept(item: Item, projected: Option<&Projected>) -> Item {
    match projected {
        None => item,
        Some(projected) => projected.apply(&item),
    }
}

/// ProjectionExpression or AttributesToGet, where nothing else is an expression.
pub(crate) fn projected(
    expression: Option<&String>,
    names: Option<Map<String>>,
    attributes: Option<Vec<String>>,
) -> Outcome<Option<Projected>> {
    crate::write::check_not_mixed(
        &[("ProjectionExpression", expression.is_some())],
        &[("AttributesToGet", attributes.is_some())],
    )?;
    let mut placeholders = Placeholders::new(names, None, &[("ProjectionExpression", expression)])?;
    let projected = projection_of(expression, attributes, &mut placeholders)?;
    placeholders.check_used()?;
    Ok(projected)
}

pub(crate) fn projection_of(
    expression: Option<&String>,
    attributes: Option<Vec<String>>,
    placeholders: &mut Placeholders,
) -> Outcome<Option<Projected>> {
    match (expression, attributes) {
        (Some(expression), _) => parse_projection(expression, placeholders).map(Some),
        (None, Some(attributes)) => {
            let mut sorted = attributes.clone();
            sorted.sort();
            if let Some(twice) = sorted.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(ApiError::validation(format!(
                    "One or more parameter values were invalid: Duplicate value in attribute name: {}",
                    twice[0]
                )));
            }
            let paths: Vec<_> = attributes.iter().map(|name| Path::of(name)).collect();
            Ok(Some(Projected::of(&paths)))
        }
        (None, None) => Ok(None),
    }
}

/// What policies are told of how much of its items a read asks for. AWS: `dynamodb:Select`.
pub(crate) fn select_key(select: Option<Select>, is_projected: bool) -> String {
    let implied = if is_projected { Select::SpecificAttributes } else { Select::AllAttributes };
    select.unwrap_or(implied).to_string()
}

/// The index that the caller names.
pub(crate) fn find_index<'a>(
    table: &'a Table,
    name: Option<&String>,
    is_consistent: Option<bool>,
) -> Outcome<Option<&'a Index>> {
    let Some(name) = name else { return Ok(None) };
    let index = table
        .indexes()
        .find(|index| index.name == *name)
        .ok_or_else(|| ApiError::validation(format!("The table does not have the specified index: {name}")))?;
    if table.is_global(index) && is_consistent == Some(true) {
        return Err(ApiError::validation("Consistent reads are not supported on global secondary indexes"));
    }
    Ok(Some(index))
}

/// What `Select` and the projection together ask for. `is_expression` says which parameter the projection was.
pub(crate) fn shown(
    table: &Table,
    index: Option<&Index>,
    select: Option<Select>,
    projected: Option<Projected>,
    is_expression: bool,
) -> Outcome<Shown> {
    let parameter = if is_expression { "ProjectionExpression" } else { "AttributesToGet" };
    let refuse =
        |what: &str| Err(ApiError::validation(format!("Cannot specify the {parameter} when choosing to get {what}")));
    match (select, &projected) {
        (Some(Select::Count), Some(_)) => return refuse("only the Count"),
        (Some(Select::AllAttributes), Some(_)) => return refuse("ALL_ATTRIBUTES"),
        (Some(Select::AllProjectedAttributes), Some(_)) => return refuse("ALL_PROJECTED_ATTRIBUTES"),
        (Some(Select::SpecificAttributes), None) => {
            return Err(ApiError::validation(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
            ));
        }
        (Some(Select::AllProjectedAttributes), None) if index.is_none() => {
            return Err(ApiError::validation(
                "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName",
            ));
        }
        (Some(Select::Count), None) => return Ok(Shown::Count),
        _ => {}
    }
    let Some(index) = index else { return Ok(Shown::Item { projected, is_fetched: false }) };
    let is_all = select == Some(Select::AllAttributes);
    let beyond: Vec<_> = match &projected {
        Some(projected) => projected.attributes().filter(|name| !index.projects(&table.key, name)).collect(),
        None => Vec::new(),
    };
    let lacks_some = is_all && index.projection != crate::table::Projection::All;
    if table.is_global(index) {
        let invalid = |why: String| ApiError::validation(format!("One or more parameter values were invalid: {why}"));
        let name = &index.name;
        if lacks_some {
            return Err(invalid(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {name} because its projection \
                 type is not ALL"
            )));
        }
        if !beyond.is_empty() {
            return Err(invalid(format!("Global secondary index {name} does not project [{}]", beyond.join(", "))));
        }
    }
    let is_fetched = lacks_some || !beyond.is_empty();
    Ok(Shown::Item { projected, is_fetched })
}

/// AWS: what a key says, a filter cannot say.
pub(crate) fn check_filter(key: &Key, filter: Option<&Condition>, is_expression: bool) -> Outcome<()> {
    let Some(filter) = filter else { return Ok(()) };
    let Some(name) = filter.attributes().into_iter().find(|name| key.has(name)) else { return Ok(()) };
    let parameter = if is_expression { "Filter Expression" } else { "QueryFilter" };
    Err(ApiError::validation(format!(
        "{parameter} can only contain non-primary key attributes: Primary key attribute: {name}"
    )))
}

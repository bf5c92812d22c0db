//! Which parts of an item are asked for.

use super::{Element, Path, Placeholders, parser::parse_whole};
use crate::value::{Item, Value};
use kernel::Outcome;
use std::collections::BTreeMap;

/// A set of paths, as the tree that they form.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Projected(BTreeMap<String, Part>);

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Whole,
    Names(BTreeMap<String, Self>),
    Indexes(BTreeMap<usize, Self>),
}

pub(crate) fn parse_projection(source: &str, placeholders: &mut Placeholders) -> Outcome<Projected> {
    let paths = parse_whole("ProjectionExpression", source, placeholders, |parser| {
        let mut paths: Vec<Path> = Vec::new();
        loop {
            let path = parser.path()?;
            for known in &paths {
                if let Some((rank, why)) = known.clash(&path) {
                    parser.problem(rank, why);
                }
            }
            paths.push(path);
            if !parser.takes(",") {
                return Ok(paths);
            }
        }
    })?;
    Ok(Projected::of(&paths))
}

impl Projected {
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut tree = Self::default();
        for path in paths {
            insert_name(&mut tree.0, path.attribute(), &path.0[1..]);
        }
        tree
    }
    pub(crate) fn attributes(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
    pub(crate) fn apply(&self, item: &Item) -> Item {
        Item(kept_names(&self.0, item))
    }
}

fn insert_name(map: &mut BTreeMap<String, Part>, name: &str, rest: &[Element]) {
    let known = map.remove(name);
    map.insert(name.to_owned(), extended(known, rest));
}

fn extended(known: Option<Part>, rest: &[Element]) -> Part {
    match (known, rest) {
        (Some(Part::Whole), _) | (_, []) => Part::Whole,
        (Some(Part::Names(mut map)), [Element::Name(name), rest @ ..]) => {
            insert_name(&mut map, name, rest);
            Part::Names(map)
        }
        (Some(Part::Indexes(mut map)), [Element::Index(index), rest @ ..]) => {
            let known = map.remove(index);
            map.insert(*index, extended(known, rest));
            Part::Indexes(map)
        }
        (None, [Element::Name(name), rest @ ..]) => Part::Names([(name.clone(), extended(None, rest))].into()),
        (None, [Element::Index(index), rest @ ..]) => Part::Indexes([(*index, extended(None, rest))].into()),
        // Paths that conflict were refused.
        (Some(part), _) => part,
    }
}

fn kept_names(parts: &BTreeMap<String, Part>, map: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let kept = parts.iter().filter_map(|(name, part)| Some((name.clone(), kept(part, map.get(name)?)?)));
    kept.collect()
}

/// None: nothing of it is asked for.
fn kept(part: &Part, value: &Value) -> Option<Value> {
    match (part, value) {
        (Part::Whole, value) => Some(value.clone()),
        (Part::Names(parts), Value::M(map)) => {
            Some(Value::M(kept_names(parts, map))).filter(|value| *value != Value::M(BTreeMap::new()))
        }
        // AWS: the elements that were asked for move together.
        (Part::Indexes(parts), Value::L(list)) => {
            let kept: Vec<_> = parts.iter().filter_map(|(index, part)| kept(part, list.get(*index)?)).collect();
            Some(kept).filter(|list| !list.is_empty()).map(Value::L)
        }
        _ => None,
    }
}

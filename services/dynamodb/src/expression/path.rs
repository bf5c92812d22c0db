//! Where in a document something is: `info.rating[0]`.

use crate::value::{Item, Value};
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Element {
    Name(String),
    Index(usize),
}

/// Begins with the name of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Path(pub(crate) Vec<Element>);

impl Path {
    pub(crate) fn of(attribute: &str) -> Self {
        Self(vec![Element::Name(attribute.to_owned())])
    }
    /// The attribute that it is in.
    pub(crate) fn attribute(&self) -> &str {
        match self.0.first() {
            Some(Element::Name(name)) => name,
            _ => unreachable!("a path begins with a name"),
        }
    }
    pub(crate) fn is_nested(&self) -> bool {
        self.0.len() > 1
    }

    /// The sentence about two paths that cannot stand in one expression, if these are such.
    pub(super) fn clash(&self, other: &Self) -> Option<(super::parser::Rank, String)> {
        use super::parser::Rank;
        let mut sides = self.0.iter().zip(&other.0);
        let differing = sides.find(|(one, two)| one != two);
        let (rank, verb) = match differing {
            None => (Rank::Overlap, "overlap"),
            Some((Element::Name(_), Element::Index(_)) | (Element::Index(_), Element::Name(_))) => {
                (Rank::Conflict, "conflict")
            }
            Some(_) => return None,
        };
        let text = format!(
            "Two document paths {verb} with each other; must remove or rewrite one of these paths; path one: {self}, \
             path two: {other}"
        );
        Some((rank, text))
    }
}

/// `[info, rating, [0]]`
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (position, element) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            match element {
                Element::Name(name) => write!(f, "{comma}{name}")?,
                Element::Index(index) => write!(f, "{comma}[{index}]")?,
            }
        }
        f.write_str("]")
    }
}

/// What stands at `path`.
pub(crate) fn find<'a>(item: &'a Item, path: &Path) -> Option<&'a Value> {
    let mut found = item.get(path.attribute())?;
    for element in &path.0[1..] {
        found = match (element, found) {
            (Element::Name(name), Value::M(map)) => map.get(name)?,
            (Element::Index(index), Value::L(list)) => list.get(*index)?,
            _ => return None,
        };
    }
    Some(found)
}

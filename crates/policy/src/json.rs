//! JSON as a policy is written in it: objects keep their order and may not say a key twice.
//!
//! A key said twice would let the second of two conditions silently replace the first, so it is an error here.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

#[derive(Debug)]
pub(crate) enum Node {
    Null,
    /// A string, or a number or boolean as it is written: conditions take each for the other.
    Scalar {
        text: String,
        is_string: bool,
    },
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl NodeVisitor {
    fn bare<E>(value: impl ToString) -> Result<Node, E> {
        Ok(Node::Scalar { text: value.to_string(), is_string: false })
    }
}

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Self::bare(value)
    }
    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Self::bare(value)
    }
    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Self::bare(value)
    }
    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Self::bare(value)
    }
    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar { text: value.to_owned(), is_string: true })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Node>()? {
            if entries.iter().any(|(seen, _)| *seen == key) {
                return Err(A::Error::custom(format_args!("the key {key:?} stands twice")));
            }
            entries.push((key, value));
        }
        Ok(Node::Object(entries))
    }
}

//! The query protocols' input: form fields whose dotted names spell a tree, `Filters.member.1.Name=a`.

use crate::{
    text::{self, Read, malformed},
    xml,
};
use percent_encoding::percent_decode_str;
use serde_json::Value as Json;
use shape::{Fields, Kind, Member, Protocol, Schema, Value};
use std::{borrow::Cow, collections::BTreeMap};

const MOST_FIELDS: usize = 50_000;
const DEEPEST: usize = 64;

/// The decoded pairs of a query string or form.
pub(crate) fn pairs(text: &str) -> impl Iterator<Item = (String, String)> {
    text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (component(name), component(value))
    })
}

fn component(text: &str) -> String {
    let spaced: Cow<'_, str> = if text.contains('+') { text.replace('+', " ").into() } else { text.into() };
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

/// A field, and the fields below it.
#[derive(Debug, Default)]
pub(crate) struct Node {
    text: Option<String>,
    children: BTreeMap<String, Self>,
}

pub(crate) fn parse(text: &str) -> Read<Node> {
    let mut root = Node::default();
    for (count, (name, value)) in pairs(text).enumerate() {
        if count >= MOST_FIELDS || name.split('.').count() > DEEPEST {
            return malformed("The request has too many parameters");
        }
        let mut node = &mut root;
        for part in name.split('.') {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.text = Some(value);
    }
    Ok(root)
}

pub(crate) fn read(schema: &'static Schema, mut node: Node, protocol: Protocol) -> Read<Value> {
    match &schema.kind {
        Kind::Structure { members, .. } => {
            let mut fields = Fields::of(schema);
            for (index, member) in members.iter().enumerate() {
                if let Some(child) = node.children.remove(&*name(member, protocol)) {
                    fields.set(index, read_member(member, child, protocol)?);
                }
            }
            Ok(Value::Structure(fields))
        }
        Kind::List { .. } | Kind::Map { .. } => read_entries(schema, node, xml::is_flat(schema, None), protocol),
        Kind::Document => Ok(Value::Document(describe(node))),
        _ => match node.text {
            Some(said) => text::read(schema, &said),
            None => malformed("Unexpected complex element termination"),
        },
    }
}

/// EC2 begins every field's name with a capital.
fn name(member: &'static Member, protocol: Protocol) -> Cow<'static, str> {
    if protocol == Protocol::Ec2Query {
        let mut letters = member.wire_name().chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        return first.into_iter().chain(letters).collect::<String>().into();
    }
    member.wire_name().into()
}

fn read_member(member: &'static Member, node: Node, protocol: Protocol) -> Read<Value> {
    match member.schema.kind {
        Kind::List { .. } | Kind::Map { .. } => {
            read_entries(member.schema, node, xml::is_flat(member.schema, Some(member)), protocol)
        }
        _ => read(member.schema, node, protocol),
    }
}

fn read_entries(schema: &'static Schema, mut node: Node, is_flat: bool, protocol: Protocol) -> Read<Value> {
    match &schema.kind {
        Kind::List { member, xml_member, .. } => {
            // Clients of different ages write `X.1`, `X.member.1` and `X.item.1`: all are read.
            let names = [*xml_member, Some("member")];
            let wrapped = names.into_iter().flatten().find_map(|name| node.children.remove(name));
            let entries = wrapped.filter(|_| !is_flat).unwrap_or(node);
            numbered(entries).map(|entry| read(member, entry, protocol)).collect::<Read<_>>().map(Value::List)
        }
        Kind::Map { value, xml_key, xml_value, .. } => {
            let entries = if is_flat { node } else { node.children.remove("entry").unwrap_or(node) };
            let mut map = Vec::new();
            for mut entry in numbered(entries) {
                let key = entry.children.remove(*xml_key).and_then(|key| key.text);
                match (key, entry.children.remove(*xml_value)) {
                    (Some(key), Some(inner)) => map.push((key, read(value, inner, protocol)?)),
                    _ => return malformed(format!("An entry needs {xml_key} and {xml_value}")),
                }
            }
            Ok(Value::Map(map))
        }
        _ => read(schema, node, protocol),
    }
}

/// The entries in the order of their numbers, which may have gaps.
fn numbered(node: Node) -> impl Iterator<Item = Node> {
    let entries = node.children.into_iter().filter_map(|(name, child)| Some((name.parse::<u32>().ok()?, child)));
    entries.collect::<BTreeMap<_, _>>().into_values()
}

/// Fields whose shape is not known, as JSON: they are only looked at to see whether they say anything.
fn describe(node: Node) -> Json {
    if node.children.is_empty() {
        return node.text.unwrap_or_default().into();
    }
    Json::Object(node.children.into_iter().map(|(name, child)| (name, describe(child))).collect())
}

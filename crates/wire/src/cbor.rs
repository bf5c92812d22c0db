//! rpcv2Cbor bodies, in both directions: the part of CBOR (RFC 8949) that the protocol uses.

use crate::{
    encode::Outgoing,
    text::{self, Read, malformed},
};
use http::{HeaderValue, Response, header::CONTENT_TYPE};
use shape::{Bytes, Fields, Kind, Member, Place, Schema, Timestamp, Value};

const DEEPEST: usize = 64;

/// One data item. Tags other than that of a time are dropped.
#[derive(Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    Boolean(bool),
    Integer(i64),
    Double(f64),
    Text(String),
    Blob(Bytes),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
    Time(Box<Self>),
}

/// A whole body. No body is an empty map.
pub(crate) fn parse(body: &[u8]) -> Read<Tree> {
    if body.is_empty() {
        return Ok(Tree::Map(Vec::new()));
    }
    let mut reader = Reader { rest: body };
    let tree = reader.item(DEEPEST)?;
    if reader.rest.is_empty() { Ok(tree.unwrap_or(Tree::Null)) } else { malformed("bytes after the end of the body") }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn take(&mut self, length: usize) -> Read<&[u8]> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => malformed("the body ends too early"),
        }
    }

    fn number(&mut self, width: usize) -> Read<u64> {
        Ok(self.take(width)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// The argument behind an item's first byte; `None` is an indefinite length.
    fn argument(&mut self, low: u8) -> Read<Option<u64>> {
        match low {
            0..=23 => Ok(Some(low.into())),
            24..=27 => self.number(1 << (low - 24)).map(Some),
            31 => Ok(None),
            _ => malformed("a reserved length"),
        }
    }

    /// The next item; `None` is the end of an indefinite one.
    fn item(&mut self, depth: usize) -> Read<Option<Tree>> {
        if depth == 0 {
            return malformed("the body nests too deep");
        }
        let first = self.number(1)? as u8;
        let (major, low) = (first >> 5, first & 31);
        if major == 7 {
            return self.simple(low);
        }
        let argument = self.argument(low)?;
        Ok(Some(match (major, argument) {
            (0, Some(number)) => whole(number, false)?,
            (1, Some(number)) => whole(number, true)?,
            (2, length) => Tree::Blob(self.string(2, length, depth)?.into()),
            (3, length) => match String::from_utf8(self.string(3, length, depth)?) {
                Ok(text) => Tree::Text(text),
                Err(_) => return malformed("a text is not UTF-8"),
            },
            (4, length) => self.list(length, depth)?,
            (5, length) => self.map(length, depth)?,
            (6, Some(1)) => Tree::Time(Box::new(self.required(depth - 1)?)),
            (6, Some(_)) => self.required(depth - 1)?,
            _ => return malformed("an indefinite number"),
        }))
    }

    fn required(&mut self, depth: usize) -> Read<Tree> {
        self.item(depth)?.map_or_else(|| malformed("an unexpected break"), Ok)
    }

    fn simple(&mut self, low: u8) -> Read<Option<Tree>> {
        Ok(Some(match low {
            20 => Tree::Boolean(false),
            21 => Tree::Boolean(true),
            22 | 23 => Tree::Null,
            25 => Tree::Double(half(self.number(2)? as u16)),
            26 => Tree::Double(f32::from_bits(self.number(4)? as u32).into()),
            27 => Tree::Double(f64::from_bits(self.number(8)?)),
            31 => return Ok(None),
            _ => return malformed("an unknown simple value"),
        }))
    }

    fn string(&mut self, major: u8, length: Option<u64>, depth: usize) -> Read<Vec<u8>> {
        if let Some(length) = length {
            return Ok(self.take(usize::try_from(length).unwrap_or(usize::MAX))?.to_vec());
        }
        let mut whole = Vec::new();
        loop {
            match (self.item(depth - 1)?, major) {
                (None, _) => return Ok(whole),
                (Some(Tree::Blob(piece)), 2) => whole.extend_from_slice(&piece),
                (Some(Tree::Text(piece)), 3) => whole.extend_from_slice(piece.as_bytes()),
                _ => return malformed("a string of mixed pieces"),
            }
        }
    }

    fn list(&mut self, length: Option<u64>, depth: usize) -> Read<Tree> {
        // Not allocated ahead: a length costs its sender nothing.
        let mut list = Vec::new();
        while length.is_none_or(|length| (list.len() as u64) < length) {
            match self.item(depth - 1)? {
                Some(item) => list.push(item),
                None if length.is_none() => break,
                None => return malformed("an unexpected break"),
            }
        }
        Ok(Tree::List(list))
    }

    fn map(&mut self, length: Option<u64>, depth: usize) -> Read<Tree> {
        let mut map = Vec::new();
        while length.is_none_or(|length| (map.len() as u64) < length) {
            match self.item(depth - 1)? {
                Some(Tree::Text(key)) => map.push((key, self.required(depth - 1)?)),
                None if length.is_none() => break,
                _ => return malformed("a key that is not a text"),
            }
        }
        Ok(Tree::Map(map))
    }
}

fn whole(number: u64, is_negative: bool) -> Read<Tree> {
    match i64::try_from(number) {
        Ok(number) => Ok(Tree::Integer(if is_negative { -1 - number } else { number })),
        Err(_) => malformed("a number out of range"),
    }
}

fn half(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

pub(crate) fn read_members(members: &'static [Member], tree: Tree, fields: &mut Fields) -> Read<()> {
    let Tree::Map(map) = tree else { return malformed("Unexpected value type in payload") };
    for (key, inner) in map {
        if let Some(index) = members.iter().position(|member| member.wire_name() == key)
            && inner != Tree::Null
        {
            fields.set(index, read(members[index].schema, inner)?);
        }
    }
    Ok(())
}

fn read(schema: &'static Schema, tree: Tree) -> Read<Value> {
    Ok(match (&schema.kind, tree) {
        (Kind::Structure { members, .. }, tree @ Tree::Map(_)) => {
            let mut fields = Fields::of(schema);
            read_members(members, tree, &mut fields)?;
            Value::Structure(fields)
        }
        (Kind::List { member, .. }, Tree::List(list)) => {
            let entries = list.into_iter().filter(|entry| *entry != Tree::Null);
            Value::List(entries.map(|entry| read(member, entry)).collect::<Read<_>>()?)
        }
        (Kind::Map { value, .. }, Tree::Map(map)) => {
            let entries = map.into_iter().filter(|(_, entry)| *entry != Tree::Null);
            Value::Map(entries.map(|(key, entry)| Ok((key, read(value, entry)?))).collect::<Read<_>>()?)
        }
        (Kind::Document, tree) => Value::Document(describe(tree)),
        (Kind::Boolean, Tree::Boolean(is)) => Value::Boolean(is),
        (Kind::Integer | Kind::Long, Tree::Integer(number)) if text::fits(schema, number) => Value::Integer(number),
        (Kind::Float | Kind::Double, Tree::Double(number)) => Value::Double(number),
        (Kind::Float | Kind::Double, Tree::Integer(number)) => Value::Double(number as f64),
        (Kind::Text { .. }, Tree::Text(text)) => Value::Text(text),
        (Kind::Blob | Kind::Stream, Tree::Blob(bytes)) => Value::Blob(bytes),
        (Kind::Timestamp(_), tree) => Value::Timestamp(time(tree)?),
        _ => return malformed(format!("{} has a value of the wrong type", schema.name)),
    })
}

fn time(tree: Tree) -> Read<Timestamp> {
    match tree {
        Tree::Time(inner) if !matches!(*inner, Tree::Time(_)) => time(*inner),
        Tree::Integer(seconds) => text::epoch(seconds as f64),
        Tree::Double(seconds) => text::epoch(seconds),
        _ => malformed("a time that is not a number"),
    }
}

/// An item whose shape is not known, as JSON: it is only looked at to see whether it says anything.
fn describe(tree: Tree) -> serde_json::Value {
    match tree {
        Tree::Null => serde_json::Value::Null,
        Tree::Boolean(is) => is.into(),
        Tree::Integer(number) => number.into(),
        Tree::Double(number) => number.into(),
        Tree::Text(text) => text.into(),
        Tree::Blob(bytes) => text::base64(&bytes).into(),
        Tree::List(list) => list.into_iter().map(describe).collect(),
        Tree::Map(map) => serde_json::Value::Object(map.into_iter().map(|(key, item)| (key, describe(item))).collect()),
        Tree::Time(inner) => describe(*inner),
    }
}

pub(crate) fn set_body(response: &mut Response<Outgoing>, body: Vec<u8>) {
    response.headers_mut().insert("smithy-protocol", HeaderValue::from_static("rpc-v2-cbor"));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/cbor"));
    *response.body_mut() = Outgoing::Bytes(body.into());
}

pub(crate) fn write_error(name: &str, message: &str, detail: Option<(&[Member], &Fields)>) -> Vec<u8> {
    let mut entries = Vec::new();
    let (members, no_fields) = (detail.map_or(&[][..], |(members, _)| members), Fields::default());
    let fields = detail.map_or(&no_fields, |(_, fields)| fields);
    let is_message = |member: &Member| member.wire_name().eq_ignore_ascii_case("message");
    let spelled = members.iter().find(|member| is_message(member)).map_or("message", Member::wire_name);
    let mut count = 1;
    put_text(&mut entries, "__type");
    put_text(&mut entries, name);
    if !message.is_empty() {
        count += 1;
        put_text(&mut entries, spelled);
        put_text(&mut entries, message);
    }
    for (member, value) in body_members(members, fields).filter(|(member, _)| !is_message(member)) {
        count += 1;
        put_text(&mut entries, member.wire_name());
        put(&mut entries, member.schema, value);
    }
    let mut out = Vec::new();
    head(&mut out, 5, count);
    out.extend(entries);
    out
}

fn body_members<'a>(members: &'a [Member], fields: &'a Fields) -> impl Iterator<Item = (&'a Member, &'a Value)> {
    let set = fields.iter().filter_map(|(index, value)| Some((members.get(index)?, value)));
    set.filter(|(member, value)| member.place == Place::Body && !matches!(value, Value::Null))
}

pub(crate) fn write_members(members: &[Member], fields: &Fields) -> Vec<u8> {
    let mut out = Vec::new();
    put_members(&mut out, members, fields);
    out
}

fn put_members(out: &mut Vec<u8>, members: &[Member], fields: &Fields) {
    head(out, 5, body_members(members, fields).count() as u64);
    for (member, value) in body_members(members, fields) {
        put_text(out, member.wire_name());
        put(out, member.schema, value);
    }
}

/// The first bytes of an item: its major type and its argument, as short as can be.
fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let bytes = argument.to_be_bytes();
    let (low, width) = match argument {
        0..24 => (bytes[7], 0),
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    out.push(major << 5 | low);
    out.extend_from_slice(&bytes[8 - width..]);
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    head(out, 3, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn put_double(out: &mut Vec<u8>, number: f64) {
    out.push(7 << 5 | 27);
    out.extend_from_slice(&number.to_be_bytes());
}

fn put(out: &mut Vec<u8>, schema: &Schema, value: &Value) {
    match (value, &schema.kind) {
        (Value::Structure(fields), Kind::Structure { members, .. }) => put_members(out, members, fields),
        (Value::List(list), Kind::List { member, .. }) => {
            head(out, 4, list.len() as u64);
            list.iter().for_each(|entry| put(out, member, entry));
        }
        (Value::Map(map), Kind::Map { value: inner, .. }) => {
            head(out, 5, map.len() as u64);
            for (key, entry) in map {
                put_text(out, key);
                put(out, inner, entry);
            }
        }
        (Value::Boolean(is), _) => out.push(7 << 5 | if *is { 21 } else { 20 }),
        (Value::Integer(number), _) if *number < 0 => head(out, 1, !number.cast_unsigned()),
        (Value::Integer(number), _) => head(out, 0, number.cast_unsigned()),
        (Value::Double(number), _) => put_double(out, *number),
        (Value::Text(text), _) => put_text(out, text),
        (Value::Blob(bytes), _) => {
            head(out, 2, bytes.len() as u64);
            out.extend_from_slice(bytes);
        }
        (Value::Timestamp(at), _) => {
            head(out, 6, 1);
            put_double(out, at.secs_f64());
        }
        // The protocol has no documents, and streams have no place in it.
        _ => out.push(7 << 5 | 22),
    }
}

//! XML bodies, in both directions: a small tree with bounds to read from, and a writer.

use crate::text::{self, Malformed, Read, malformed};
use quick_xml::{Reader, XmlVersion, events::BytesStart, events::Event};
use serde_json::Value as Json;
use shape::{Fields, Kind, Member, Place, Schema, TimeFormat, Value};

/// No shape of a model nests nearly so deep.
const DEEPEST: usize = 64;
const MOST_ELEMENTS: usize = 500_000;

/// One element. Names are local: AWS reads documents with and without their namespaces.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Self>,
    pub(crate) text: String,
}

/// The root of a document; an empty body is an empty element.
pub(crate) fn parse(body: &[u8]) -> Read<Element> {
    let wrong = |_| Malformed(String::new());
    let text = std::str::from_utf8(body).map_err(|_| Malformed(String::new()))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim().is_empty() {
        return Ok(Element::default());
    }
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    let mut count = 0;
    loop {
        let top = open.last_mut().expect("the root is never closed");
        match reader.read_event().map_err(wrong)? {
            Event::Start(start) => {
                count += 1;
                if open.len() > DEEPEST || count > MOST_ELEMENTS {
                    return malformed("");
                }
                open.push(element(&start)?);
            }
            Event::Empty(start) => {
                count += 1;
                if count > MOST_ELEMENTS {
                    return malformed("");
                }
                top.children.push(element(&start)?);
            }
            Event::End(_) => {
                let closed = open.pop().expect("the reader refuses an end without a start");
                open.last_mut().ok_or(Malformed(String::new()))?.children.push(closed);
            }
            Event::Text(words) => top.text.push_str(&words.xml10_content()),
            Event::CData(words) => top.text.push_str(&words.xml10_content()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref().map_err(wrong)? {
                Some(letter) => top.text.push(letter),
                None => top.text.push(predefined(&reference)?),
            },
            // Entities of one's own making are how XML parsers are attacked; no AWS client sends any.
            Event::DocType(_) => return malformed(""),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    let mut root = open.pop().filter(|_| open.is_empty()).ok_or(Malformed(String::new()))?;
    if root.children.len() == 1 && root.text.trim().is_empty() {
        return Ok(root.children.remove(0));
    }
    malformed("")
}

fn element(start: &BytesStart<'_>) -> Read<Element> {
    let name = start.local_name().into_inner().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| Malformed(String::new()))?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Malformed(String::new()))?;
        attributes.push((attribute.key.into_inner().to_owned(), value.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

fn predefined(name: &str) -> Read<char> {
    match name {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => malformed(""),
    }
}

/// Whether a member's entries stand directly in its parent.
pub(crate) fn is_flat(schema: &Schema, member: Option<&Member>) -> bool {
    let own = matches!(schema.kind, Kind::List { is_flattened: true, .. } | Kind::Map { is_flattened: true, .. });
    own || member.is_some_and(|member| member.is_flattened)
}

pub(crate) fn read_members(members: &'static [Member], element: &mut Element, fields: &mut Fields) -> Read<()> {
    for (index, member) in members.iter().enumerate() {
        if member.place != Place::Body {
            continue;
        }
        if let Some(value) = read_member(member, element)? {
            fields.set(index, value);
        }
    }
    Ok(())
}

fn read_member(member: &'static Member, parent: &mut Element) -> Read<Option<Value>> {
    if member.is_xml_attribute {
        let wanted = member.wire_name();
        let local = |name: &str| name == wanted || name.rsplit(':').next() == Some(wanted);
        let found = parent.attributes.iter().find(|(name, _)| local(name));
        return found.map(|(_, said)| text::read(member.schema, said)).transpose();
    }
    if is_flat(member.schema, Some(member)) && matches!(member.schema.kind, Kind::List { .. } | Kind::Map { .. }) {
        let name = member.wire_name();
        let entries: Vec<_> = parent.children.extract_if(.., |child| child.name == name).collect();
        return if entries.is_empty() { Ok(None) } else { read_entries(member.schema, entries).map(Some) };
    }
    let name = member.wire_name();
    let found = parent.children.iter_mut().find(|child| child.name == name).map(std::mem::take);
    found.map(|child| read(member.schema, child)).transpose()
}

pub(crate) fn read(schema: &'static Schema, mut element: Element) -> Read<Value> {
    match &schema.kind {
        Kind::Structure { members, .. } => {
            let mut fields = Fields::of(schema);
            read_members(members, &mut element, &mut fields)?;
            Ok(Value::Structure(fields))
        }
        Kind::List { .. } | Kind::Map { .. } => read_entries(schema, element.children),
        Kind::Document => Ok(Value::Document(describe(element))),
        _ if !element.children.is_empty() => malformed(format!("{} may not hold elements", schema.name)),
        _ => text::read(schema, &element.text),
    }
}

fn read_entries(schema: &'static Schema, entries: Vec<Element>) -> Read<Value> {
    match &schema.kind {
        // The name of an entry is not checked: clients write `member` where a model says otherwise, and AWS reads it.
        Kind::List { member, .. } => {
            entries.into_iter().map(|entry| read(member, entry)).collect::<Read<_>>().map(Value::List)
        }
        Kind::Map { value, xml_key, xml_value, .. } => {
            let mut map = Vec::with_capacity(entries.len());
            for mut entry in entries {
                let mut take = |name| entry.children.iter_mut().find(|child| child.name == name).map(std::mem::take);
                match (take(*xml_key), take(*xml_value)) {
                    (Some(key), Some(inner)) => map.push((key.text, read(value, inner)?)),
                    _ => return malformed(format!("An entry needs {xml_key} and {xml_value}")),
                }
            }
            Ok(Value::Map(map))
        }
        _ => malformed(format!("{} may not hold elements", schema.name)),
    }
}

/// An element whose shape is not known, as JSON: it is only looked at to see whether it says anything.
fn describe(element: Element) -> Json {
    if element.children.is_empty() {
        return element.text.into();
    }
    Json::Object(element.children.into_iter().map(|child| (child.name.clone(), describe(child))).collect())
}

/// Writes one document.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) out: String,
    times: Times,
}

/// How a service writes ISO times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Times {
    /// Milliseconds where there are any.
    AsNeeded,
    /// AWS: IAM and STS write no fractions.
    Seconds,
    /// AWS: S3 always writes three digits.
    Millis,
}

impl Times {
    pub(crate) fn of(api: &shape::Api) -> Self {
        match api.name {
            "s3" => Self::Millis,
            "iam" | "sts" => Self::Seconds,
            _ => Self::AsNeeded,
        }
    }
}

impl Writer {
    /// With the declaration that AWS's rest services begin with.
    pub(crate) fn declared(times: Times) -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".into(), times }
    }
    pub(crate) fn plain(times: Times) -> Self {
        Self { out: String::new(), times }
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.out.push('<');
        self.out.push_str(name);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            self.escaped(value);
            self.out.push('"');
        }
        self.out.push('>');
    }
    pub(crate) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        self.open(name, &[]);
        self.escaped(text);
        self.close(name);
    }
    /// Characters that XML cannot hold at all are left out.
    fn escaped(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '\r' => self.out.push_str("&#xD;"),
                '\n' => self.out.push_str("&#xA;"),
                '\t' => self.out.push('\t'),
                '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
                letter => self.out.push(letter),
            }
        }
    }

    /// A structure as the element `name`.
    pub(crate) fn structure(&mut self, name: &str, extra: Option<(&str, &str)>, members: &[Member], fields: &Fields) {
        let texts: Vec<_> = members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.is_xml_attribute)
            .filter_map(|(index, member)| Some((member, text::write(fields.get(index)?, TimeFormat::Iso8601)?)))
            .collect();
        let mut attributes: Vec<_> = extra.into_iter().collect();
        // AWS: S3's grantees say their kind in `xsi:type`.
        if texts.iter().any(|(member, _)| member.wire_name().starts_with("xsi:")) {
            attributes.push(("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"));
        }
        attributes.extend(texts.iter().map(|(member, text)| (member.wire_name(), text.as_str())));
        self.open(name, &attributes);
        self.members(members, fields);
        self.close(name);
    }

    /// The members of a structure that travel in the body, those that are set.
    pub(crate) fn members(&mut self, members: &[Member], fields: &Fields) {
        for (index, value) in fields.iter() {
            let Some(member) = members.get(index) else { continue };
            if member.place == Place::Body && !member.is_xml_attribute && !matches!(value, Value::Null) {
                self.member(member, value);
            }
        }
    }

    fn member(&mut self, member: &Member, value: &Value) {
        if is_flat(member.schema, Some(member)) {
            return self.entries(member.wire_name(), member.schema, value);
        }
        self.value(member.wire_name(), member.schema, value, Some(member));
    }

    /// Any value as the element `name`.
    pub(crate) fn value(&mut self, name: &str, schema: &Schema, value: &Value, member: Option<&Member>) {
        let of_member = member.and_then(|member| member.xml_namespace);
        let prefixed = of_member.map(|(prefix, uri)| (declaration(prefix), uri));
        let namespace = prefixed.as_ref().map(|(name, uri)| (name.as_str(), *uri));
        // A structure's own namespace is for documents of which it is the root.
        let own = schema.xml_namespace.filter(|_| !matches!(schema.kind, Kind::Structure { .. }));
        let namespace = namespace.or_else(|| own.map(|uri| ("xmlns", uri)));
        match (value, &schema.kind) {
            (Value::Structure(fields), Kind::Structure { members, .. }) => {
                self.structure(name, namespace, members, fields);
            }
            (Value::List(_), Kind::List { xml_member, .. }) => {
                self.open(name, namespace.as_slice());
                self.entries(xml_member.unwrap_or("member"), schema, value);
                self.close(name);
            }
            (Value::Map(_), Kind::Map { .. }) => {
                self.open(name, namespace.as_slice());
                self.entries("entry", schema, value);
                self.close(name);
            }
            (value, _) => {
                self.open(name, namespace.as_slice());
                self.scalar(schema, value, member);
                self.close(name);
            }
        }
    }

    pub(crate) fn scalar(&mut self, schema: &Schema, value: &Value, member: Option<&Member>) {
        let format = text::time_format(member, schema, TimeFormat::Iso8601);
        let written = match (value, format, self.times) {
            (Value::Timestamp(at), TimeFormat::Iso8601, Times::Millis) => Some(at.iso_millis()),
            (Value::Timestamp(at), TimeFormat::Iso8601, Times::Seconds) => Some(at.iso()),
            _ => text::write(value, format),
        };
        if let Some(written) = written {
            self.escaped(&written);
        }
    }

    fn entries(&mut self, name: &str, schema: &Schema, value: &Value) {
        match (value, &schema.kind) {
            (Value::List(list), Kind::List { member, .. }) => {
                for entry in list {
                    self.value(name, member, entry, None);
                }
            }
            (Value::Map(map), Kind::Map { key: key_schema, value: inner, xml_key, xml_value, .. }) => {
                for (key, entry) in map {
                    self.open(name, &[]);
                    self.value(xml_key, key_schema, &Value::Text(key.clone()), None);
                    self.value(xml_value, inner, entry, None);
                    self.close(name);
                }
            }
            _ => {}
        }
    }
}

pub(crate) fn declaration(prefix: &str) -> String {
    if prefix.is_empty() { "xmlns".into() } else { format!("xmlns:{prefix}") }
}

//! YAML as CloudFormation reads it: version 1.1 words for booleans, short tags for functions, dates as text.
//!
//! Events become one JSON value; `!Sub x` becomes `{"Fn::Sub": "x"}`, so that nothing behind this
//! module knows which of the two notations a template was written in. The tree is built without recursion
//! and bounded in depth and size, aliases included.
//!
//! AWS: the user guide says that aliases and merge keys are not supported, yet templates in the wild use
//! them and deploy; both work here.

use crate::{TemplateError, error, limits};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value};
use std::{borrow::Cow, collections::HashMap};

pub(crate) fn parse(body: &str) -> Result<Value, TemplateError> {
    let mut builder = Builder::default();
    for event in Parser::new_from_str(body) {
        let (event, span) = event.map_err(|error| not_well_formed(error.marker()))?;
        builder.on_event(event, &span.start)?;
    }
    builder.root.ok_or_else(|| TemplateError::format("unsupported structure."))
}

fn not_well_formed(at: &Marker) -> TemplateError {
    TemplateError::format(format_args!("YAML not well-formed. (line {}, column {})", at.line(), at.col() + 1))
}

/// A collection that has begun and not yet ended.
struct Frame {
    anchor: usize,
    tag: Option<Tag>,
    content: Content,
}

enum Content {
    Sequence(Vec<Value>),
    Mapping { entries: Map<String, Value>, key: Option<String>, merged: Vec<Value> },
}

/// An anchored value with its size, which an alias adds to the document.
struct Anchored {
    value: Value,
    size: Size,
}

#[derive(Default)]
struct Builder {
    open: Vec<Frame>,
    anchors: HashMap<usize, Anchored>,
    weight: usize,
    root: Option<Value>,
}

impl Builder {
    fn on_event(&mut self, event: Event<'_>, at: &Marker) -> Result<(), TemplateError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.grow(text.len() + 1, 0, at)?;
                let tag = tag.map(Cow::into_owned);
                let value = match &tag {
                    None if style == ScalarStyle::Plain && !self.expects_key() => plain(&text),
                    None => Value::String(text.into_owned()),
                    Some(tag) => tagged_scalar(tag, text.into_owned()),
                };
                self.complete(value, anchor, tag, at)
            }
            Event::SequenceStart(anchor, tag) => self.begin(anchor, tag, Content::Sequence(Vec::new()), at),
            Event::MappingStart(anchor, tag) => {
                let content = Content::Mapping { entries: Map::new(), key: None, merged: Vec::new() };
                self.begin(anchor, tag, content, at)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => {
                // An anchor is known once its node has ended, so a node cannot contain itself.
                let anchored = self.anchors.get(&anchor).ok_or_else(|| not_well_formed(at))?;
                let (value, size) = (anchored.value.clone(), anchored.size);
                self.grow(size.weight, size.height, at)?;
                self.complete(value, 0, None, at)
            }
            Event::DocumentStart(_) if self.root.is_some() => Err(not_well_formed(at)),
            Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::StreamEnd | Event::Nothing => {
                Ok(())
            }
        }
    }

    /// Accounts for a node about to be added below the open collections.
    fn grow(&mut self, weight: usize, height: usize, at: &Marker) -> Result<(), TemplateError> {
        self.weight = self.weight.saturating_add(weight);
        let too_large = self.weight > limits::EXPANDED_WEIGHT || self.open.len() + height > limits::DEPTH;
        if too_large { Err(not_well_formed(at)) } else { Ok(()) }
    }

    fn begin(
        &mut self,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        content: Content,
        at: &Marker,
    ) -> Result<(), TemplateError> {
        // A tag wraps its node in one more mapping.
        self.grow(1, if tag.is_some() { 2 } else { 1 }, at)?;
        if self.expects_key() {
            return Err(self.key_must_be_string(match content {
                Content::Sequence(_) => "list",
                Content::Mapping { .. } => "map",
            }));
        }
        self.open.push(Frame { anchor, tag: tag.map(Cow::into_owned), content });
        Ok(())
    }

    fn end(&mut self, at: &Marker) -> Result<(), TemplateError> {
        let frame = self.open.pop().expect("the parser balances starts and ends");
        let value = match frame.content {
            Content::Sequence(items) => Value::Array(items),
            Content::Mapping { mut entries, merged, .. } => {
                for source in merged {
                    merge(&mut entries, source).ok_or_else(|| not_well_formed(at))?;
                }
                Value::Object(entries)
            }
        };
        self.complete(value, frame.anchor, frame.tag, at)
    }

    fn complete(&mut self, value: Value, anchor: usize, tag: Option<Tag>, at: &Marker) -> Result<(), TemplateError> {
        let value = match tag {
            Some(tag) => apply(&tag, value).ok_or_else(|| not_well_formed(at))?,
            None => value,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, Anchored { size: Size::of(&value), value: value.clone() });
        }
        if self.expects_key() {
            let key = match value {
                Value::String(text) => text,
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null => return Err(self.key_must_be_string("null value")),
                Value::Array(_) => return Err(self.key_must_be_string("list")),
                Value::Object(_) => return Err(self.key_must_be_string("map")),
            };
            if let Some(Frame { content: Content::Mapping { key: slot, .. }, .. }) = self.open.last_mut() {
                *slot = Some(key);
            }
            return Ok(());
        }
        match self.open.last_mut().map(|frame| &mut frame.content) {
            None => self.root = Some(value),
            Some(Content::Sequence(items)) => items.push(value),
            Some(Content::Mapping { entries, key, merged }) => {
                let key = key.take().expect("a mapping that expects no key has one");
                if key == "<<" {
                    merged.push(value);
                } else {
                    entries.insert(key, value);
                }
            }
        }
        Ok(())
    }

    fn expects_key(&self) -> bool {
        matches!(self.open.last(), Some(Frame { content: Content::Mapping { key: None, .. }, .. }))
    }

    fn key_must_be_string(&self, received: &str) -> TemplateError {
        let mut path = String::new();
        for frame in &self.open {
            path.push('/');
            match &frame.content {
                Content::Sequence(items) => path.push_str(&items.len().to_string()),
                Content::Mapping { key, .. } => path.push_str(key.as_deref().unwrap_or_default()),
            }
        }
        let path = error::printed_path(path.trim_end_matches('/'));
        TemplateError::format(format_args!("[{path}] map keys must be strings; received a {received} instead"))
    }
}

/// Adds what `entries` does not have itself. `None` if the source is neither a mapping nor a list of mappings.
fn merge(entries: &mut Map<String, Value>, source: Value) -> Option<()> {
    match source {
        Value::Object(source) => {
            for (key, value) in source {
                entries.entry(key).or_insert(value);
            }
            Some(())
        }
        Value::Array(sources) => sources.into_iter().try_for_each(|source| match source {
            Value::Object(_) => merge(entries, source),
            _ => None,
        }),
        _ => None,
    }
}

/// How much a value weighs (nodes and bytes) and how deep it nests.
#[derive(Clone, Copy)]
struct Size {
    weight: usize,
    height: usize,
}

impl Size {
    fn of(value: &Value) -> Self {
        let leaf = |weight| Self { weight, height: 0 };
        let over = |sizes: &mut dyn Iterator<Item = Self>| {
            sizes.fold(Self { weight: 1, height: 1 }, |total, size| Self {
                weight: total.weight + size.weight,
                height: total.height.max(size.height + 1),
            })
        };
        match value {
            Value::String(text) => leaf(text.len() + 1),
            Value::Array(items) => over(&mut items.iter().map(Self::of)),
            Value::Object(entries) => over(&mut entries.iter().map(|(key, value)| {
                let size = Self::of(value);
                Self { weight: size.weight + key.len(), ..size }
            })),
            _ => leaf(1),
        }
    }
}

/// The functions that have a short tag, besides `Ref` and `Condition`.
const TAGS: [&str; 25] = [
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
    "ForEach",
];

/// `!Name value` as `{"Fn::Name": value}`; `None` if no such tag is known.
fn apply(tag: &Tag, value: Value) -> Option<Value> {
    if tag.is_yaml_core_schema() {
        return match (tag.suffix.as_str(), &value) {
            ("str", Value::String(_)) | ("seq", Value::Array(_)) | ("map", Value::Object(_)) => Some(value),
            ("int" | "float", Value::Number(_) | Value::String(_)) => Some(value),
            ("bool", Value::Bool(_)) | ("null", Value::Null) => Some(value),
            _ => None,
        };
    }
    if tag.suffix == "!" || (tag.handle == "!" && tag.suffix.is_empty()) {
        return Some(value);
    }
    if tag.handle != "!" {
        return None;
    }
    let (name, argument) = match (tag.suffix.as_str(), value) {
        (name @ ("Ref" | "Condition"), value) => (name.to_owned(), value),
        ("GetAtt", Value::String(text)) => ("Fn::GetAtt".to_owned(), get_att_list(text)),
        (name, value) if TAGS.contains(&name) => (format!("Fn::{name}"), value),
        _ => return None,
    };
    Some(Value::Object(Map::from_iter([(name, argument)])))
}

fn get_att_list(text: String) -> Value {
    match text.split_once('.') {
        Some((resource, attribute)) => Value::Array(vec![resource.into(), attribute.into()]),
        None => Value::String(text),
    }
}

/// A function's argument is text, whatever it looks like; a core tag says what the text is.
fn tagged_scalar(tag: &Tag, text: String) -> Value {
    if tag.is_yaml_core_schema() && tag.suffix != "str" { plain(&text) } else { Value::String(text) }
}

/// What a plain scalar means.
///
/// AWS: `yes`, `no`, `on` and `off` are booleans, dates are text. A number whose text is not how we would print
/// it (`007`, `1.10`, `1_000`, `0x1F`) stays text: the leading zero of an account and the last digit of a version
/// are lost otherwise, and every property that wants a number takes its text too.
fn plain(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Value::Bool(false),
        _ => {}
    }
    let number = if text.contains('.') {
        text.parse::<f64>().ok().and_then(Number::from_f64)
    } else {
        text.parse::<i64>().ok().map(Number::from)
    };
    match number {
        Some(number) if number.to_string() == text => Value::Number(number),
        _ => Value::String(text.to_owned()),
    }
}

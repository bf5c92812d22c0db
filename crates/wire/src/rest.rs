//! What the rest protocols put outside the body: headers, query string, path labels, status.

use crate::{
    form,
    route::Labels,
    text::{self, Malformed, Read},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use serde_json::Value as Json;
use shape::{Fields, Kind, Member, Place, Schema, TimeFormat, Value};

/// Sets the members of `schema` that travel outside the body.
pub(crate) fn read(schema: &'static Schema, labels: &Labels, parts: &Parts, fields: &mut Fields) -> Read<()> {
    let query: Vec<_> = parts.uri.query().map(|query| form::pairs(query).collect()).unwrap_or_default();
    for (index, member) in schema.members().iter().enumerate() {
        let found = match member.place {
            Place::Header(name) => read_header(member, &parts.headers, name)?,
            Place::Headers(prefix) => read_headers(member, &parts.headers, prefix)?,
            Place::Query(name) => read_query(member, &query, name)?,
            Place::QueryMap => read_query_map(member, schema.members(), &query)?,
            Place::Path(name) => match labels.iter().find(|(label, _)| *label == name) {
                Some((_, said)) => Some(read_text(member.schema, name, said)?),
                None => None,
            },
            Place::Body | Place::Payload | Place::StatusCode => None,
        };
        fields.put(index, found);
    }
    Ok(())
}

/// One scalar. The complaint names the parameter.
fn read_text(schema: &Schema, name: &str, said: &str) -> Read<Value> {
    text::read(schema, said).map_err(|_| Malformed(name.into()))
}

fn read_header(member: &'static Member, headers: &HeaderMap, name: &str) -> Read<Option<Value>> {
    let lines: Vec<_> = headers.get_all(name).iter().map(header_text).collect();
    if lines.is_empty() {
        return Ok(None);
    }
    let wrong = || Malformed(name.into());
    match &member.schema.kind {
        Kind::List { member: inner, .. } => {
            let mut list = Vec::new();
            for entry in lines.iter().filter(|line| !line.is_empty()).flat_map(|line| split_list(line, inner)) {
                list.push(read_text(inner, name, &entry)?);
            }
            Ok(Some(Value::List(list)))
        }
        // JSON in a header is written as base64.
        Kind::Text { .. } if member.is_json_value => {
            let bytes = STANDARD.decode(lines[0].as_bytes()).map_err(|_| wrong())?;
            String::from_utf8(bytes).map(|json| Some(Value::Text(json))).map_err(|_| wrong())
        }
        Kind::Text { .. } => Ok(Some(Value::Text(lines.join(",")))),
        _ => read_text(member.schema, name, &lines[0]).map(Some),
    }
}

/// AWS: S3's metadata headers hold UTF-8 where the rules of HTTP know only ASCII.
fn header_text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).trim().to_owned()
}

/// The entries of a header list: commas separate them, quotes hold them together, and HTTP dates have a comma inside.
fn split_list(line: &str, schema: &Schema) -> Vec<String> {
    if let Kind::Timestamp(_) = schema.kind
        && line.contains("GMT")
    {
        let dates = line.split("GMT").map(|date| date.trim_matches([',', ' ']));
        return dates.filter(|date| !date.is_empty()).map(|date| format!("{date} GMT")).collect();
    }
    let (mut entries, mut entry, mut letters) = (Vec::new(), String::new(), line.chars().peekable());
    let (mut is_quoted, mut was_quoted) = (false, false);
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted || entry.trim().is_empty() => {
                is_quoted = !is_quoted;
                was_quoted = true;
            }
            '\\' if is_quoted => entry.extend(letters.next()),
            ',' if !is_quoted => {
                entries.push(finished(&entry, was_quoted));
                entry.clear();
                was_quoted = false;
            }
            ' ' if !is_quoted && (was_quoted || entry.is_empty()) => {}
            letter => entry.push(letter),
        }
    }
    entries.push(finished(&entry, was_quoted));
    entries
}

fn finished(entry: &str, was_quoted: bool) -> String {
    if was_quoted { entry.to_owned() } else { entry.trim().to_owned() }
}

fn read_headers(member: &'static Member, headers: &HeaderMap, prefix: &str) -> Read<Option<Value>> {
    let prefix = prefix.to_ascii_lowercase();
    let mut entries = Vec::new();
    for name in headers.keys() {
        if let Some(rest) = name.as_str().strip_prefix(&*prefix) {
            let lines: Vec<_> = headers.get_all(name).iter().map(header_text).collect();
            entries.push((rest.to_owned(), lines.join(",")));
        }
    }
    read_entries(member, entries)
}

/// Headers or query parameters as the entries of a map.
fn read_entries(member: &'static Member, entries: Vec<(String, String)>) -> Read<Option<Value>> {
    if entries.is_empty() {
        return Ok(None);
    }
    let Kind::Map { value: inner, .. } = &member.schema.kind else {
        // A map that is not supported: it is only looked at to see whether it says anything.
        let said = entries.into_iter().map(|(key, said)| (key, said.into()));
        return Ok(Some(Value::Document(Json::Object(said.collect()))));
    };
    let mut map: Vec<(String, Value)> = Vec::with_capacity(entries.len());
    for (key, said) in entries {
        match &inner.kind {
            Kind::List { member: entry, .. } => {
                let value = read_text(entry, &key, &said)?;
                match map.iter_mut().find(|(name, _)| *name == key) {
                    Some((_, Value::List(list))) => list.push(value),
                    _ => map.push((key, Value::List(vec![value]))),
                }
            }
            _ => {
                let value = read_text(inner, &key, &said)?;
                map.push((key, value));
            }
        }
    }
    Ok(Some(Value::Map(map)))
}

fn read_query(member: &'static Member, query: &[(String, String)], name: &str) -> Read<Option<Value>> {
    let mut said = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value).peekable();
    let Some(first) = said.peek() else { return Ok(None) };
    match &member.schema.kind {
        Kind::List { member: inner, .. } => {
            let list = said.map(|value| read_text(inner, name, value)).collect::<Read<_>>()?;
            Ok(Some(Value::List(list)))
        }
        // AWS: `?max-keys=` counts as absent.
        Kind::Boolean | Kind::Integer | Kind::Long | Kind::Timestamp(_) if first.is_empty() => Ok(None),
        _ => read_text(member.schema, name, first).map(Some),
    }
}

/// The parameters that no other member names.
fn read_query_map(member: &'static Member, members: &[Member], query: &[(String, String)]) -> Read<Option<Value>> {
    let is_named = |key: &str| members.iter().any(|other| matches!(other.place, Place::Query(name) if name == key));
    read_entries(member, query.iter().filter(|(key, _)| !is_named(key)).cloned().collect())
}

/// The headers and the status that a result's members ask for.
pub(crate) fn write(members: &[Member], fields: &Fields, headers: &mut HeaderMap) -> Result<Option<u16>, Malformed> {
    let mut status = None;
    for (index, value) in fields.iter() {
        let Some(member) = members.get(index) else { continue };
        match (member.place, value) {
            (_, Value::Null) => {}
            (Place::Header(name), value) => {
                if let Some(text) = header_value(member, value) {
                    insert(headers, name, &text)?;
                }
            }
            (Place::Headers(prefix), Value::Map(map)) => {
                for (key, value) in map {
                    if let Some(text) = text::write(value, TimeFormat::HttpDate) {
                        insert(headers, &format!("{prefix}{key}"), &text)?;
                    }
                }
            }
            (Place::StatusCode, Value::Integer(code)) => status = u16::try_from(*code).ok(),
            _ => {}
        }
    }
    Ok(status)
}

fn insert(headers: &mut HeaderMap, name: &str, text: &str) -> Result<(), Malformed> {
    let name = HeaderName::try_from(name).map_err(|_| Malformed(format!("{name:?} is no header name")))?;
    let value = HeaderValue::from_bytes(text.as_bytes());
    headers.insert(name, value.map_err(|_| Malformed(format!("a header cannot hold {text:?}")))?);
    Ok(())
}

fn header_value(member: &Member, value: &Value) -> Option<String> {
    match (value, &member.schema.kind) {
        (Value::List(list), Kind::List { member: inner, .. }) => {
            let format = text::time_format(None, inner, TimeFormat::HttpDate);
            let entries = list.iter().filter_map(|entry| Some(quoted(entry, text::write(entry, format)?)));
            let joined = entries.collect::<Vec<_>>().join(", ");
            (!joined.is_empty()).then_some(joined)
        }
        (Value::Text(json), _) if member.is_json_value => Some(STANDARD.encode(json)),
        (value, _) => text::write(value, text::time_format(Some(member), member.schema, TimeFormat::HttpDate)),
    }
}

fn quoted(entry: &Value, text: String) -> String {
    let needs = matches!(entry, Value::Text(_)) && text.contains(['"', ',']);
    if needs { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) } else { text }
}

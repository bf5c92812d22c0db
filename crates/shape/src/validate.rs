//! The constraints of a model, checked and worded as AWS does it, and the refusal of what is not supported.

use crate::{Bytes, Kind, Member, Schema, Support, Value, value::first_small};
use regex::Regex;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock},
};

/// AWS reports at most this many constraint violations of one call.
const MOST_VIOLATIONS: usize = 10;

/// What is wrong with an input.
#[derive(Debug, PartialEq, Eq)]
pub enum Invalid {
    /// The caller broke the model's constraints; AWS's sentence.
    Constraint(String),
    /// The caller used members that exist on AWS and not here: `SSESpecification`.
    Unsupported(Vec<String>),
}

/// Checks `value` against `schema`; drops members that have no effect here.
pub fn validate(schema: &Schema, value: &mut Value) -> Result<(), Invalid> {
    let mut check = Check::default();
    check.walk(schema, value, Path::Whole);
    if !check.violations.is_empty() {
        let count = check.violations.len();
        let plural = if count == 1 { "" } else { "s" };
        let shown: Vec<_> = check.violations.into_iter().take(MOST_VIOLATIONS).collect();
        return Err(Invalid::Constraint(format!("{count} validation error{plural} detected: {}", shown.join("; "))));
    }
    if check.unsupported.is_empty() { Ok(()) } else { Err(Invalid::Unsupported(check.unsupported)) }
}

/// Where in the input a value stands: a chain on the stack, put into words only for a violation.
#[derive(Clone, Copy)]
enum Path<'a> {
    Whole,
    Member(&'a Self, &'static str),
    Element(&'a Self, usize),
    Entry(&'a Self, &'a str),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => Ok(()),
            Self::Member(Self::Whole, name) => f.write_str(&first_small(name)),
            Self::Member(outer, name) => write!(f, "{outer}.{}", first_small(name)),
            Self::Element(outer, position) => write!(f, "{outer}.{}.member", position + 1),
            Self::Entry(outer, key) => write!(f, "{outer}.{key}.member"),
        }
    }
}

#[derive(Default)]
struct Check {
    violations: Vec<String>,
    unsupported: Vec<String>,
}

impl Check {
    fn walk(&mut self, schema: &Schema, value: &mut Value, path: Path<'_>) {
        match (&schema.kind, value) {
            (Kind::Structure { members, .. }, Value::Structure(fields)) => {
                for (index, member) in members.iter().enumerate() {
                    self.member(member, fields.get(index).is_some(), path);
                    match member.support {
                        Support::Unsupported if fields.get(index).is_some_and(is_said) => {
                            let name = member.name;
                            self.unsupported.push(match path {
                                Path::Whole => name.to_owned(),
                                inner => format!("{inner}.{name}"),
                            });
                        }
                        Support::Unsupported | Support::NoEffect(_) => drop(fields.take(index)),
                        Support::Honoured => {
                            if let Some(mut inner) = fields.take(index) {
                                self.walk(member.schema, &mut inner, Path::Member(&path, member.name));
                                fields.set(index, inner);
                            }
                        }
                    }
                }
            }
            (Kind::List { member, .. }, Value::List(list)) => {
                self.size(schema, list.len(), path, || "[...]".into());
                for (position, inner) in list.iter_mut().enumerate() {
                    self.walk(member, inner, Path::Element(&path, position));
                }
            }
            (Kind::Map { key, value: of, .. }, Value::Map(map)) => {
                self.size(schema, map.len(), path, || "{...}".into());
                for (name, inner) in map {
                    self.text(key, name, path);
                    self.walk(of, inner, Path::Entry(&path, name));
                }
            }
            (Kind::Text { .. }, Value::Text(text)) => self.text(schema, text, path),
            (Kind::Blob, Value::Blob(bytes)) => self.blob(schema, bytes, path),
            (_, Value::Integer(number)) => self.number(schema, *number as f64, number, path),
            (_, Value::Double(number)) => self.number(schema, *number, number, path),
            _ => {}
        }
    }

    fn member(&mut self, member: &Member, is_present: bool, path: Path<'_>) {
        if member.is_required && !is_present {
            let at = Path::Member(&path, member.name);
            self.violations.push(format!("Value null at '{at}' failed to satisfy constraint: Member must not be null"));
        }
    }

    fn violation(&mut self, schema: &Schema, shown: &str, path: Path<'_>, rule: &str) {
        let shown = if schema.sensitive { "***Sensitive data has been redacted***" } else { shown };
        let quoted = if schema.sensitive { String::new() } else { format!("'{shown}' ") };
        self.violations.push(format!("Value {quoted}at '{path}' failed to satisfy constraint: {rule}"));
    }

    fn size(&mut self, schema: &Schema, length: usize, path: Path<'_>, shown: impl Fn() -> String) {
        let length = i64::try_from(length).unwrap_or(i64::MAX);
        if let Some(min) = schema.min.filter(|min| length < *min) {
            self.violation(schema, &shown(), path, &format!("Member must have length greater than or equal to {min}"));
        }
        if let Some(max) = schema.max.filter(|max| length > *max) {
            self.violation(schema, &shown(), path, &format!("Member must have length less than or equal to {max}"));
        }
    }

    fn text(&mut self, schema: &Schema, text: &str, path: Path<'_>) {
        self.size(schema, text.chars().count(), path, || text.to_owned());
        if let Some(pattern) = schema.pattern
            && compiled(pattern).is_some_and(|regex| !regex.is_match(text))
        {
            let rule = format!("Member must satisfy regular expression pattern: {pattern}");
            self.violation(schema, text, path, &rule);
        }
        if let Kind::Text { values } = schema.kind
            && !values.is_empty()
            && !values.contains(&text)
        {
            let rule = format!("Member must satisfy enum value set: [{}]", values.join(", "));
            self.violation(schema, text, path, &rule);
        }
    }

    fn blob(&mut self, schema: &Schema, bytes: &Bytes, path: Path<'_>) {
        self.size(schema, bytes.len(), path, || format!("java.nio.HeapByteBuffer[pos=0 lim={0} cap={0}]", bytes.len()));
    }

    #[expect(clippy::cast_precision_loss, reason = "bounds are small, or powers of two")]
    fn number(&mut self, schema: &Schema, number: f64, shown: &impl fmt::Display, path: Path<'_>) {
        if let Some(min) = schema.min.filter(|min| number < *min as f64) {
            self.violation(
                schema,
                &shown.to_string(),
                path,
                &format!("Member must have value greater than or equal to {min}"),
            );
        }
        if let Some(max) = schema.max.filter(|max| number > *max as f64) {
            self.violation(
                schema,
                &shown.to_string(),
                path,
                &format!("Member must have value less than or equal to {max}"),
            );
        }
    }
}

/// Whether a member says something: clients write empty lists and nulls for what they leave out.
fn is_said(value: &Value) -> bool {
    use serde_json::Value as Json;
    match value {
        Value::Null | Value::Document(Json::Null) => false,
        Value::Document(Json::Array(list)) => !list.is_empty(),
        Value::Document(Json::Object(map)) => !map.is_empty(),
        Value::Document(Json::String(text)) | Value::Text(text) => !text.is_empty(),
        Value::Document(Json::Bool(is)) => *is,
        _ => true,
    }
}

/// The model's pattern, which must match the whole text. Patterns are Java's: the few that this engine cannot read
/// (look-around) are not checked here; the operations that own them check by hand.
fn compiled(pattern: &'static str) -> Option<Arc<Regex>> {
    type Cache = Mutex<HashMap<&'static str, Option<Arc<Regex>>>>;
    static CACHE: OnceLock<Cache> = OnceLock::new();
    let mut cache = CACHE.get_or_init(Cache::default).lock().expect("compiling a pattern does not panic");
    cache.entry(pattern).or_insert_with(|| Regex::new(&java_pattern(pattern)).ok().map(Arc::new)).clone()
}

/// Java's `\u0020` and `\p{ASCII}` in this engine's words.
fn java_pattern(pattern: &str) -> String {
    let mut rust = String::from("^(?s:");
    let mut rest = pattern;
    while let Some(at) = rest.find("\\u") {
        let (before, after) = rest.split_at(at);
        rust.push_str(before);
        match after.get(2..6).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            // AWS: `[ -\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]` is written with five and six digits.
            Some(_) => {
                let digits = after[2..].bytes().take(6).take_while(u8::is_ascii_hexdigit).count();
                let digits = if after[2..].starts_with("10") { digits } else { 4 };
                rust.push_str(&format!("\\x{{{}}}", &after[2..2 + digits]));
                rest = &after[2 + digits..];
            }
            None => {
                rust.push_str("\\u");
                rest = &after[2..];
            }
        }
    }
    rust.push_str(rest);
    rust.push_str(")$");
    rust.replace("\\p{ASCII}", "[\\x00-\\x7F]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fields, prelude::any};

    static NAME: Schema = Schema::text("Name").length(3, 5).pattern("[a-z]+");
    static MODE: Schema = Schema::text_of("Mode", &["ON", "OFF"]);
    static INPUT: Schema = Schema::structure(
        "Input",
        &[
            Member::new("Name", &NAME).required(),
            Member::new("Mode", &MODE),
            Member::new("Fancy", &any).unsupported(),
            Member::new("Metrics", &any).no_effect("nothing is metered"),
        ],
    );

    fn checked(set: impl Fn(&mut Fields)) -> Result<(), Invalid> {
        let mut fields = Fields::of(&INPUT);
        set(&mut fields);
        validate(&INPUT, &mut Value::Structure(fields))
    }

    #[test]
    fn a_missing_member_is_reported_as_aws_reports_it() {
        let said =
            "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not be null";
        assert_eq!(checked(|_| ()), Err(Invalid::Constraint(said.into())));
    }

    #[test]
    fn a_place_deep_in_the_input_is_named_as_aws_names_it() {
        let items = Path::Member(&Path::Whole, "RequestItems");
        let things = Path::Entry(&items, "things");
        let keys = Path::Member(&things, "Keys");
        assert_eq!(Path::Element(&keys, 0).to_string(), "requestItems.things.member.keys.1.member");
    }

    #[test]
    fn every_broken_rule_is_said() {
        let Err(Invalid::Constraint(said)) = checked(|fields| {
            fields.set(0, Value::Text("AB".into()));
            fields.set(1, Value::Text("MAYBE".into()));
        }) else {
            panic!("three rules are broken")
        };
        assert!(said.starts_with("3 validation errors detected: Value 'AB' at 'name' failed to satisfy constraint: Member must have length greater than or equal to 3; "), "{said}");
        assert!(said.ends_with("Member must satisfy enum value set: [ON, OFF]"), "{said}");
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name_and_what_has_no_effect_is_dropped() {
        let named = |fields: &mut Fields| fields.set(0, Value::Text("abc".into()));
        let document = |json| Value::Document(json);
        assert_eq!(
            checked(|fields| {
                named(fields);
                fields.set(2, document(serde_json::json!({"Enabled": true})));
            }),
            Err(Invalid::Unsupported(vec!["Fancy".into()]))
        );
        assert_eq!(
            checked(|fields| {
                named(fields);
                fields.set(2, document(serde_json::json!({})));
                fields.set(3, document(serde_json::json!("TOTAL")));
            }),
            Ok(())
        );
    }

    #[test]
    fn java_patterns_are_read() {
        for (pattern, text, matches) in [
            ("[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+", "a policy", true),
            ("[\\u0020-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF\\r\\n\\t]*", "x", true),
            ("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*", "größe", true),
            ("[a-z]+", "abc\n", false),
        ] {
            if let Some(regex) = compiled(pattern) {
                assert_eq!(regex.is_match(text), matches, "{pattern}");
            }
        }
    }
}

//! Scalars as text: in XML, forms, headers, paths and query strings.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use shape::{Bytes, Kind, Member, Schema, TimeFormat, Timestamp, Value};

/// Why a request cannot be read: a sentence for the caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) String);

pub(crate) type Read<T> = Result<T, Malformed>;

pub(crate) fn malformed<T>(message: impl Into<String>) -> Read<T> {
    Err(Malformed(message.into()))
}

/// The last moment of the year 9999: later ones cannot be written in any of the formats.
const LAST_SECOND: f64 = 253_402_300_799.0;
const FIRST_SECOND: f64 = -62_135_596_800.0;

/// The format of a timestamp: the member's, else the shape's, else the place's.
pub(crate) fn time_format(member: Option<&Member>, schema: &Schema, otherwise: TimeFormat) -> TimeFormat {
    let own = match schema.kind {
        Kind::Timestamp(format) => format,
        _ => None,
    };
    member.and_then(|member| member.time_format).or(own).unwrap_or(otherwise)
}

pub(crate) fn read(schema: &Schema, text: &str) -> Read<Value> {
    Ok(match schema.kind {
        Kind::Text { .. } => Value::Text(text.into()),
        Kind::Boolean => Value::Boolean(boolean(text)?),
        Kind::Integer | Kind::Long => integer(schema, text.trim())?,
        Kind::Float | Kind::Double => Value::Double(double(text.trim())?),
        Kind::Blob | Kind::Stream => Value::Blob(blob(text)?),
        Kind::Timestamp(_) => Value::Timestamp(timestamp(text.trim())?),
        Kind::Document => Value::Document(text.into()),
        Kind::List { .. } | Kind::Map { .. } | Kind::Structure { .. } => {
            return malformed(format!("A {} was expected, a text was found", schema.name));
        }
    })
}

fn boolean(text: &str) -> Read<bool> {
    match text.trim() {
        said if said.eq_ignore_ascii_case("true") => Ok(true),
        said if said.eq_ignore_ascii_case("false") => Ok(false),
        said => malformed(format!("'{said}' is not a valid boolean")),
    }
}

fn integer(schema: &Schema, text: &str) -> Read<Value> {
    match text.parse().ok().filter(|number| fits(schema, *number)) {
        Some(number) => Ok(Value::Integer(number)),
        None => malformed(format!("'{text}' is not a valid {}", number_name(schema))),
    }
}

/// Whether a whole number is in its type's range.
pub(crate) fn fits(schema: &Schema, number: i64) -> bool {
    !matches!(schema.kind, Kind::Integer) || i32::try_from(number).is_ok()
}

fn number_name(schema: &Schema) -> &'static str {
    if matches!(schema.kind, Kind::Integer) { "integer" } else { "long" }
}

pub(crate) fn double(text: &str) -> Read<f64> {
    match text {
        "NaN" => Ok(f64::NAN),
        "Infinity" => Ok(f64::INFINITY),
        "-Infinity" => Ok(f64::NEG_INFINITY),
        // Rust reads "inf" and "nan", which AWS does not write; a number too large for a double is refused.
        text => match text.parse() {
            Ok(number) if f64::is_finite(number) => Ok(number),
            _ => malformed(format!("'{text}' is not a valid number")),
        },
    }
}

pub(crate) fn blob(text: &str) -> Read<Bytes> {
    match BASE64.decode(text.trim()) {
        Ok(bytes) => Ok(bytes.into()),
        Err(_) => malformed("only base-64-encoded strings are convertible to bytes"),
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// A time in any of the formats: clients do not always write the one that the model names, and AWS reads it.
pub(crate) fn timestamp(text: &str) -> Read<Timestamp> {
    let day = (text.len() == "2026-11-20".len()).then(|| Timestamp::parse_iso(&format!("{text}T00:00:00Z"))).flatten();
    match day.or_else(|| Timestamp::parse_iso(text)).or_else(|| Timestamp::parse_http_date(text)) {
        Some(at) => Ok(at),
        None => match double(text) {
            Ok(seconds) => epoch(seconds),
            Err(_) => malformed(format!("'{text}' is not a valid timestamp")),
        },
    }
}

pub(crate) fn epoch(seconds: f64) -> Read<Timestamp> {
    if (FIRST_SECOND..=LAST_SECOND).contains(&seconds) {
        Ok(Timestamp::from_secs_f64(seconds))
    } else {
        malformed(format!("'{seconds}' is not a valid timestamp"))
    }
}

/// A scalar as text; `None` of what is not a scalar.
pub(crate) fn write(value: &Value, format: TimeFormat) -> Option<String> {
    Some(match value {
        Value::Boolean(is) => is.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Double(number) => write_double(*number),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => base64(bytes),
        Value::Timestamp(at) => write_time(*at, format),
        Value::Document(json) => json.to_string(),
        _ => return None,
    })
}

pub(crate) fn write_double(number: f64) -> String {
    match number {
        number if number.is_nan() => "NaN".into(),
        f64::INFINITY => "Infinity".into(),
        f64::NEG_INFINITY => "-Infinity".into(),
        number => format!("{number:?}"),
    }
}

pub(crate) fn write_time(at: Timestamp, format: TimeFormat) -> String {
    match format {
        TimeFormat::HttpDate => at.http_date(),
        TimeFormat::Iso8601 if at.millis() % 1000 == 0 => at.iso(),
        TimeFormat::Iso8601 => at.iso_millis(),
        TimeFormat::EpochSeconds if at.millis() % 1000 == 0 => at.secs().to_string(),
        TimeFormat::EpochSeconds => format!("{}.{:03}", at.secs(), at.millis().rem_euclid(1000)),
    }
}

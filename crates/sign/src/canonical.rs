//! The one text that both sides compute from a request: the canonical request, and the string to sign made of it.
//!
//! Two styles exist. S3 takes the path as it is (a key may hold `//` or `..`) and encodes it once; every other
//! service normalises the path and encodes what was sent, percent signs included, once more.

use crate::key::{Scope, sha256_hex};
use base::Timestamp;
use http::{HeaderMap, request::Parts};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode, percent_encode};
use std::fmt::Write;

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// Everything but the unreserved characters of RFC 3986.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// How a service reads paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As it is, encoded once.
    S3,
    /// Normalised, encoded twice.
    Other,
}

impl Style {
    /// The style that the service of a scope uses.
    pub fn of(service: &str) -> Self {
        match service {
            "s3" | "s3express" | "s3-object-lambda" | "s3-outposts" => Self::S3,
            _ => Self::Other,
        }
    }

    fn path(self, path: &str) -> String {
        match self {
            // A slash that was sent escaped stays so: it is part of a name, and signers leave it alone.
            Self::S3 => {
                let segments: Vec<String> = path.split('/').map(encode_once).collect();
                segments.join("/")
            }
            Self::Other => percent_encode(normalise(path).as_bytes(), PATH).to_string(),
        }
    }
}

/// Encodes a segment the same whether or not it was sent encoded.
fn encode_once(segment: &str) -> String {
    let plain: Vec<u8> = percent_decode(segment.as_bytes()).collect();
    encode_query(&plain)
}

/// Removes empty and dot segments, as RFC 3986 does, and keeps a final slash.
fn normalise(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            plain => segments.push(plain),
        }
    }
    let ends_open = matches!(path.rsplit('/').next(), Some("" | "." | ".."));
    let tail = if ends_open && !segments.is_empty() { "/" } else { "" };
    format!("/{}{tail}", segments.join("/"))
}

/// The pairs of a query, decoded. A plus sign is a space; a name without `=` has an empty value.
pub(crate) fn query_pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode_query(name), decode_query(value))
    })
}

fn decode_query(text: &str) -> Vec<u8> {
    let spaced = text.replace('+', " ");
    percent_decode(spaced.as_bytes()).collect()
}

pub(crate) fn encode_query(bytes: &[u8]) -> String {
    percent_encode(bytes, QUERY).to_string()
}

/// Sorted by encoded name, then encoded value, without the signature itself.
fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query_pairs(query)
        .filter(|(name, _)| name != b"X-Amz-Signature")
        .map(|(name, value)| (encode_query(&name), encode_query(&value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Every value of a header, trimmed, runs of white space made one, joined by commas.
pub(crate) fn header_value(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<String> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let text = String::from_utf8_lossy(value.as_bytes());
            text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        })
        .collect();
    values.join(",")
}

/// The host a request was sent to: its header, else (HTTP/2, a proxy's absolute form) its authority.
pub(crate) fn host(parts: &Parts) -> String {
    let named = header_value(&parts.headers, "host");
    if named.is_empty() { parts.uri.authority().map(ToString::to_string).unwrap_or_default() } else { named }
}

/// The canonical request. `signed` is sorted and in small letters; a signed header that is missing has no value.
pub(crate) fn canonical_request(style: Style, parts: &Parts, signed: &[String], payload: &str) -> String {
    let (path, query) = (style.path(parts.uri.path()), canonical_query(parts.uri.query().unwrap_or_default()));
    let mut text = format!("{}\n{path}\n{query}\n", parts.method);
    for name in signed {
        let value = if name == "host" { host(parts) } else { header_value(&parts.headers, name) };
        writeln!(text, "{name}:{value}").expect("writing to a string does not fail");
    }
    write!(text, "\n{}\n{payload}", signed.join(";")).expect("writing to a string does not fail");
    text
}

pub(crate) fn string_to_sign(at: Timestamp, scope: &Scope, canonical: &str) -> String {
    format!("{ALGORITHM}\n{}\n{scope}\n{}", at.basic(), sha256_hex(canonical.as_bytes()))
}

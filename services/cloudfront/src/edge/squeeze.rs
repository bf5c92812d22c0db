//! Compression at the edge. Pure.
//!
//! AWS also compresses with Brotli; a viewer who takes both gets gzip here.

use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use shape::Bytes;
use std::io::Write as _;

/// AWS: smaller and larger answers are not compressed. What is too large to keep is not compressed here either.
const LEAST_BYTES: usize = 1000;

/// AWS's list of what is worth compressing, as far as it goes by the kind of the content.
const KINDS: [&str; 31] = [
    "application/dash+xml",
    "application/eot",
    "application/font",
    "application/font-sfnt",
    "application/javascript",
    "application/json",
    "application/opentype",
    "application/otf",
    "application/pdf",
    "application/pkcs7-mime",
    "application/protobuf",
    "application/rss+xml",
    "application/truetype",
    "application/ttf",
    "application/vnd.apple.mpegurl",
    "application/vnd.mapbox-vector-tile",
    "application/vnd.ms-fontobject",
    "application/wasm",
    "application/xhtml+xml",
    "application/xml",
    "application/x-font-opentype",
    "application/x-font-truetype",
    "application/x-font-ttf",
    "application/x-httpd-cgi",
    "application/x-javascript",
    "application/x-mpegurl",
    "application/x-opentype",
    "application/x-otf",
    "application/x-perl",
    "application/x-ttf",
    "image/svg+xml",
];

fn is_worth_it(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/") || kind.starts_with("font/") || KINDS.contains(&kind.as_str())
}

/// The body compressed, and headers that say so; `None` where it stays as it is.
pub(crate) fn gzip(status: StatusCode, headers: &mut HeaderMap, body: &Bytes) -> Option<Bytes> {
    let is_candidate = matches!(status.as_u16(), 200 | 403 | 404)
        && body.len() >= LEAST_BYTES
        && !headers.contains_key(header::CONTENT_ENCODING)
        && headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(is_worth_it);
    if !is_candidate {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let squeezed = encoder.write_all(body).and_then(|()| encoder.finish()).ok()?;
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    // AWS: other bytes under the same name, so the tag says only that the meaning is the same.
    let tag = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if let Some(weak) = tag.filter(|tag| !tag.starts_with("W/")).and_then(|tag| format!("W/{tag}").parse().ok()) {
        headers.insert(header::ETAG, weak);
    }
    Some(squeezed.into())
}

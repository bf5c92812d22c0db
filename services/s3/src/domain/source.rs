//! The header `x-amz-copy-source`: `/bucket/key?versionId=…`, percent-encoded.

use crate::errors;
use kernel::Outcome;
use percent_encoding::percent_decode_str;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version_id: Option<String>,
}

pub(crate) fn parse(header: &str) -> Outcome<Source> {
    let wrong = || {
        let said = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
        errors::invalid_argument(said, "x-amz-copy-source", header)
    };
    let (path, version_id) = match header.split_once("?versionId=") {
        Some((path, id)) => (path, Some(id.to_owned()).filter(|id| !id.is_empty())),
        None => (header, None),
    };
    let path = percent_decode_str(path).decode_utf8().map_err(|_| wrong())?;
    let (bucket, key) = path.trim_start_matches('/').split_once('/').ok_or_else(wrong)?;
    if bucket.is_empty() || key.is_empty() {
        return Err(wrong());
    }
    Ok(Source { bucket: bucket.into(), key: key.into(), version_id })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_bucket_key_and_perhaps_a_version() {
        let found = parse("/shelf/a%20b/c?versionId=v1").unwrap();
        assert_eq!((found.bucket.as_str(), found.key.as_str()), ("shelf", "a b/c"));
        assert_eq!(found.version_id.as_deref(), Some("v1"));
        assert!(parse("shelf").is_err());
    }
}

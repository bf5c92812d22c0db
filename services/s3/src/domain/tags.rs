//! Tags of buckets and objects.

use crate::errors;
use api_s3::Tag;
use kernel::Outcome;
use percent_encoding::percent_decode_str;
use shape::ApiError;

/// In the order they were given.
pub(crate) type Tags = Vec<(String, String)>;

/// AWS: an object has at most ten tags, a bucket fifty.
pub(crate) const MOST_OBJECT_TAGS: usize = 10;
pub(crate) const MOST_BUCKET_TAGS: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// The header `x-amz-tagging`: `a=1&b=2`.
pub(crate) fn parse_header(header: &str) -> Outcome<Tags> {
    let wrong = || {
        errors::invalid_argument(
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name \
             duplicates.",
            "x-amz-tagging",
            header,
        )
    };
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8().map(|text| text.into_owned()).map_err(|_| wrong())
    };
    let mut tags = Tags::new();
    for pair in header.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (key, value) = (decode(key)?, decode(value)?);
        if tags.iter().any(|(known, _)| *known == key) {
            return Err(wrong());
        }
        tags.push((key, value));
    }
    check(&tags, MOST_OBJECT_TAGS)?;
    if tags.iter().any(|(key, _)| is_system(key)) {
        return Err(ApiError::new("InvalidTag", 400, "Your TagKey cannot be prefixed with aws:"));
    }
    Ok(tags)
}

pub(crate) fn of_set(set: Vec<Tag>) -> Tags {
    set.into_iter().map(|tag| (tag.key, tag.value)).collect()
}

pub(crate) fn to_set(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

pub(crate) fn check(tags: &Tags, most: usize) -> Outcome<()> {
    let invalid = |message: &str| Err(ApiError::new("InvalidTag", 400, message));
    if tags.len() > most {
        let message = if most == MOST_OBJECT_TAGS {
            "Object tags cannot be greater than 10"
        } else {
            "Bucket tag count cannot be greater than 50"
        };
        return Err(ApiError::new("BadRequest", 400, message));
    }
    for (index, (key, value)) in tags.iter().enumerate() {
        if key.is_empty() || key.chars().count() > LONGEST_KEY {
            return invalid("The TagKey you have provided is invalid");
        }
        if value.chars().count() > LONGEST_VALUE {
            return invalid("The TagValue you have provided is invalid");
        }
        if tags[..index].iter().any(|(earlier, _)| earlier == key) {
            return invalid("Cannot provide multiple Tags with the same key");
        }
    }
    Ok(())
}

pub(crate) fn system_tag() -> ApiError {
    ApiError::new("InvalidTag", 400, "System tags cannot be added/updated by requester")
}

/// AWS: `aws:` is AWS's own; stacks set such tags, others cannot.
pub(crate) fn is_system(key: &str) -> bool {
    key.to_ascii_lowercase().starts_with("aws:")
}

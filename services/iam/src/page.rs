//! Long lists in pages: a marker is the name of the last thing that was shown.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Outcome;
use shape::ApiError;

/// AWS: without MaxItems a page has this many.
const DEFAULT_ITEMS: usize = 100;

pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) is_truncated: Option<bool>,
    pub(crate) marker: Option<String>,
}

/// The page behind `marker` of `all`, which is in the order of its names.
pub(crate) fn page<T>(all: Vec<(String, T)>, marker: Option<&str>, most: Option<i32>) -> Outcome<Page<T>> {
    let most = most.and_then(|most| usize::try_from(most).ok()).unwrap_or(DEFAULT_ITEMS);
    let after = marker.map(decode).transpose()?;
    let mut rest = all.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after)).peekable();
    let mut last = None;
    let mut items = Vec::new();
    while items.len() < most
        && let Some((name, item)) = rest.next()
    {
        items.push(item);
        last = Some(name);
    }
    let marker = rest.peek().and(last).map(|last| URL_SAFE_NO_PAD.encode(last));
    Ok(Page { items, is_truncated: Some(marker.is_some()), marker })
}

fn decode(marker: &str) -> Outcome<String> {
    let bytes = URL_SAFE_NO_PAD.decode(marker).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    text.ok_or_else(|| ApiError::new("ValidationError", 400, "Invalid Marker."))
}

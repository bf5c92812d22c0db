//! Tags of users, roles, policies, instance profiles and providers.

use crate::state::Tags;
use api_iam::{Tag, errors};
use kernel::Outcome;

/// AWS quota: tags on an IAM resource.
const MOST_TAGS: usize = 50;

/// `known` with `more` over it.
pub(crate) fn add(known: &mut Tags, more: Vec<Tag>) -> Outcome<()> {
    let mut seen = std::collections::BTreeSet::new();
    for Tag { key, value } in more {
        if key.to_ascii_lowercase().starts_with("aws:") {
            return Err(errors::invalid_input_exception(
                "Tag keys beginning with aws: are reserved for internal AWS use and cannot be added.",
            ));
        }
        if !seen.insert(key.to_lowercase()) {
            return Err(errors::invalid_input_exception(
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            ));
        }
        // AWS: keys differ not by case alone; the newer spelling stays.
        known.retain(|old, _| old.to_lowercase() != key.to_lowercase());
        known.insert(key, value);
    }
    if known.len() > MOST_TAGS {
        return Err(errors::limit_exceeded_exception(format!(
            "The number of tags has reached the maximum limit of {MOST_TAGS}."
        )));
    }
    Ok(())
}

pub(crate) fn first(tags: Option<Vec<Tag>>) -> Outcome<Tags> {
    let mut known = Tags::new();
    add(&mut known, tags.unwrap_or_default())?;
    Ok(known)
}

pub(crate) fn remove(known: &mut Tags, keys: &[String]) {
    known.retain(|key, _| !keys.iter().any(|gone| gone.to_lowercase() == key.to_lowercase()));
}

pub(crate) fn list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() }).collect()
}

/// By key, for pages.
pub(crate) fn named(tags: &Tags) -> Vec<(String, Tag)> {
    list(tags).into_iter().map(|tag| (tag.key.clone(), tag)).collect()
}

/// As [`kernel::Access::with_tags`] wants them.
pub(crate) fn pairs<'a>(tags: impl IntoIterator<Item = &'a Tag>) -> impl Iterator<Item = (&'a str, &'a str)> {
    tags.into_iter().map(|tag| (tag.key.as_str(), tag.value.as_str()))
}

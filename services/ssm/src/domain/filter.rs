//! Filters of lists. Pure.

use super::name::is_below;
use api_ssm::{ParameterStringFilter, errors};
use kernel::Outcome;
use std::collections::BTreeMap;

/// What filters ask about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) key_id: Option<&'a str>,
    pub(crate) tier: &'a str,
    pub(crate) data_type: &'a str,
    pub(crate) labels: &'a [String],
    pub(crate) tags: &'a BTreeMap<String, String>,
}

/// Refuses what AWS refuses. `by_path`: the filters of GetParametersByPath, which know fewer keys.
pub(crate) fn check(filters: &[ParameterStringFilter], by_path: bool) -> Outcome<()> {
    for filter in filters {
        let key = filter.key.as_str();
        let is_known = if by_path { ["Type", "KeyId", "Label"].contains(&key) } else { key != "Label" };
        if !is_known {
            return Err(errors::invalid_filter_key(format!(
                "The following filter key is not valid: {key}. Valid filter keys include: {}.",
                if by_path { "[Type, KeyId, Label]" } else { "[Path, Name, Type, KeyId, Tier, DataType]" }
            )));
        }
        let options: &[&str] = match key {
            "Path" => &["Recursive", "OneLevel"],
            "Name" => &["Equals", "BeginsWith", "Contains"],
            _ => &["Equals", "BeginsWith"],
        };
        if let Some(option) = filter.option.as_deref().filter(|option| !options.contains(option)) {
            return Err(errors::invalid_filter_option(format!(
                "The following filter option is not valid: {option}. Valid options include: [{}].",
                options.join(", ")
            )));
        }
        if filter.values.as_ref().is_none_or(Vec::is_empty) && !key.starts_with("tag:") {
            return Err(errors::invalid_filter_value(format!(
                "The following filter values are missing or not valid for filter key {key}."
            )));
        }
    }
    Ok(())
}

/// Whether every filter lets the parameter through.
pub(crate) fn takes(filters: &[ParameterStringFilter], facts: Facts<'_>) -> bool {
    filters.iter().all(|filter| takes_one(filter, facts))
}

fn takes_one(filter: &ParameterStringFilter, facts: Facts<'_>) -> bool {
    let option = filter.option.as_deref().unwrap_or("Equals");
    let values = filter.values.as_deref().unwrap_or_default();
    let fits = |found: &str| {
        values.iter().any(|value| match option {
            "BeginsWith" => found.starts_with(value.as_str()),
            "Contains" => found.contains(value.as_str()),
            _ => found == value,
        })
    };
    match filter.key.as_str() {
        // AWS: the leading slash of a name may be left out.
        "Name" => fits(facts.name) || fits(facts.name.trim_start_matches('/')),
        "Path" => values.iter().any(|path| is_below(facts.name, path, filter.option.as_deref() == Some("Recursive"))),
        "Type" => fits(facts.kind),
        "KeyId" => facts.key_id.is_some_and(fits),
        "Tier" => fits(facts.tier),
        "DataType" => fits(facts.data_type),
        "Label" => facts.labels.iter().any(|label| fits(label)),
        key => {
            let tag = key.strip_prefix("tag:").and_then(|key| facts.tags.get(key));
            tag.is_some_and(|value| values.is_empty() || fits(value))
        }
    }
}

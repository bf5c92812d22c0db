//! Whether a change of properties can be made in place.

use serde_json::Value as Json;
use wire::properties;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Difference {
    None,
    InPlace,
    Replace,
}

pub(crate) fn difference(schema: &shape::Resource, old: &Json, new: &Json) -> Difference {
    if old == new {
        return Difference::None;
    }
    let (old, new) = (canonical(schema, old), canonical(schema, new));
    let replaces = schema.create_only.iter().any(|path| values_at(&old, path) != values_at(&new, path));
    if replaces { Difference::Replace } else { Difference::InPlace }
}

/// Scalars as the schema reads them, so that `"5"` is 5. What does not fit the schema stays as it is.
fn canonical(schema: &shape::Resource, properties: &Json) -> Json {
    match properties::decode(schema.properties, properties) {
        Ok(value) => properties::encode(schema.properties, &value),
        Err(_) => properties.clone(),
    }
}

/// The values at a dotted path of a schema, in which `*` stands for every item of a list.
pub(crate) fn values_at<'a>(properties: &'a Json, path: &str) -> Vec<&'a Json> {
    let mut found = vec![properties];
    for part in path.split('.') {
        found = found
            .into_iter()
            .flat_map(|value| match (value, part) {
                (Json::Array(items), "*") => items.iter().collect(),
                (value, part) => value.get(part).into_iter().collect::<Vec<_>>(),
            })
            .collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::values_at;
    use serde_json::json;

    #[test]
    fn a_path_reaches_into_lists() {
        let properties = json!({"Rules": [{"Id": 1}, {"Id": 2}, {}], "Name": "x"});
        assert_eq!(values_at(&properties, "Rules.*.Id"), [&json!(1), &json!(2)]);
        assert_eq!(values_at(&properties, "Name"), [&json!("x")]);
        assert!(values_at(&properties, "Rules.Id").is_empty());
    }
}

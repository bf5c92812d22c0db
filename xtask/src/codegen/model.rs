//! An API model as botocore ships it.

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    path::Path,
};

#[derive(Debug, Deserialize)]
pub(super) struct Model {
    pub(super) metadata: Metadata,
    pub(super) operations: BTreeMap<String, Operation>,
    pub(super) shapes: BTreeMap<String, Shape>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) api_version: String,
    pub(super) endpoint_prefix: String,
    pub(super) protocol: String,
    pub(super) json_version: Option<String>,
    pub(super) signing_name: Option<String>,
    pub(super) target_prefix: Option<String>,
    pub(super) xml_namespace: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Operation {
    pub(super) http: Http,
    pub(super) input: Option<Reference>,
    pub(super) output: Option<Reference>,
    #[serde(default)]
    pub(super) errors: Vec<Reference>,
    pub(super) authtype: Option<String>,
    #[serde(default)]
    pub(super) auth: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Http {
    pub(super) method: String,
    pub(super) request_uri: String,
    pub(super) response_code: Option<u16>,
}

/// The use of a shape: by an operation, a member, a list or a map.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reference {
    pub(super) shape: String,
    pub(super) location: Option<String>,
    pub(super) location_name: Option<String>,
    pub(super) result_wrapper: Option<String>,
    pub(super) xml_namespace: Option<Json>,
    #[serde(default)]
    pub(super) xml_attribute: bool,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(default)]
    pub(super) idempotency_token: bool,
    #[serde(default)]
    pub(super) jsonvalue: bool,
    pub(super) timestamp_format: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Shape {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, with = "ordered")]
    pub(super) members: Vec<(String, Reference)>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    pub(super) member: Option<Reference>,
    pub(super) key: Option<Reference>,
    pub(super) value: Option<Reference>,
    #[serde(default, rename = "enum")]
    pub(super) values: Vec<String>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) pattern: Option<String>,
    #[serde(default)]
    pub(super) sensitive: bool,
    #[serde(default)]
    pub(super) flattened: bool,
    #[serde(default)]
    pub(super) streaming: bool,
    #[serde(default)]
    pub(super) union: bool,
    #[serde(default)]
    pub(super) document: bool,
    #[serde(default)]
    pub(super) exception: bool,
    pub(super) payload: Option<String>,
    pub(super) location_name: Option<String>,
    pub(super) xml_namespace: Option<Json>,
    pub(super) timestamp_format: Option<String>,
    pub(super) error: Option<ErrorTrait>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ErrorTrait {
    pub(super) code: Option<String>,
    pub(super) http_status_code: Option<u16>,
}

/// Members in the model's order.
mod ordered {
    use super::Reference;
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<(String, Reference)>, D::Error> {
        let map = serde_json::Map::deserialize(deserializer)?;
        map.into_iter()
            .map(|(name, json)| Ok((name, serde_json::from_value(json).map_err(serde::de::Error::custom)?)))
            .collect()
    }
}

impl Model {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let file = File::open(path).map_err(|why| format!("{}: {why}", path.display()))?;
        serde_json::from_reader(GzDecoder::new(file)).map_err(|why| format!("{}: {why}", path.display()))
    }

    pub(super) fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).unwrap_or_else(|| panic!("the model names {name}, so it has it"))
    }

    /// Whether a value of `from` holds one of `to` without a list or map between: such a member is boxed.
    pub(super) fn embeds(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![from];
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            for (_, member) in &self.shape(name).members {
                if member.shape == to {
                    return true;
                }
                open.push(&member.shape);
            }
        }
        false
    }
}

pub(super) fn namespace(json: Option<&Json>) -> Option<(String, String)> {
    match json? {
        Json::String(uri) => Some((String::new(), uri.clone())),
        json => Some((json["prefix"].as_str().unwrap_or_default().into(), json["uri"].as_str()?.into())),
    }
}

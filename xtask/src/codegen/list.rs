//! `api.toml`: what of an API this tree does.

use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct List {
    /// `dynamodb/2012-08-10`, below botocore's `data`.
    pub(super) model: Option<String>,
    /// The service's name in ARNs and IAM actions, where it is not the folder's.
    pub(super) action_prefix: Option<String>,
    /// The code of the error that says the input breaks the model.
    pub(super) validation_error: Option<String>,
    pub(super) is_global: bool,
    pub(super) operations: Vec<String>,
    /// Recorded by CloudTrail only where a trail asks for data events.
    pub(super) data_events: Vec<String>,
    /// Called without a signature, where the model does not say so.
    pub(super) unsigned: Vec<String>,
    /// IAM actions that are not named as their operation.
    pub(super) actions: BTreeMap<String, String>,
    /// Members that are refused by name: shape → members.
    pub(super) unsupported: BTreeMap<String, Vec<String>>,
    /// Members that are accepted and do nothing here: `Shape.Member` → why.
    pub(super) no_effect: BTreeMap<String, String>,
    /// Members of answers that are never given.
    pub(super) omit: BTreeMap<String, Vec<String>>,
    /// Values that AWS sends and its model does not name: shape → values.
    pub(super) further_values: BTreeMap<String, Vec<String>>,
    /// Enumerations that AWS leaves to the operation to check: they stay text.
    pub(super) open_values: Vec<String>,
    /// What AWS answers where its model says another status: operation → status.
    pub(super) statuses: BTreeMap<String, u16>,
    /// Root elements that the model does not name: shape → element.
    pub(super) xml_names: BTreeMap<String, String>,
    /// CloudFormation resource types.
    pub(super) resources: Vec<String>,
    /// Whether the names of all types that CloudFormation knows are wanted.
    pub(super) type_names: bool,
}

impl List {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))?;
        toml::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))
    }
    pub(super) fn is_unsupported(&self, shape: &str, member: &str) -> bool {
        self.unsupported.get(shape).is_some_and(|members| members.iter().any(|one| one == member))
    }
    pub(super) fn is_omitted(&self, shape: &str, member: &str) -> bool {
        self.omit.get(shape).is_some_and(|members| members.iter().any(|one| one == member))
    }
    pub(super) fn no_effect(&self, shape: &str, member: &str) -> Option<&str> {
        self.no_effect.get(&format!("{shape}.{member}")).map(String::as_str)
    }
}

//! What the service keeps: parameters and their versions.

use crate::domain::name::{Named, Selector};
use api_ssm::{ParameterTier, ParameterType, errors};
use base::{Arn, Fault, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One row per version of a parameter, by name and version: the newest is the last of its name, and GetParametersByPath
/// is one scan.
pub(crate) const VERSIONS: Rows<(String, u64), Version> = Rows::new("version");

/// By name, for parameters that have any.
pub(crate) const TAGS: Rows<String, Tags> = Rows::new("tags");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `String`, `StringList` or `SecureString`.
    pub(crate) kind: String,
    /// Encrypted where it is a SecureString.
    pub(crate) value: String,
    pub(crate) modified: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) allowed_pattern: Option<String>,
    pub(crate) data_type: String,
    /// `Standard` or `Advanced`.
    pub(crate) tier: String,
    /// Who wrote it: an ARN.
    pub(crate) user: String,
    pub(crate) labels: Vec<String>,
}
impl Record for Version {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tags(pub(crate) BTreeMap<String, String>);
impl Record for Tags {}

/// The key that encrypts where the caller names none, and the only one here.
pub(crate) const DEFAULT_KEY: &str = "alias/aws/ssm";

impl Version {
    pub(crate) fn kind(&self) -> ParameterType {
        ParameterType::parse(&self.kind).unwrap_or_default()
    }
    pub(crate) fn tier(&self) -> ParameterTier {
        ParameterTier::parse(&self.tier).unwrap_or_default()
    }
    pub(crate) fn key_id(&self) -> Option<&'static str> {
        (self.kind() == ParameterType::SecureString).then_some(DEFAULT_KEY)
    }
}

/// `arn:aws:ssm:us-east-1:000000000000:parameter/todo/url`: the name's own slash is not doubled.
pub(crate) fn arn(call: &Call, name: &str) -> Arn {
    call.arn("ssm", format_args!("parameter/{}", name.trim_start_matches('/')))
}

/// The newest version of a parameter.
pub(crate) fn find_latest(tx: &Tx<'_>, name: &str) -> Outcome<Option<(u64, Version)>> {
    let versions = tx.list(&VERSIONS, (name,))?;
    Ok(versions.into_iter().next_back().map(|((_, number), version)| (number, version)))
}

/// The newest version, or AWS's not-found error, which has no message.
pub(crate) fn latest(tx: &Tx<'_>, name: &str) -> Outcome<(u64, Version)> {
    find_latest(tx, name)?.ok_or_else(|| errors::parameter_not_found(""))
}

/// The version that a caller names, and the name under which it is kept.
pub(crate) fn selected(tx: &Tx<'_>, named: &Named) -> Outcome<(String, u64, Version)> {
    let is_foreign = named.account.as_ref().is_some_and(|account| *account != tx.scope().account);
    if is_foreign {
        return Err(errors::parameter_not_found(""));
    }
    let mut name = named.name.clone();
    // An ARN does not say whether a name of one part begins with a slash.
    if named.account.is_some() && !name.starts_with('/') && find_latest(tx, &name)?.is_none() {
        name.insert(0, '/');
    }
    let missing = |what: String| {
        errors::parameter_version_not_found(format!(
            "Systems Manager could not find {what} of {name}. Verify the version and try again."
        ))
    };
    let (newest, latest) = latest(tx, &name)?;
    let (number, version) = match &named.selector {
        None => (newest, latest),
        Some(Selector::Version(number)) => {
            let found = tx.get(&VERSIONS, (name.as_str(), *number))?;
            (*number, found.ok_or_else(|| missing(format!("version {number}")))?)
        }
        Some(Selector::Label(label)) => {
            let mut all = tx.list(&VERSIONS, (name.as_str(),))?.into_iter();
            let found = all.find(|(_, version)| version.labels.contains(label));
            let ((_, number), version) = found.ok_or_else(|| missing(format!("label {label}")))?;
            (number, version)
        }
    };
    Ok((name, number, version))
}

/// The newest version of every parameter, in the order of names.
pub(crate) fn all_latest(tx: &Tx<'_>) -> Result<Vec<(String, u64, Version)>, Fault> {
    let mut all: Vec<(String, u64, Version)> = Vec::new();
    for row in tx.scan(&VERSIONS, ()) {
        let ((name, number), version) = row?;
        match all.last_mut().filter(|last| last.0 == name) {
            Some(last) => *last = (name, number, version),
            None => all.push((name, number, version)),
        }
    }
    Ok(all)
}

pub(crate) fn tags(tx: &Tx<'_>, name: &str) -> Result<BTreeMap<String, String>, Fault> {
    Ok(tx.get(&TAGS, name)?.unwrap_or_default().0)
}

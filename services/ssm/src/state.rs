//! What the service keeps: parameters and their versions.

use api_ssm::{ParameterType, errors};
use base::{Arn, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Tx};
use serde::{Deserialize, Serialize};

/// One row per version of a parameter, by name and version: the newest is the last of its name, and GetParametersByPath
/// is one scan.
pub(crate) const VERSIONS: Rows<(String, u64), Version> = Rows::new("version");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    /// `String`, `StringList` or `SecureString`.
    pub(crate) kind: String,
    pub(crate) value: String,
    pub(crate) modified: Timestamp,
    pub(crate) description: Option<String>,
    pub(crate) allowed_pattern: Option<String>,
    pub(crate) data_type: String,
}
impl Record for Version {}

impl Version {
    pub(crate) fn kind(&self) -> ParameterType {
        ParameterType::parse(&self.kind).unwrap_or_default()
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

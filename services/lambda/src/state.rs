//! What the service keeps: functions, their versions and aliases, layers, URLs, and invocations that wait.

use api_lambda::errors;
use base::Timestamp;
use blob::BlobId;
use kernel::{Outcome, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use shape::Map;

/// One row per function, by name.
pub(crate) const FUNCTIONS: Rows<String, Function> = Rows::new("function");

/// One row per published version, by function and number: the newest is the last of its function.
pub(crate) const VERSIONS: Rows<(String, u64), Config> = Rows::new("version");

/// One row per alias, by function and name.
pub(crate) const ALIASES: Rows<(String, String), Alias> = Rows::new("alias");

/// One row per layer, by name: its next version's number, which is never given twice.
pub(crate) const LAYERS: Rows<String, Layer> = Rows::new("layer");

/// One row per version of a layer, by name and number.
pub(crate) const LAYER_VERSIONS: Rows<(String, u64), LayerVersion> = Rows::new("layer version");

/// One row per function URL, by function and alias (empty for none).
pub(crate) const URLS: Rows<(String, String), Url> = Rows::new("url");

/// Which function a URL's host belongs to, by the id in it; in the shared scope, since hosts are everybody's.
pub(crate) const HOSTS: Rows<String, Host> = Rows::new("host");

/// How asynchronous invocations are tried, by function and qualifier.
pub(crate) const INVOKE_CONFIGS: Rows<(String, String), InvokeConfig> = Rows::new("invoke config");

/// Asynchronous invocations by the time from which they may be tried, so that what is due is one scan.
pub(crate) const EVENTS: Rows<(Timestamp, String), Event> = Rows::new("event");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Function {
    /// `$LATEST`.
    pub(crate) latest: Config,
    pub(crate) next_version: u64,
    pub(crate) tags: Map<String>,
    pub(crate) reserved_concurrency: Option<i32>,
    /// Statements of the resource policies, as JSON texts by their ids, by qualifier (empty for none).
    pub(crate) policies: Map<Policy>,
}
impl Record for Function {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) revision: String,
    pub(crate) statements: Vec<(String, String)>,
}

/// All that makes a version what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) runtime: String,
    pub(crate) role: String,
    pub(crate) handler: String,
    pub(crate) description: String,
    pub(crate) timeout_secs: i32,
    pub(crate) memory_mb: i32,
    pub(crate) environment: Map<String>,
    pub(crate) is_traced: bool,
    pub(crate) layers: Vec<LayerUse>,
    pub(crate) ephemeral_mb: i32,
    pub(crate) log_group: Option<String>,
    pub(crate) code: Code,
    pub(crate) revision: String,
    pub(crate) modified: Timestamp,
}
impl Record for Config {}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
    /// Base64.
    pub(crate) sha256: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LayerUse {
    pub(crate) arn: String,
    pub(crate) code: Code,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) version: String,
    pub(crate) description: String,
    /// A second version and its share of the invocations.
    pub(crate) weights: Map<f64>,
    pub(crate) revision: String,
}
impl Record for Alias {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Layer {
    pub(crate) next_version: u64,
}
impl Record for Layer {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LayerVersion {
    pub(crate) code: Code,
    pub(crate) description: String,
    pub(crate) license: Option<String>,
    pub(crate) runtimes: Vec<String>,
    pub(crate) architectures: Vec<String>,
    pub(crate) created: Timestamp,
}
impl Record for LayerVersion {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Url {
    pub(crate) id: String,
    pub(crate) is_open: bool,
    pub(crate) cors: Option<Cors>,
    pub(crate) created: Timestamp,
    pub(crate) modified: Timestamp,
}
impl Record for Url {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cors {
    pub(crate) credentials: Option<bool>,
    pub(crate) headers: Option<Vec<String>>,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) expose: Option<Vec<String>>,
    pub(crate) max_age: Option<i32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Host {
    pub(crate) scope: Scope,
    pub(crate) function: String,
    pub(crate) qualifier: String,
}
impl Record for Host {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct InvokeConfig {
    pub(crate) most_retries: Option<i32>,
    pub(crate) most_age_secs: Option<i32>,
    pub(crate) modified: Timestamp,
}
impl Record for InvokeConfig {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) function: String,
    /// Empty for none.
    pub(crate) qualifier: String,
    #[serde(with = "serde_bytes")]
    pub(crate) payload: Vec<u8>,
    pub(crate) client_context: Option<String>,
    pub(crate) request_id: String,
    pub(crate) sent: Timestamp,
    /// How often the function failed on it.
    pub(crate) failures: i32,
    /// How often there was no room for it.
    pub(crate) throttles: u32,
}
impl Record for Event {}

pub(crate) const LATEST: &str = "$LATEST";

/// AWS's default page of lists, and its largest.
pub(crate) const PAGE: usize = 50;

pub(crate) fn get_function(tx: &Tx<'_>, name: &crate::name::Name) -> Outcome<Function> {
    let found = tx.get(&FUNCTIONS, name.function.clone())?;
    found.ok_or_else(|| not_found(name))
}

pub(crate) fn not_found(name: &crate::name::Name) -> shape::ApiError {
    errors::resource_not_found_exception(format!("Function not found: {}", name.arn()))
}

/// A version's configuration and its name: `$LATEST`, or the number.
pub(crate) fn get_version(tx: &Tx<'_>, name: &crate::name::Name) -> Outcome<(String, Config)> {
    let function = get_function(tx, name)?;
    let qualifier = name.qualifier.as_deref().unwrap_or(LATEST);
    let version = match tx.get(&ALIASES, (name.function.clone(), qualifier.to_owned()))? {
        Some(alias) => alias.version,
        None => qualifier.to_owned(),
    };
    if version == LATEST {
        return Ok((version, function.latest));
    }
    let number: u64 = version.parse().map_err(|_| not_found(name))?;
    let found = tx.get(&VERSIONS, (name.function.clone(), number))?;
    Ok((version, found.ok_or_else(|| not_found(name))?))
}

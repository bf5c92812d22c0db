//! What a function can be set to, checked as AWS checks it, and told as AWS tells it.

use crate::{
    engine::RESERVED_VARIABLES,
    name::Name,
    runtime::Family,
    state::{Config, LATEST},
};
use api_lambda::{
    Architecture, EnvironmentResponse, EphemeralStorage, FunctionConfiguration, LastUpdateStatus, Layer, LogFormat,
    LoggingConfig, PackageType, Runtime, SnapStart, SnapStartApplyOn, SnapStartOptimizationStatus, SnapStartResponse,
    State, TracingConfigResponse, TracingMode, VpcConfig, errors,
};
use base::Timestamp;
use kernel::Outcome;
use shape::{ApiError, Map};

pub(crate) const DEFAULT_TIMEOUT_SECS: i32 = 3;
pub(crate) const DEFAULT_MEMORY_MB: i32 = 128;
pub(crate) const DEFAULT_EPHEMERAL_MB: i32 = 512;
/// AWS quotas.
const MOST_TIMEOUT_SECS: i32 = 900;
const MOST_MEMORY_MB: i32 = 10_240;
const MOST_ENVIRONMENT_BYTES: usize = 4096;
pub(crate) const MOST_LAYERS: usize = 5;

pub(crate) fn wrong(message: impl Into<String>) -> ApiError {
    errors::invalid_parameter_value_exception(message)
}

/// The machine's own architecture, which is the one that functions can have.
pub(crate) const ARCHITECTURE: Architecture =
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X8664 };

impl Config {
    /// What no single member's range says.
    pub(crate) fn check(&self) -> Outcome<()> {
        if let Err(what) = Family::of(&self.runtime) {
            return Err(ApiError::not_implemented(what));
        }
        if !(1..=MOST_TIMEOUT_SECS).contains(&self.timeout_secs) {
            let value = self.timeout_secs;
            return Err(ApiError::validation(format!(
                "1 validation error detected: Value '{value}' at 'timeout' failed to satisfy constraint: Member must \
                 have value less than or equal to {MOST_TIMEOUT_SECS}"
            )));
        }
        if !(DEFAULT_MEMORY_MB..=MOST_MEMORY_MB).contains(&self.memory_mb) {
            let (bound, word) = if self.memory_mb < DEFAULT_MEMORY_MB {
                (DEFAULT_MEMORY_MB, "greater")
            } else {
                (MOST_MEMORY_MB, "less")
            };
            let value = self.memory_mb;
            return Err(wrong(format!(
                "'MemorySize' value failed to satisfy constraint: Member must have value {word} than or equal to \
                 {bound}, but was {value}"
            )));
        }
        self.check_environment()
    }

    fn check_environment(&self) -> Outcome<()> {
        let reserved: Vec<&str> =
            self.environment.keys().map(String::as_str).filter(|name| RESERVED_VARIABLES.contains(name)).collect();
        if !reserved.is_empty() {
            return Err(wrong(format!(
                "Lambda was unable to configure your environment variables because the environment variables you have \
                 provided contains reserved keys that are currently not supported for modification. Reserved keys used \
                 in this request: {}",
                reserved.join(", ")
            )));
        }
        // AWS counts the map as JSON.
        let size = serde_json::to_string(&self.environment).map_or(0, |text| text.len());
        if size > MOST_ENVIRONMENT_BYTES {
            return Err(wrong(format!(
                "Lambda was unable to configure your environment variables because the environment variables you have \
                 provided exceeded the 4KB limit. String measured: {}",
                serde_json::to_string(&self.environment).unwrap_or_default()
            )));
        }
        Ok(())
    }
}

/// Settings that can be given to AWS and not to Maquette, unless they say nothing.
pub(crate) fn check_supported(
    vpc: Option<&VpcConfig>,
    dead_letters: Option<&api_lambda::DeadLetterConfig>,
    kms_key: Option<&str>,
    snap_start: Option<&SnapStart>,
) -> Outcome<()> {
    let is_some = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| !list.is_empty());
    if vpc.is_some_and(|vpc| is_some(&vpc.subnet_ids) || is_some(&vpc.security_group_ids)) {
        return Err(ApiError::not_implemented("VpcConfig of a function"));
    }
    if dead_letters.and_then(|config| config.target_arn.as_deref()).is_some_and(|arn| !arn.is_empty()) {
        return Err(ApiError::not_implemented("DeadLetterConfig of a function"));
    }
    if kms_key.is_some_and(|key| !key.is_empty()) {
        return Err(ApiError::not_implemented("KMSKeyArn of a function"));
    }
    if snap_start.and_then(|snap| snap.apply_on).is_some_and(|apply| apply != SnapStartApplyOn::None) {
        return Err(ApiError::not_implemented("SnapStart of a function"));
    }
    Ok(())
}

pub(crate) fn check_architectures(given: Option<&[Architecture]>) -> Outcome<()> {
    match given {
        Some([one]) if *one != ARCHITECTURE => {
            Err(ApiError::not_implemented(format!("the architecture {one} on this machine")))
        }
        Some([_]) | None => Ok(()),
        Some(_) => Err(wrong("Exactly one architecture has to be given.")),
    }
}

/// The log group, where one was named.
pub(crate) fn log_group(given: Option<&LoggingConfig>) -> Outcome<Option<String>> {
    let Some(given) = given else { return Ok(None) };
    if given.log_format == Some(LogFormat::Json) {
        return Err(ApiError::not_implemented("LogFormat JSON of a function"));
    }
    if given.application_log_level.is_some() || given.system_log_level.is_some() {
        return Err(wrong(
            "ApplicationLogLevel or SystemLogLevel can not be set when LogFormat is set to Text. Remove \
             ApplicationLogLevel or SystemLogLevel from your request or change the LogFormat to JSON and try again.",
        ));
    }
    Ok(given.log_group.clone())
}

/// `2026-11-20T18:17:00.123+0000`, as this service alone writes times.
pub(crate) fn time(at: Timestamp) -> String {
    at.iso_millis().replace('Z', "+0000")
}

/// A version as answers tell it. `qualifier` is what the ARN ends in.
pub(crate) fn tell(name: &Name, version: &str, qualifier: Option<&str>, config: &Config) -> FunctionConfiguration {
    let layers = config
        .layers
        .iter()
        .map(|layer| Layer { arn: Some(layer.arn.clone()), code_size: i64::try_from(layer.code.size_bytes).ok() });
    let layers: Vec<Layer> = layers.collect();
    let environment = |variables: &Map<String>| EnvironmentResponse { variables: Some(variables.clone()) };
    let group = config.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", name.function));
    FunctionConfiguration {
        function_name: Some(name.function.clone()),
        function_arn: Some(name.qualified(qualifier).to_string()),
        runtime: Runtime::parse(&config.runtime),
        role: Some(config.role.clone()),
        handler: Some(config.handler.clone()).filter(|handler| !handler.is_empty()),
        code_size: i64::try_from(config.code.size_bytes).ok(),
        description: Some(config.description.clone()),
        timeout: Some(config.timeout_secs),
        memory_size: Some(config.memory_mb),
        last_modified: Some(time(config.modified)),
        code_sha256: Some(config.code.sha256.clone()),
        version: Some(version.to_owned()),
        environment: (!config.environment.is_empty()).then(|| environment(&config.environment)),
        tracing_config: Some(TracingConfigResponse {
            mode: Some(if config.is_traced { TracingMode::Active } else { TracingMode::PassThrough }),
        }),
        revision_id: Some(config.revision.clone()),
        layers: (!layers.is_empty()).then_some(layers),
        // The code is durable and was unpacked before the call that brought it was answered.
        state: Some(State::Active),
        last_update_status: Some(LastUpdateStatus::Successful),
        package_type: Some(PackageType::Zip),
        architectures: Some(vec![ARCHITECTURE]),
        ephemeral_storage: Some(EphemeralStorage { size: config.ephemeral_mb }),
        snap_start: Some(SnapStartResponse {
            apply_on: Some(SnapStartApplyOn::None),
            optimization_status: Some(SnapStartOptimizationStatus::Off),
        }),
        logging_config: Some(LoggingConfig {
            log_format: Some(LogFormat::Text),
            log_group: Some(group),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// Of `$LATEST`, whose ARN has no qualifier.
pub(crate) fn tell_latest(name: &Name, config: &Config) -> FunctionConfiguration {
    tell(name, LATEST, None, config)
}

//! What an environment of a version is: its files, its variables, its limits.

use crate::{
    engine::places,
    name::Name,
    runtime::{Family, Launcher},
    state::Config,
};
use runner::{Limits, Listen, Mount, Net, Spec};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

/// Whom an invocation is for.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Without qualifier.
    pub(crate) name: Name,
    /// As the caller named it.
    pub(crate) invoked_arn: String,
    pub(crate) version: String,
    pub(crate) config: Arc<Config>,
    pub(crate) reserved: Option<i32>,
}

impl Target {
    pub(super) fn log_group(&self) -> String {
        self.config.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", self.name.function))
    }
}

/// Where every name of AWS leads, and who says so.
pub(super) const GATEWAY: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 253);
pub(super) const NAMES: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(GATEWAY), 53);
pub(super) const HTTP: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(GATEWAY), 80);
pub(super) const HTTPS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(GATEWAY), 443);
pub(super) const RUNTIME_API: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9001);

/// Where programs look for the certificates that they trust.
const CA_BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
const CA_BUNDLE_OF_AMAZON: &str = "/etc/pki/tls/certs/ca-bundle.crt";
const CA_VARIABLES: [&str; 4] = ["SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

const MIB: u64 = 1024 * 1024;
/// AWS quotas of an environment.
const MOST_FILES: u64 = 1024;
const MOST_PROCESSES: u64 = 1024;
/// AWS gives a whole CPU at this much memory, and less in proportion but for initialisation. Here everybody gets a whole
/// one: what a quota holds back would be latency without a cause that a user could find.
const MB_PER_CPU: u32 = 1769;

/// What the environment is made of besides its version.
pub(super) struct Parts<'a> {
    pub(super) code: &'a Path,
    pub(super) layers: Option<&'a Path>,
    pub(super) launcher: &'a Launcher,
    pub(super) family: Family,
    pub(super) ca_pem: &'a str,
    pub(super) log_stream: &'a str,
    pub(super) credentials: &'a [(String, String)],
}

/// The sandbox, or the reason for which AWS would say that there is nothing to start.
pub(super) fn spec(target: &Target, parts: &Parts<'_>) -> Result<Spec, String> {
    let config = &target.config;
    let mut spec = Spec::new(format!("{}:{}", target.name.function, target.version), &parts.launcher.command);
    if parts.family == Family::Provided && !places::has(Some(parts.code), "bootstrap") {
        if !places::has(parts.layers, "bootstrap") {
            return Err("Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".into());
        }
        spec.command = "/opt/bootstrap".into();
    }
    spec.args.clone_from(&parts.launcher.args);
    spec.root = runner::system_layers();
    spec.root.extend(parts.launcher.mounts.iter().cloned());
    spec.root.push(Mount::bind(parts.code, "/var/task"));
    if let Some(layers) = parts.layers {
        spec.root.push(Mount::bind(layers, "/opt"));
    }
    spec.root.extend([
        Mount::file("/etc/hosts", "127.0.0.1 localhost\n"),
        Mount::file("/etc/resolv.conf", format!("nameserver {GATEWAY}\noptions timeout:2 attempts:2\n")),
        Mount::file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
        Mount::file(CA_BUNDLE, parts.ca_pem),
        Mount::file(CA_BUNDLE_OF_AMAZON, parts.ca_pem),
    ]);
    spec.env = variables(target, parts);
    spec.cwd = "/var/task".into();
    spec.hostname = "169".into();
    let memory_mb = u32::try_from(config.memory_mb).unwrap_or_default();
    let tmp_bytes = u64::try_from(config.ephemeral_mb).unwrap_or_default() * MIB;
    spec.limits = Limits {
        memory_bytes: u64::from(memory_mb) * MIB,
        pids: MOST_PROCESSES,
        open_files: MOST_FILES,
        tmp_bytes,
        file_bytes: tmp_bytes.max(512 * MIB),
        cpu_millis: Some(u64::from(memory_mb * 1000 / MB_PER_CPU).max(1000)),
    };
    spec.net = Net {
        addresses: vec![GATEWAY],
        listeners: vec![Listen::Tcp(RUNTIME_API), Listen::Udp(NAMES), Listen::Tcp(HTTP), Listen::Tcp(HTTPS)],
    };
    Ok(spec)
}

/// AWS's variables, over which a function's own cannot win: those names are refused when it is made.
fn variables(target: &Target, parts: &Parts<'_>) -> Vec<(String, String)> {
    let config = &target.config;
    let region = target.name.scope.region.as_str();
    let own = config.environment.iter().map(|(name, value)| (name.clone(), value.clone()));
    let mut all: std::collections::BTreeMap<String, String> = [
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin"),
        ("LD_LIBRARY_PATH", "/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib"),
        ("LANG", "en_US.UTF-8"),
        ("TZ", ":UTC"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for name in CA_VARIABLES {
        all.insert(name.to_owned(), CA_BUNDLE.to_owned());
    }
    all.extend(parts.launcher.env.iter().cloned());
    all.extend(own);
    let runtime_api = RUNTIME_API.to_string();
    let memory = config.memory_mb.to_string();
    let group = target.log_group();
    let execution = format!("AWS_Lambda_{}", config.runtime);
    let fixed: [(&str, &str); 13] = [
        ("_HANDLER", &config.handler),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_EXECUTION_ENV", &execution),
        ("AWS_LAMBDA_FUNCTION_NAME", &target.name.function),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_VERSION", &target.version),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", parts.log_stream),
        ("AWS_LAMBDA_RUNTIME_API", &runtime_api),
        ("LAMBDA_TASK_ROOT", "/var/task"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ];
    all.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    all.extend(parts.credentials.iter().cloned());
    all.into_iter().collect()
}

/// Names that AWS keeps for itself.
pub(crate) const RESERVED_VARIABLES: [&str; 18] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
    "AWS_LAMBDA_METADATA_API",
];

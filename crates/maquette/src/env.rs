//! `maquette env`: what a client needs to take the model for AWS.

use crate::{
    Done,
    model::{ACCESS_KEY, REGION, Running, SECRET_KEY},
};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};
use std::{path::Path, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(long, value_enum, default_value_t = Format::Sh)]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Sh,
    Json,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let variables = variables(data, &Running::get(data)?);
    match arguments.format {
        Format::Json => {
            let map: Map<String, Json> =
                variables.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
            println!("{}", Json::Object(map));
        }
        Format::Sh => {
            for (name, value) in variables {
                println!("export {name}='{}'", value.replace('\'', r"'\''"));
            }
            for name in CLEARED {
                println!("unset {name}");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What would lead a client elsewhere.
pub(crate) const CLEARED: [&str; 3] = ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_PROFILE"];

/// The variables, by name. Clients that honour a proxy reach the real host names through it; those that do not (the
/// JavaScript SDK) find the endpoint.
pub(crate) fn variables(data: &Path, model: &Running) -> Vec<(&'static str, String)> {
    let url = model.url();
    let bundle = model.ca_bundle.display().to_string();
    let here = "localhost,127.0.0.1,::1,.localhost".to_owned();
    vec![
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY.into()),
        ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.into()),
        ("AWS_REGION", REGION.into()),
        ("AWS_DEFAULT_REGION", REGION.into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("AWS_ENDPOINT_URL", url.clone()),
        ("AWS_CA_BUNDLE", bundle.clone()),
        ("SSL_CERT_FILE", bundle.clone()),
        ("REQUESTS_CA_BUNDLE", bundle.clone()),
        ("CURL_CA_BUNDLE", bundle.clone()),
        ("NODE_EXTRA_CA_CERTS", bundle),
        ("NODE_USE_ENV_PROXY", "1".into()),
        ("HTTPS_PROXY", url.clone()),
        ("https_proxy", url.clone()),
        ("HTTP_PROXY", url.clone()),
        ("http_proxy", url),
        ("NO_PROXY", here.clone()),
        ("no_proxy", here),
        ("MAQUETTE_DATA", data.display().to_string()),
    ]
}

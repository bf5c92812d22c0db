//! One file per operation, or per family of small ones over the same row.

mod alias;
mod code;
mod concurrency;
mod create_function;
mod delete_function;
mod get_function;
pub(crate) mod invoke;
mod invoke_config;
mod layer;
mod list_functions;
mod permission;
mod publish_version;
mod tags;
mod told;
mod update_function_code;
mod update_function_configuration;
mod url;

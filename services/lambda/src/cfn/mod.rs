//! CloudFormation types.

mod alias;
mod event_invoke_config;
mod function;
mod layer_version;
mod permission;
mod url;
mod version;

pub(crate) use alias::AliasResource;
pub(crate) use event_invoke_config::EventInvokeConfigResource;
pub(crate) use function::FunctionResource;
pub(crate) use layer_version::LayerVersionResource;
pub(crate) use permission::PermissionResource;
pub(crate) use url::UrlResource;
pub(crate) use version::VersionResource;

use api_lambda::errors;
use kernel::Outcome;

/// What is not there is deleted.
fn gone_is_deleted<T>(deleted: Outcome<T>) -> Outcome<()> {
    match deleted {
        Err(error) if !error.is(&errors::ResourceNotFoundException) => Err(error),
        _ => Ok(()),
    }
}

//! CloudFormation types.

mod function;
mod permission;
mod version;

pub(crate) use function::FunctionResource;
pub(crate) use permission::PermissionResource;
pub(crate) use version::VersionResource;

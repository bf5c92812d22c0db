//! The resource types that CloudFormation has of its own.

mod custom;
mod metadata;
mod nested;
mod wait;

pub(crate) use custom::CustomResource;
pub(crate) use metadata::MetadataResource;
pub(crate) use nested::NestedStack;
pub(crate) use wait::{WaitCondition, WaitConditionHandle};

use kernel::{AnyResource, Cloud};
use shape::ApiError;
use std::sync::Arc;

/// The code of an error whose message is already the reason that an event gives.
pub(crate) const SAID: &str = "Said";

fn said(reason: impl Into<String>) -> ApiError {
    ApiError::new(SAID, 400, reason)
}

/// Whether a function of the customer's answers for it, and says which attributes it has.
pub(crate) fn is_custom(type_name: &str) -> bool {
    type_name.starts_with("Custom::") || type_name == custom::TYPE_NAME
}

/// The type of this name. `Custom::X` is a custom resource by another name, which its function is told.
pub(crate) fn find(cloud: &Cloud, type_name: &str) -> Option<Arc<dyn AnyResource>> {
    if type_name.starts_with("Custom::") && is_name(type_name) {
        return Some(Arc::new(CustomResource::named(type_name)));
    }
    cloud.find_resource(type_name).cloned()
}

/// AWS: letters, digits and `_@-`, 60 of them with the prefix.
fn is_name(type_name: &str) -> bool {
    type_name.len() <= 60
        && type_name["Custom::".len()..].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_@-:".contains(&byte))
}

//! The resource types that CloudFormation has of its own.

mod metadata;

pub(crate) use metadata::MetadataResource;

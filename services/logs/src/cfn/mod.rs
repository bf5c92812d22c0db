//! CloudFormation types.

mod log_group;
mod log_stream;

pub(crate) use log_group::LogGroupResource;
pub(crate) use log_stream::LogStreamResource;

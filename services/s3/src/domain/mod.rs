//! S3's rules, without rows and calls.

pub(crate) mod checksum;
pub(crate) mod condition;
pub(crate) mod cors;
pub(crate) mod lifecycle;
pub(crate) mod listing;
pub(crate) mod name;
pub(crate) mod public;
pub(crate) mod range;
pub(crate) mod source;
pub(crate) mod tags;

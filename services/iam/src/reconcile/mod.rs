//! What makes intent true.

pub(crate) mod sweep;

//! What makes intent true.

pub(crate) mod expire_items;

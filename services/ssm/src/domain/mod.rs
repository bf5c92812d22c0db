//! The rules of parameters, without rows.

pub(crate) mod filter;
pub(crate) mod name;
pub(crate) mod page;

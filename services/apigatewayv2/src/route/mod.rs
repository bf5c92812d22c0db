//! Route keys, and which route a request takes.

mod key;
mod table;

pub(crate) use key::RouteKey;
pub(crate) use table::{Match, Table, decode};

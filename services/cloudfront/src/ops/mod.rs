//! The operations, a file per kind of thing: the six that each kind has are read together.

mod cache_policies;
mod check;
pub(crate) mod complete;
mod controls;
mod distributions;
mod identities;
mod invalidations;
pub(crate) mod managed;
mod origin_request_policies;
mod policy;
mod response_headers_policies;
mod tags;

pub(crate) use policy::find_policy;

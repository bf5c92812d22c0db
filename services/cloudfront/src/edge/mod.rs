//! What answers under a distribution's host name: the rules of a behaviour are pure ([`plan`], [`key`], [`ttl`],
//! [`pattern`], [`cache`], [`part`], [`policy_headers`]); [`site`] walks through them, [`origin`] asks the origin.

mod cache;
mod key;
mod origin;
mod page;
mod part;
mod pattern;
mod plan;
mod policy_headers;
mod site;
mod squeeze;
mod ttl;

pub(crate) use cache::Cache;
pub(crate) use origin::Bucket;
pub(crate) use pattern::is_invalidation_path;
pub(crate) use site::Edge;

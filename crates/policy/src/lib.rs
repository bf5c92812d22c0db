//! The IAM policy language: parse, evaluate, explain.
//!
//! A [`Document`] is parsed once and evaluated often: action, resource and condition patterns are compiled when it is
//! parsed, and matching one allocates only where a policy variable stands. [`evaluate`] answers with a [`Decision`]
//! that names the statements that decided, or, where nothing allowed, the statements that nearly did and what was
//! wrong with each. That answer both enforces and explains: there is no second engine for `explain denied`.
//!
//! Invariants: a matching deny anywhere wins; whoever has no account (a service, an anonymous caller) is allowed only
//! by a resource's policy; nothing here reads a clock (`aws:CurrentTime` comes in the [`Context`]).
//!
//! Left out: service and resource control policies of Organizations, endpoint policies, sessions of
//! `GetFederationToken`, principals written as unique ids (`AIDA…`), and everything that needs a look-up, such as
//! whether a named principal exists ([`Document::principals`] lists them for who can tell).

mod condition;
mod decision;
mod document;
mod error;
mod evaluate;
mod json;
mod parse;
mod pattern;
mod request;
mod validate;

pub use decision::{Because, Decision, Mismatch, NearMiss, Source, StatementRef, Verdict};
pub use document::{Document, Effect, Kind, PrincipalPattern, Version};
pub use error::{PolicyError, Reason};
pub use evaluate::{Policies, Policy, ResourceRule, evaluate};
pub use request::{Context, Principal, Request};

#[cfg(test)]
mod tests;

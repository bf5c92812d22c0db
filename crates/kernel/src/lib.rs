//! How a call becomes an effect.
//!
//! A service is a table of operations ([`Service`]); an operation is `impl Read<Op>`, `impl Write<Op>` or
//! `impl Serve<Op>`. Everybody who wants something from a service (a client at the gateway, the console, a template,
//! another service) takes the same road: [`Cloud::dispatch`] validates by the model, authorizes, runs, commits,
//! records, and the commit wakes the reconcilers.
//!
//! Invariants: no operation runs without an answer of the policy engine; a write and its record in the audit trail
//! are one transaction; nobody but a reconciler acts on the world outside the rows.

mod access;
pub mod audit;
mod authorize;
mod call;
mod cloud;
mod dispatch;
mod mail;
mod operation;
mod outbox;
mod reconcile;
mod resource;
mod service;
mod site;
mod time;
mod tx;
mod wait;

pub use access::{Access, Need};
pub use authorize::{Directory, Identity, IdentityPolicies, Key, NamedPolicy, ResourcePolicy};
pub use call::Call;
pub use cloud::{Cloud, CloudBuilder, Home, SiteRef};
pub use mail::Mail;
pub use operation::{Outcome, Read, Serve, Write};
pub use policy::{Context, Decision, Principal};
pub use reconcile::{Next, Reconciler};
pub use resource::{AnyResource, Resource, StackCall, Updated};
pub use service::{Service, ServiceBuilder};
pub use site::{Origins, Request, Response, Site, Via, Web};
pub use store::{Order, Record, Rows};
pub use tx::{Scope, Tx};

//! Sockets in: one port that is every API of the model, every site of it, and a proxy to them.
//!
//! A request's road: [`names`] says whom it is for (by host, by signature, by target header), [`api`] verifies and
//! decodes it, the kernel dispatches it, and it goes back in the protocol it came in. What is not for an API goes to a
//! site (a distribution, an HTTP API, a sign-in page) or, below `/_maquette/`, to [`introspect`].
//!
//! Invariants: nothing reaches an operation unverified, unless AWS lets it be called unsigned; a body that an
//! operation takes as a stream is never held whole.

mod api;
mod body;
mod cors;
mod introspect;
mod names;
mod proxy;
mod serve;
mod verify;

pub use serve::{Control, Gateway, Status};

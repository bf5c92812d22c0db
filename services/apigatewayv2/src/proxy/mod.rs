//! What passes through: how a request becomes an event or another request, and how an answer becomes a response.
//! Functions of their arguments: no rows, no waiting.

pub(crate) mod cors;
pub(crate) mod event;
pub(crate) mod function_uri;
pub(crate) mod identity;
pub(crate) mod incoming;
pub(crate) mod jwt;
pub(crate) mod mapping;
pub(crate) mod policy_answer;
pub(crate) mod response;

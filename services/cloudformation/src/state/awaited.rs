//! What a stack waits for from outside: the answer of a custom resource, the signals of a wait condition.

use base::Timestamp;
use kernel::{Record, Rows};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One row per address that was given out, by the stack's UUID and the token of the step that gave it.
pub(crate) const AWAITED: Rows<(String, String), Awaited> = Rows::new("awaited");
/// One row per wait condition, by the stack's UUID and the token of the step that made it.
pub(crate) const WAITS: Rows<(String, String), Wait> = Rows::new("wait");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Awaited {
    /// Stands in the address, and is known to nobody else.
    pub(crate) secret: String,
    pub(crate) deadline: Timestamp,
    /// Whether the function was asked: it is not asked twice for one step.
    pub(crate) is_sent: bool,
    /// What was put there, in the order of arrival.
    pub(crate) answers: Vec<Json>,
}
impl Record for Awaited {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wait {
    /// The step that gave the handle's address.
    pub(crate) handle: String,
    pub(crate) count: usize,
    pub(crate) deadline: Timestamp,
}
impl Record for Wait {}

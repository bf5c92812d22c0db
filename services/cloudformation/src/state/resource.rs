//! The resources of a stack: what is there, what was there before the operation, and what is being done.

use super::Phase;
use api_cloudformation::ResourceStatus;
use base::Timestamp;
use kernel::{Record, Rows};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use shape::Map;

/// One row per resource, by the stack's UUID and the logical id.
pub(crate) const RESOURCES: Rows<(String, String), Resource> = Rows::new("resource");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Resource {
    pub(crate) type_name: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) changed: Timestamp,
    /// What is shown, also when nothing is there any more.
    pub(crate) physical_id: String,
    pub(crate) metadata: Option<Json>,
    /// What `Ref` and `Fn::GetAtt` are about.
    pub(crate) current: Option<Physical>,
    pub(crate) before: Before,
    pub(crate) doomed: Vec<Doomed>,
    /// What is being done: written before it begins, removed when its end is known.
    pub(crate) step: Option<Step>,
    pub(crate) outcome: Option<Outcome>,
}
impl Record for Resource {}

/// A thing that was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Physical {
    pub(crate) type_name: String,
    pub(crate) id: String,
    /// Evaluated, dynamic references in place.
    pub(crate) properties: Json,
    pub(crate) attributes: Map<Json>,
    /// The logical ids that had to be there first.
    pub(crate) needs: Vec<String>,
    pub(crate) deletion_policy: String,
    pub(crate) update_replace_policy: String,
    /// A change was begun and its success is not known: the properties may not be what is there.
    pub(crate) is_uncertain: bool,
}

/// How a resource was when the operation began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Before {
    /// As it is now: the operation did not touch it.
    Same,
    Absent,
    Was(Box<Physical>),
}

/// A thing to be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) physical: Physical,
    /// It leaves the stack but is not deleted.
    pub(crate) is_kept: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) action: Action,
    /// What it is to be; its id is not known yet where it is to be made.
    pub(crate) target: Physical,
    /// The same for every try of the step.
    pub(crate) token: String,
    /// It was made or changed, and is not yet known to be ready.
    pub(crate) is_made: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Action {
    Create,
    /// Makes another one in the place of the current.
    Replace,
    Update,
    Delete,
}

/// What became of a resource in a phase of an operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) operation: String,
    pub(crate) phase: Phase,
    pub(crate) is_failed: bool,
    /// The refusal, where a permission was missing: see the restore of such a resource.
    pub(crate) denial: Option<String>,
}

impl Resource {
    pub(crate) fn new(type_name: &str) -> Self {
        Self {
            type_name: type_name.to_owned(),
            status: ResourceStatus::CreateInProgress.to_string(),
            reason: None,
            changed: Timestamp::default(),
            physical_id: String::new(),
            metadata: None,
            current: None,
            before: Before::Absent,
            doomed: Vec::new(),
            step: None,
            outcome: None,
        }
    }
    pub(crate) fn status(&self) -> ResourceStatus {
        ResourceStatus::parse(&self.status).unwrap_or_default()
    }
    /// Whether the stack still has it, or has not yet given it up.
    pub(crate) fn is_there(&self) -> bool {
        self.current.is_some() || !self.doomed.is_empty() || self.step.is_some()
    }
}

impl Physical {
    /// Whether it outlives its stack.
    pub(crate) fn is_retained(&self) -> bool {
        matches!(self.deletion_policy.as_str(), "Retain" | "RetainExceptOnCreate")
    }
}

impl Resource {
    /// What a creation made is to go, unless its policy keeps it even then.
    pub(crate) fn doom_new(&mut self, retain_except_on_create: bool) {
        self.outcome = None;
        self.before = Before::Same;
        if let Some(physical) = self.current.take() {
            let is_kept = physical.deletion_policy == "Retain" && !retain_except_on_create;
            self.doomed.push(Doomed { physical, is_kept });
        }
    }
}

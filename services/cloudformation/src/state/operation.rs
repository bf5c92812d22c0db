//! The operation that a stack is in.

use super::Desired;
use api_cloudformation::StackStatus;
use base::Timestamp;
use kernel::{Call, Context, Principal, Record, Rows};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// One row per stack in which something goes on, by the stack's UUID. The reconciler's work list.
pub(crate) const OPERATIONS: Rows<String, Operation> = Rows::new("operation");

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) phase: Phase,
    /// What the stack becomes, in the phases that make.
    pub(crate) desired: Desired,
    pub(crate) actor: Actor,
    /// The client's token, which every event repeats.
    pub(crate) token: Option<String>,
    pub(crate) on_failure: OnFailure,
    pub(crate) retain_except_on_create: bool,
    pub(crate) started: Timestamp,
    pub(crate) deadline: Option<Timestamp>,
    /// Logical ids that a deletion leaves alone.
    pub(crate) retain: BTreeSet<String>,
    /// Logical ids that a continued rollback passes over.
    pub(crate) skip: BTreeSet<String>,
    /// A deletion that forgets what it cannot delete.
    pub(crate) is_forced: bool,
    /// What the caller wants instead, while it runs.
    pub(crate) cancel: Option<Cancel>,
}
impl Record for Operation {}

/// Where an operation stands. The first three make resources, the others delete them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    Create,
    Update,
    /// After a failed update: every touched resource as it was.
    Restore,
    /// After an update: what was replaced or left the template.
    CleanUp,
    /// After a restore: what the failed update made.
    CleanUpRestored,
    /// After a failed creation: everything.
    Undo,
    Delete,
}

impl Phase {
    /// The stack's status while it lasts.
    pub(crate) fn status(self) -> StackStatus {
        match self {
            Self::Create => StackStatus::CreateInProgress,
            Self::Update => StackStatus::UpdateInProgress,
            Self::Restore => StackStatus::UpdateRollbackInProgress,
            Self::CleanUp => StackStatus::UpdateCompleteCleanupInProgress,
            Self::CleanUpRestored => StackStatus::UpdateRollbackCompleteCleanupInProgress,
            Self::Undo => StackStatus::RollbackInProgress,
            Self::Delete => StackStatus::DeleteInProgress,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OnFailure {
    Rollback,
    DoNothing,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Cancel {
    /// CancelUpdateStack.
    RollBack,
    /// DeleteStack of a stack that is being created.
    Delete,
}

/// In whose name a stack's resources are made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Actor {
    principal: Principal,
    access_key_id: String,
    source_ip: String,
    user_agent: String,
    context: Context,
    session_policies: Vec<String>,
    /// Where it is set, this role is assumed instead.
    pub(crate) role: Option<String>,
}

impl Actor {
    pub(crate) fn of(call: &Call, role: Option<String>) -> Self {
        Self {
            principal: call.principal.clone(),
            access_key_id: call.access_key_id.clone(),
            source_ip: call.source_ip.clone(),
            user_agent: call.user_agent.clone(),
            context: call.context.clone(),
            session_policies: call.session_policies.to_vec(),
            role,
        }
    }
    /// The call as the caller made it, without the role.
    pub(crate) fn call(&self, anonymous: Call) -> Call {
        Call {
            principal: self.principal.clone(),
            access_key_id: self.access_key_id.clone(),
            source_ip: self.source_ip.clone(),
            user_agent: self.user_agent.clone(),
            context: self.context.clone(),
            session_policies: Arc::new(self.session_policies.clone()),
            ..anonymous
        }
    }
}

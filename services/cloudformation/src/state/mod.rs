//! What the service keeps. A stack's rows are keyed by its id's last part, a UUID, because names come back: a deleted
//! stack stays describable by its id while another one has its name.

mod awaited;
mod event;
mod operation;
mod resource;
mod stack;

pub(crate) use awaited::{AWAITED, Awaited, WAITS, Wait};
pub(crate) use event::{EVENTS, Event, Said, say};
pub(crate) use operation::{Actor, Cancel, OPERATIONS, OnFailure, Operation, Phase};
pub(crate) use resource::{Action, Before, Doomed, Outcome, Physical, RESOURCES, Resource, Step};
pub(crate) use stack::{
    CHANGE_SETS, ChangeSet, Desired, EXPORTS, Export, IMPORTS, Import, NAMES, Name, Output, STACKS, Stack, change_sets,
    find_stack, stack_arn, users_of_export, validation,
};

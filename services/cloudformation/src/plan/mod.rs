//! What is to be done, as functions of what there is: no rows, no calls, no waiting.

mod compare;
mod order;
mod page;
mod reason;

pub(crate) use compare::{Difference, difference, values_at};
pub(crate) use order::{deletable, makeable};
pub(crate) use page::page;
pub(crate) use reason::{failed_list, handler, is_denial, problems};

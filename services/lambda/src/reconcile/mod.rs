//! Background work: asynchronous invocations, and code that nobody needs any more.

mod deliver_events;
mod sweep_code;

pub(crate) use deliver_events::DeliverEvents;
pub(crate) use sweep_code::SweepCode;

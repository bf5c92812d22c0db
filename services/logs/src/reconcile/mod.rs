//! Background work.

mod trim_events;

pub(crate) use trim_events::TrimEvents;

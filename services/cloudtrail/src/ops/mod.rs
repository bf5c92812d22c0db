//! The operations.

mod lookup_events;
mod trails;

//! Where an event stands in its stream, as tokens and event ids say it.
//!
//! A place is 128 bits, time before arrival, written as the 56 digits that AWS's tokens have.

use crate::state::{EVENTS, Event, EventKey};
use api_logs::errors;
use base::Fault;
use kernel::{Order, Outcome, Tx};
use std::ops::Bound;

/// A place in a stream: before, at or after events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) time: i64,
    pub(crate) number: u64,
}

/// AWS: no answer carries more than this, or more events than that.
pub(crate) const PAGE_BYTES: usize = 1_048_576;
pub(crate) const PAGE_EVENTS: usize = 10_000;

impl Place {
    pub(crate) fn digits(self) -> String {
        let number = (u128::from(self.time.cast_unsigned()) << 64) | u128::from(self.number);
        format!("{number:056}")
    }
    pub(crate) fn parse(digits: &str) -> Option<Self> {
        let number: u128 = digits.parse().ok()?;
        let low = u128::from(u64::MAX);
        let half = |bits: u128| u64::try_from(bits & low).ok();
        Some(Self { time: half(number >> 64)?.cast_signed(), number: half(number)? })
    }
}

/// What `nextForwardToken` and `nextBackwardToken` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    After(Place),
    Before(Place),
}

impl Token {
    pub(crate) fn parse(text: &str) -> Outcome<Self> {
        let wrong = || errors::invalid_parameter_exception("The specified nextToken is invalid.");
        let inner = text.strip_suffix("/s").ok_or_else(wrong)?;
        let place = |digits: &str| Place::parse(digits).ok_or_else(wrong);
        match (inner.strip_prefix("f/"), inner.strip_prefix("b/")) {
            (Some(digits), _) => place(digits).map(Self::After),
            (_, Some(digits)) => place(digits).map(Self::Before),
            _ => Err(wrong()),
        }
    }
}

impl std::fmt::Display for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::After(place) => write!(f, "f/{}/s", place.digits()),
            Self::Before(place) => write!(f, "b/{}/s", place.digits()),
        }
    }
}

/// The events of one stream in either order, without those at `from` and with those from `from_time` on.
pub(crate) fn scan<'a>(
    tx: &'a Tx<'_>,
    group: &str,
    stream: &str,
    from: Bound<Place>,
    order: Order,
) -> impl Iterator<Item = Result<(Place, Event), Fault>> + 'a {
    let prefix = (group.to_owned(), stream.to_owned());
    let key = |place: Place| -> EventKey { (prefix.0.clone(), prefix.1.clone(), place.time, place.number) };
    let from = from.map(key);
    let rows = tx.scan_from(&EVENTS, prefix.clone(), from, order);
    rows.map(|row| row.map(|((_, _, time, number), event)| (Place { time, number }, event)))
}

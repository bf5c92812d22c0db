//! Time as an argument.
//!
//! One [`Clock`] is made by the binary (or by a test) and handed down. It can be moved while the model runs
//! (`maquette clock +8d`): what sleeps learns of it through [`Clock::on_move`].

use serde::{Deserialize, Serialize};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};
use time::{
    OffsetDateTime, format_description::BorrowedFormatItem, format_description::well_known::Rfc3339,
    macros::format_description,
};

/// Milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

const HTTP_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
const ISO_SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
const ISO_MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
const BASIC: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

impl Timestamp {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }
    /// Seconds with a fraction, as JSON protocols write times.
    pub fn from_secs_f64(seconds: f64) -> Self {
        Self((seconds * 1000.0).round() as i64)
    }
    pub const fn millis(self) -> i64 {
        self.0
    }
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
    pub fn secs_f64(self) -> f64 {
        self.0 as f64 / 1000.0
    }
    #[must_use]
    pub const fn plus_secs(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }
    /// Milliseconds from `earlier` to here; negative when `earlier` is later.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    fn civil(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }
    fn write(self, format: &[BorrowedFormatItem<'_>]) -> String {
        self.civil().format(format).expect("the formats above name only parts that every date has")
    }
    /// `2026-11-20T18:17:00Z`
    pub fn iso(self) -> String {
        self.write(ISO_SECONDS)
    }
    /// `2026-11-20T18:17:00.123Z`
    pub fn iso_millis(self) -> String {
        self.write(ISO_MILLIS)
    }
    /// `20261120T181700Z`, as signatures write it.
    pub fn basic(self) -> String {
        self.write(BASIC)
    }
    /// `Fri, 20 Nov 2026 18:17:00 GMT`
    pub fn http_date(self) -> String {
        self.write(HTTP_DATE)
    }
    pub fn parse_iso(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::from_civil)
    }
    pub fn parse_basic(text: &str) -> Option<Self> {
        time::PrimitiveDateTime::parse(text, BASIC).ok().map(|civil| Self::from_civil(civil.assume_utc()))
    }
    pub fn parse_http_date(text: &str) -> Option<Self> {
        time::PrimitiveDateTime::parse(text, HTTP_DATE).ok().map(|civil| Self::from_civil(civil.assume_utc()))
    }
    fn from_civil(civil: OffsetDateTime) -> Self {
        Self((civil.unix_timestamp_nanos() / 1_000_000) as i64)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.iso_millis())
    }
}

/// The clock of one model. Clones share it.
#[derive(Clone)]
pub struct Clock(Arc<Shared>);

struct Shared {
    source: Source,
    /// How far the model's time is moved from its source, in milliseconds.
    offset: AtomicI64,
    on_move: Mutex<Vec<Box<dyn Fn() + Send + Sync>>>,
}

enum Source {
    Machine,
    /// Stands still until it is moved.
    Still(Timestamp),
}

impl Clock {
    pub fn system() -> Self {
        Self::of(Source::Machine)
    }
    /// A clock that only moves when it is told to: for tests.
    pub fn still(at: Timestamp) -> Self {
        Self::of(Source::Still(at))
    }
    fn of(source: Source) -> Self {
        Self(Arc::new(Shared { source, offset: AtomicI64::new(0), on_move: Mutex::default() }))
    }
    pub fn now(&self) -> Timestamp {
        let source = match self.0.source {
            Source::Still(at) => at,
            Source::Machine => machine_now(),
        };
        source.plus_millis(self.offset_millis())
    }
    pub fn offset_millis(&self) -> i64 {
        self.0.offset.load(Ordering::Acquire)
    }
    /// Moves the model's time so that it stands `offset` milliseconds from its source, and wakes what waits.
    pub fn set_offset_millis(&self, offset: i64) {
        self.0.offset.store(offset, Ordering::Release);
        for wake in self.0.on_move.lock().expect("no one panics while holding the list").iter() {
            wake();
        }
    }
    pub fn advance_millis(&self, millis: i64) {
        self.set_offset_millis(self.offset_millis().saturating_add(millis));
    }
    /// Calls `wake` after each move of the clock.
    pub fn on_move(&self, wake: impl Fn() + Send + Sync + 'static) {
        self.0.on_move.lock().expect("no one panics while holding the list").push(Box::new(wake));
    }
    /// Whether time passes by itself.
    pub fn is_still(&self) -> bool {
        matches!(self.0.source, Source::Still(_))
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock").field("now", &self.now()).field("offset_millis", &self.offset_millis()).finish()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
fn machine_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_reads_back() {
        let at = Timestamp::from_secs(1_795_198_620);
        assert_eq!(Timestamp::parse_iso(&at.iso()), Some(at));
        assert_eq!(Timestamp::parse_iso(&at.iso_millis()), Some(at));
        assert_eq!(Timestamp::parse_basic(&at.basic()), Some(at));
        assert_eq!(Timestamp::parse_http_date(&at.http_date()), Some(at));
    }

    #[test]
    fn moving_the_clock_wakes_who_waits() {
        let clock = Clock::still(Timestamp::from_secs(10));
        let woken = Arc::new(AtomicI64::new(0));
        let seen = woken.clone();
        clock.on_move(move || {
            seen.fetch_add(1, Ordering::SeqCst);
        });
        clock.advance_millis(5_000);
        assert_eq!((clock.now(), woken.load(Ordering::SeqCst)), (Timestamp::from_secs(15), 1));
    }
}

//! What every other part speaks in: ARNs, accounts and regions, time, chance.
//!
//! Nothing here does I/O, except that [`Clock::system`] reads the machine's clock and
//! [`Entropy::system`] is seeded by the machine; everything else takes both as arguments.

pub mod arn;
pub mod clock;
pub mod entropy;
pub mod fault;

pub use arn::{AccountId, Arn, Region};
pub use clock::{Clock, Timestamp};
pub use entropy::Entropy;
pub use fault::{Fault, FaultKind};

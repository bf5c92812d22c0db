//! Every row of a model, in key order, durable before it is answered.
//!
//! The idea: **one writer**. A write is a closure; closures run one after another on one thread, so they are
//! serialisable by construction and never run twice. Each sees what those before it wrote, in an overlay of its own
//! that is dropped whole when it refuses, so a failed write leaves no trace. Closures that arrive while the disk syncs
//! are committed together afterwards, with one sync. Reads take a [`Snapshot`] and wait for nobody.
//!
//! Invariants:
//! * Nobody is answered, not even with a refusal, before everything that the closure could have seen is durable.
//! * A closure that was accepted into the queue runs to its end, whether or not its caller still waits.
//! * A panic in a closure is that closure's [`Fault`](base::Fault) and nobody else's.
//! * A [`Fault`](base::Fault) of a commit means that the outcome is not known: all of the batch is there or none of it.
//!
//! Left out: more than one process (the PostgreSQL engine's task), and time. What is large is not here but in `blob`.

mod engine;
mod key;
mod open;
mod overlay;
mod queue;
mod read;
mod rows;
mod store;
mod tx;
mod watch;
mod writer;

pub use key::{KeyPart, KeyPrefix};
pub use open::{FORMAT, OpenError};
pub use read::{KeyRange, Order, Read, Row, Scan, Snapshot};
pub use redb::{StorageBackend, backends::InMemoryBackend};
pub use rows::{Record, Rows, decode};
pub use store::Store;
pub use tx::Tx;
pub use watch::Watch;

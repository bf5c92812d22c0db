//! What an operation is to its service.

use crate::{Access, Call, Cloud, Tx};
use shape::{ApiError, Operation};
use std::future::Future;

/// An answer, or the error the caller gets.
pub type Outcome<T> = Result<T, ApiError>;

/// An operation that sees a snapshot and changes nothing.
pub trait Read<Op: Operation>: Send + Sync + 'static {
    fn access(call: &Call, input: &Op::Input) -> Access;
    fn read(tx: &Tx<'_>, call: &Call, input: Op::Input) -> Outcome<Op::Output>;
}

/// An operation whose writes appear together or not at all. Runs on the one writer thread: it computes, it never waits.
pub trait Write<Op: Operation>: Send + Sync + 'static {
    fn access(call: &Call, input: &Op::Input) -> Access;
    fn write(tx: &mut Tx<'_>, call: &Call, input: Op::Input) -> Outcome<Op::Output>;
}

/// An operation with streams, long waits or calls to other services: it opens short transactions of its own.
pub trait Serve<Op: Operation>: Send + Sync + 'static {
    fn access(call: &Call, input: &Op::Input) -> Access;
    fn serve(&self, cloud: &Cloud, call: &Call, input: Op::Input) -> impl Future<Output = Outcome<Op::Output>> + Send;
}

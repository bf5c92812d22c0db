//! What went wrong on our side. The log gets all of it; the caller learns a request id.

use std::{error::Error, fmt, io, sync::Arc};

/// It can be cloned, because one failed commit fails every write that shared it.
#[derive(Clone, Debug)]
pub struct Fault {
    pub kind: FaultKind,
    /// What failed, to what: lower case, for the log.
    pub message: String,
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// A bug, or the machine failing in a way nobody planned for.
    Internal,
    /// No space left for what was to be written. Nothing acknowledged is lost.
    StorageFull,
    /// The model is stopping.
    Stopping,
}

impl Fault {
    pub fn internal(message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Internal, message: message.into(), source: None }
    }
    pub fn of(kind: FaultKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }
    /// An I/O error, after what was being done when it happened.
    pub fn of_io(message: impl Into<String>, error: io::Error) -> Self {
        Self::of(FaultKind::of_io(&error), message).caused_by(error)
    }
}

impl FaultKind {
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::StorageFull,
            _ => Self::Internal,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.source {
            Some(source) => write!(f, "{}: {source}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl Error for Fault {}

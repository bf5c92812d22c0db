//! Why a sandbox could not be started.

use std::{fmt, io, path::PathBuf};

#[derive(Debug)]
pub enum Error {
    /// The [`crate::Spec`] asks for something that cannot be; says what.
    Spec(String),
    /// The runner's own directory cannot be used.
    State { path: PathBuf, source: io::Error },
    /// The shim could not be started or did not answer.
    Start { source: io::Error },
    /// The kernel refused a step of making the sandbox. [`crate::doctor`] knows more.
    Step { step: String, source: io::Error },
    /// No interpreter of that name runs on this machine.
    Interpreter { name: String, source: io::Error },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spec(reason) => write!(f, "this sandbox cannot be: {reason}"),
            Self::State { path, source } => write!(f, "cannot use {}: {source}", path.display()),
            Self::Start { source } => write!(f, "cannot start a sandbox: {source}"),
            Self::Step { step, source } => write!(f, "cannot {step}: {source}"),
            Self::Interpreter { name, source } => write!(f, "no usable {name} on this machine: {source}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Spec(_) => None,
            Self::State { source, .. }
            | Self::Start { source }
            | Self::Step { source, .. }
            | Self::Interpreter { source, .. } => Some(source),
        }
    }
}

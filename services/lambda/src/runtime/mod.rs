//! Runtimes: which there are, and what an environment of each needs.
//!
//! `provided` programs run as they are. Python and Node.js run on this machine's interpreters under a bootstrap of our
//! own, which speaks the Runtime API as AWS's does.

mod interpreters;

pub(crate) use interpreters::Interpreters;

use runner::Mount;
use std::path::PathBuf;

/// What starts a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// The package brings its own `bootstrap`.
    Provided,
    Python,
    Node,
}

const PYTHON_BOOT: &str = include_str!("boot/bootstrap.py");
const NODE_BOOT: &str = include_str!("boot/bootstrap.mjs");
pub(crate) const PYTHON_RESPONSE: &str = include_str!("boot/cfnresponse.py");
pub(crate) const NODE_RESPONSE: &str = include_str!("boot/cfn-response.js");

impl Family {
    /// `Err` is what is not supported, by name.
    pub(crate) fn of(runtime: &str) -> Result<Self, String> {
        match runtime {
            "provided" | "provided.al2" | "provided.al2023" => Ok(Self::Provided),
            "python2.7" => Err("the runtime python2.7".into()),
            _ if runtime.starts_with("python3.") => Ok(Self::Python),
            _ if runtime.starts_with("nodejs") => Ok(Self::Node),
            _ => Err(format!("the runtime {runtime}")),
        }
    }

    /// The names under which to look for an interpreter, the one that was asked for first.
    fn interpreters(self, runtime: &str) -> Vec<String> {
        match self {
            Self::Provided => Vec::new(),
            Self::Python => vec![runtime.to_owned(), "python3".to_owned()],
            Self::Node => vec!["node".to_owned()],
        }
    }

    /// What to install when there is no interpreter.
    fn remedy(self) -> &'static str {
        match self {
            Self::Provided => "",
            Self::Python => "install Python 3 (for example `apt install python3`) and start Maquette again",
            Self::Node => "install Node.js (for example `apt install nodejs`) and start Maquette again",
        }
    }
}

/// How to start a function of one runtime on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Launcher {
    pub(crate) command: PathBuf,
    pub(crate) args: Vec<String>,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) env: Vec<(String, String)>,
    /// What INIT_START says of it.
    pub(crate) description: String,
}

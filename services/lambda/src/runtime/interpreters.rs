//! The interpreters of this machine, each looked for once.

use super::{Family, Launcher, NODE_BOOT, PYTHON_BOOT};
use runner::{Interpreter, Mount};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

#[derive(Debug, Default)]
pub(crate) struct Interpreters(Mutex<HashMap<String, Result<Launcher, String>>>);

/// The modules of AWS's Python runtime that this machine's interpreter may have.
const FIND_PYTHON_MODULES: &str = "import importlib.util as u\n\
    for name in ['boto3', 'botocore', 's3transfer', 'jmespath', 'dateutil', 'urllib3', 'six']:\n\
    \x20 s = u.find_spec(name)\n\
    \x20 if s and s.origin:\n\
    \x20   import os; print(os.path.dirname(s.origin) if s.submodule_search_locations else s.origin)";

impl Interpreters {
    /// How to start `runtime`, or a sentence that says what is missing. Blocks the first time, for as long as an
    /// interpreter takes to start.
    pub(crate) fn launcher(&self, family: Family, runtime: &str) -> Result<Launcher, String> {
        if family == Family::Provided {
            return Ok(provided(runtime));
        }
        if let Some(known) = self.0.lock().expect("looking does not panic").get(runtime) {
            return known.clone();
        }
        let found = find(family, runtime);
        self.0.lock().expect("looking does not panic").insert(runtime.to_owned(), found.clone());
        found
    }
}

fn provided(runtime: &str) -> Launcher {
    Launcher {
        // Which of the two places has it is found out inside the package.
        command: PathBuf::from("/var/task/bootstrap"),
        args: Vec::new(),
        mounts: Vec::new(),
        env: Vec::new(),
        description: format!("{runtime} (this machine's userland)"),
    }
}

fn find(family: Family, runtime: &str) -> Result<Launcher, String> {
    let mut why = String::new();
    for name in family.interpreters(runtime) {
        match runner::interpreter(&name) {
            Ok(found) if family == Family::Python => return Ok(python(runtime, found)),
            Ok(found) => return Ok(node(runtime, found)),
            Err(error) => why = error.to_string(),
        }
    }
    Err(format!("The runtime {runtime} cannot run here: {why}; {}.", family.remedy()))
}

fn python(runtime: &str, found: Interpreter) -> Launcher {
    let mut mounts = found.mounts;
    mounts.push(Mount::file("/var/runtime/bootstrap.py", PYTHON_BOOT));
    for module in python_modules(&found.path) {
        if let Some(name) = module.file_name() {
            mounts.push(Mount::bind(&module, Path::new("/var/runtime").join(name)));
        }
    }
    Launcher {
        args: vec!["-u".into(), "/var/runtime/bootstrap.py".into()],
        command: found.path,
        mounts,
        env: vec![("PYTHONPATH".into(), "/var/runtime".into()), ("PYTHONDONTWRITEBYTECODE".into(), "1".into())],
        description: format!("{runtime} (this machine's Python {})", found.version),
    }
}

fn python_modules(interpreter: &Path) -> Vec<PathBuf> {
    let answer = Command::new(interpreter).args(["-c", FIND_PYTHON_MODULES]).stdin(Stdio::null()).output();
    let text = answer.map(|answer| String::from_utf8_lossy(&answer.stdout).into_owned()).unwrap_or_default();
    text.lines().map(PathBuf::from).filter(|path| path.is_absolute()).collect()
}

fn node(runtime: &str, found: Interpreter) -> Launcher {
    let mut mounts = found.mounts;
    mounts.push(Mount::file("/var/runtime/bootstrap.mjs", NODE_BOOT));
    let major = found.version.split('.').next().unwrap_or_default();
    let paths = format!(
        "/opt/nodejs/node{major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task"
    );
    Launcher {
        args: vec!["/var/runtime/bootstrap.mjs".into()],
        command: found.path,
        mounts,
        env: vec![("NODE_PATH".into(), paths)],
        description: format!("{runtime} (this machine's Node.js {})", found.version),
    }
}

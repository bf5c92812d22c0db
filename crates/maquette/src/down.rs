//! `maquette down`: the end of a running model. The next start finds everything.

use crate::{Done, client, model::Running};
use clap::Args;
use serde_json::json;
use std::{path::Path, process::ExitCode, time::Duration};

#[derive(Debug, Args)]
pub(crate) struct Arguments {}

pub(crate) fn main(data: &Path, _: &Arguments) -> Done {
    if Running::find(data).is_none() {
        eprintln!("no model runs over {}", data.display());
        return Ok(ExitCode::SUCCESS);
    }
    stop(data)
}

/// How long a model is given to end by itself.
const PATIENCE: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(crate) fn stop(data: &Path) -> Done {
    let Some(model) = Running::find(data) else { return Ok(ExitCode::SUCCESS) };
    client::post(&model, "stop", &json!({}))?;
    let process = format!("/proc/{}", model.pid);
    let mut left = PATIENCE;
    while Path::new(&process).exists() && !is_finished(model.pid) {
        if left.is_zero() {
            return Err(format!(
                "the model (process {}) does not stop; end it with `kill -9 {}`: nothing that it acknowledged is lost",
                model.pid, model.pid
            ));
        }
        #[expect(clippy::disallowed_methods, reason = "another process ends in the machine's time")]
        std::thread::sleep(LOOK_EVERY);
        left = left.saturating_sub(LOOK_EVERY);
    }
    Ok(ExitCode::SUCCESS)
}

/// A process that has ended and whose parent has not looked yet.
fn is_finished(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('Z'))
}

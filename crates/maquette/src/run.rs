//! `maquette run -- CMD`: a command that takes the model for AWS.

use crate::{Done, env, model::Running};
use clap::Args;
use std::{ffi::OsString, os::unix::process::CommandExt, path::Path, process::Command};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Keep the credentials of the environment instead of the root user's
    #[arg(long)]
    keep_credentials: bool,
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
    command: Vec<OsString>,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let model = Running::get(data)?;
    let [program, rest @ ..] = arguments.command.as_slice() else { return Err("say which command to run".into()) };
    let mut command = command(data, &model, program, arguments.keep_credentials);
    command.args(rest);
    // In this process's place: signals and the exit code are the command's own.
    let why = command.exec();
    Err(format!("{} cannot be run: {why}", program.display()))
}

/// `program` in the model's environment.
pub(crate) fn command(data: &Path, model: &Running, program: &std::ffi::OsStr, keep_credentials: bool) -> Command {
    let mut command = Command::new(program);
    for (name, value) in env::variables(data, model) {
        let is_credential = matches!(name, "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY");
        if !(keep_credentials && is_credential) {
            command.env(name, value);
        }
    }
    if !keep_credentials {
        for name in env::CLEARED {
            command.env_remove(name);
        }
    }
    command
}

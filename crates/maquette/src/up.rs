//! `maquette up DIR`: a model that runs, with a system deployed onto it.

use crate::{Done, model::Running, run};
use clap::Args;
use std::{
    ffi::OsString,
    fs::{self, File},
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Return when the system is up, and leave the model running
    #[arg(long)]
    detach: bool,
    /// The port for a model that has to be started
    #[arg(long, default_value_t = crate::model::DEFAULT_PORT)]
    port: u16,
    /// The system's folder: its ./deploy is run, else its template.yaml is deployed
    dir: PathBuf,
    /// Handed to the system's own tool
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARG")]
    rest: Vec<OsString>,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let (model, mut child) = match Running::find(data) {
        Some(model) => {
            eprintln!("the model at {} runs already", model.url());
            (model, None)
        }
        None => {
            eprintln!("starting a model over {} …", data.display());
            let (model, child) = start(data, arguments)?;
            eprintln!("the model serves at {}", model.url());
            (model, Some(child))
        }
    };
    if let Err(why) = deploy(data, &model, arguments) {
        if let Some(child) = &mut child {
            eprintln!("the model is left running, so that you can look: maquette status, maquette down");
            // The child goes on by itself: it is in a session of its own.
            let _ = child.try_wait();
        }
        return Err(why);
    }
    say_how_to_go_on(&model);
    match child {
        Some(child) if !arguments.detach => wait(data, child),
        Some(_) => Ok(ExitCode::SUCCESS),
        None => {
            eprintln!("\nThe model ran before and goes on.");
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Starts a model in a session of its own, its talk in `maquette.log`.
fn start(data: &Path, arguments: &Arguments) -> Result<(Running, Child), String> {
    fs::create_dir_all(data).map_err(|why| format!("{} cannot be made: {why}", data.display()))?;
    let log = data.join("maquette.log");
    let talk =
        File::options().create(true).append(true).open(&log).map_err(|why| format!("{}: {why}", log.display()))?;
    let itself = std::env::current_exe().map_err(|why| format!("this program cannot find itself: {why}"))?;
    let mut command = Command::new(itself);
    command.arg("start").arg("--data").arg(data).arg("--port").arg(arguments.port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(talk).process_group(0);
    let mut child = command.spawn().map_err(|why| format!("the model cannot be started: {why}"))?;
    let mut line = String::new();
    let said = child.stdout.take().map(BufReader::new).and_then(|mut out| out.read_line(&mut line).ok());
    match (said, Running::find(data)) {
        (Some(_), Some(model)) if line.starts_with("ready ") => Ok((model, child)),
        _ => {
            let why = fs::read_to_string(&log).unwrap_or_default();
            let last = why.lines().last().unwrap_or("it said nothing").to_owned();
            Err(format!("the model does not start: {}", last.trim_start_matches("maquette: ")))
        }
    }
}

/// Runs the system's own tool in the model's environment.
fn deploy(data: &Path, model: &Running, arguments: &Arguments) -> Result<(), String> {
    let dir = fs::canonicalize(&arguments.dir).map_err(|why| format!("{}: {why}", arguments.dir.display()))?;
    let script = dir.join("deploy");
    let mut command = if script.is_file() {
        run::command(data, model, script.as_os_str(), false)
    } else {
        let template = ["template.yaml", "template.yml", "template.json"].map(|name| dir.join(name));
        let Some(template) = template.iter().find(|path| path.is_file()) else {
            return Err(format!(
                "{} has neither ./deploy nor template.yaml; CDK and Terraform folders are not deployed by `up` yet: \
                 use `maquette run -- cdk deploy` or `maquette run -- terraform apply`",
                dir.display()
            ));
        };
        let name = dir.file_name().unwrap_or_default().to_string_lossy().replace(['_', '.'], "-");
        let mut command = run::command(data, model, "aws".as_ref(), false);
        command.args(["cloudformation", "deploy", "--stack-name", &name, "--no-fail-on-empty-changeset"]);
        command.args(["--capabilities", "CAPABILITY_NAMED_IAM", "--template-file"]).arg(template);
        command
    };
    let done = command.args(&arguments.rest).current_dir(&dir).status();
    let done = done.map_err(|why| format!("{} cannot be run: {why}", command.get_program().display()))?;
    if done.success() {
        return Ok(());
    }
    Err(format!("deploying {} failed ({done}); the lines above say why", dir.display()))
}

fn say_how_to_go_on(model: &Running) {
    eprintln!();
    eprintln!("  open it       maquette browse            (a browser that sees the model's internet)");
    eprintln!("  any client    maquette run -- aws s3 ls  (or point AWS_ENDPOINT_URL at {})", model.url());
    eprintln!("  look inside   maquette status · maquette mail · maquette explain denied");
    eprintln!("  stop it       maquette down");
}

/// Stays until Ctrl-C, then stops the model.
fn wait(data: &Path, mut child: Child) -> Done {
    eprintln!("\nCtrl-C stops everything.");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|why| format!("the runtime does not start: {why}"))?;
    let interrupted = runtime.block_on(async {
        let exited = tokio::task::spawn_blocking(move || child.wait());
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(|why| why.to_string())?;
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Ok(true),
            _ = terminate.recv() => Ok(true),
            _ = exited => Ok::<_, String>(false),
        }
    })?;
    if interrupted {
        eprintln!("stopping …");
        let stopped = crate::down::stop(data);
        runtime.shutdown_background();
        return stopped;
    }
    Err("the model has ended; its log is maquette.log in the data folder".into())
}

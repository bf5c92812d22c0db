//! The binary: command line, configuration, the one list of services.
//!
//! A command is a file. [`start`] runs a model in the foreground; the others find a running one by its data folder and
//! talk to it over its port.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to the person who runs it")]

mod browse;
mod client;
mod clock;
mod doctor;
mod down;
mod env;
mod explain;
mod mail;
mod model;
mod run;
mod services;
mod start;
mod status;
mod table;
mod up;

use clap::{CommandFactory, Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// Runs AWS architectures as working scale models on this machine.
#[derive(Debug, Parser)]
#[command(name = "maquette", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    /// The model's data folder; a command finds its model by it [default: ~/.maquette]
    #[arg(long, global = true, env = "MAQUETTE_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a model in the foreground; prints `ready http://127.0.0.1:PORT` once it serves
    Start(start::Arguments),
    /// Start a model if none runs, then deploy DIR with its own tool
    Up(up::Arguments),
    /// Run a command with the credentials, region, proxy and CA of the model
    Run(run::Arguments),
    /// Print what `run` sets, for a shell or a program
    Env(env::Arguments),
    /// Services, stacks, resources, and the addresses that a person can open
    Status(status::Arguments),
    /// Open a browser that sees the model's internet
    Browse(browse::Arguments),
    /// Say why something is refused
    Explain(explain::Arguments),
    /// Show or move the model's time: `+8d`, `-2h`, `reset`
    Clock(clock::Arguments),
    /// Read what the model would have mailed
    Mail(mail::Arguments),
    /// Probe this machine: what is missing, what it costs, how to mend it
    Doctor(doctor::Arguments),
    /// Stop the running model
    Down(down::Arguments),
    /// Print a completion script for a shell
    Completion { shell: clap_complete::Shell },
    /// List every operation and resource type that is supported
    Supported(services::Arguments),
}

/// What a command failed with: a sentence for a person.
type Done = Result<ExitCode, String>;

fn main() -> ExitCode {
    // Before any thread: this binary is also what confines a workload.
    runner::shim_main();
    let cli = Cli::parse();
    let data = model::data_folder(cli.data);
    let done = match cli.command {
        Command::Start(arguments) => start::main(&data, &arguments),
        Command::Up(arguments) => up::main(&data, &arguments),
        Command::Run(arguments) => run::main(&data, &arguments),
        Command::Env(arguments) => env::main(&data, &arguments),
        Command::Status(arguments) => status::main(&data, &arguments),
        Command::Browse(arguments) => browse::main(&data, &arguments),
        Command::Explain(arguments) => explain::main(&data, &arguments),
        Command::Clock(arguments) => clock::main(&data, &arguments),
        Command::Mail(arguments) => mail::main(&data, &arguments),
        Command::Doctor(arguments) => doctor::main(&arguments),
        Command::Down(arguments) => down::main(&data, &arguments),
        Command::Completion { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "maquette", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
        Command::Supported(arguments) => services::main(&arguments),
    };
    done.unwrap_or_else(|why| {
        eprintln!("maquette: {why}");
        ExitCode::FAILURE
    })
}

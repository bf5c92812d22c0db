//! The project's own tools. The same words run everything, here and in CI: `cargo xtask ci`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool talks to the person who runs it")]

mod codegen;

use std::{path::PathBuf, process::ExitCode};

const USAGE: &str = "\
cargo xtask codegen [API…] [--check]   write api/*/src from AWS's public models (--check: compare only)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["codegen", rest @ ..] => codegen::run(&root(), rest),
        _ => Err(format!("unknown words; what there is:\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("xtask: {why}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask is a folder of the workspace").to_path_buf()
}

//! The project's own tools. The same words run everything, here and in CI: `cargo xtask ci`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool talks to the person who runs it")]

mod codegen;
mod new_op;
mod tidy;
mod whereis;

use std::{
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

const USAGE: &str = "\
cargo xtask where OPERATION            the hops from a request to its behaviour
cargo xtask new-op SERVICE OPERATION   the files and lines of a new operation
cargo xtask tidy                       the rules that the compiler does not check
cargo xtask ci                         what CI runs
cargo xtask codegen [API…] [--check]   write api/*/src from AWS's public models (--check: compare only)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["where", operation] => whereis::run(&root(), operation),
        ["new-op", service, operation] => new_op::run(&root(), service, operation),
        ["tidy"] => tidy::run(&root()),
        ["ci"] => ci(&root()),
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

/// The suite, as CI runs it.
fn ci(root: &Path) -> Result<(), String> {
    let done = Command::new(root.join("test")).current_dir(root).status().map_err(|why| format!("./test: {why}"))?;
    if done.success() { Ok(()) } else { Err(format!("./test failed ({done})")) }
}

/// The workspace's root.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("xtask is a folder of the workspace").to_path_buf()
}

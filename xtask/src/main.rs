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
cargo xtask supported [--check]        write docs/supported.md from the services' tables
cargo xtask ci                         what CI runs
cargo xtask codegen [API…] [--check]   write api/*/src from AWS's public models (--check: compare only)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["where", operation] => whereis::run(&root(), operation),
        ["new-op", service, operation] => new_op::run(&root(), service, operation),
        ["tidy"] => tidy::run(&root()),
        ["supported", rest @ ..] => supported(&root(), rest.contains(&"--check")),
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

/// What the binary says that it supports, as a page.
fn supported(root: &Path, is_check: bool) -> Result<(), String> {
    let told = Command::new("cargo")
        .args(["run", "--quiet", "--locked", "--package", "maquette", "--", "supported", "--markdown"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cargo: {why}"))?;
    if !told.status.success() {
        return Err(String::from_utf8_lossy(&told.stderr).into_owned());
    }
    let table = String::from_utf8_lossy(&told.stdout);
    let page = format!(
        "# What is supported\n\nWritten by `cargo xtask supported` from the services' tables. What is not here is refused \
         by name. Members and\nproperties that are refused or have no effect are listed in each `api/*/api.toml`, with \
         the reason.\n\n{table}"
    );
    let path = root.join("docs/supported.md");
    if !is_check {
        return std::fs::write(&path, page).map_err(|why| format!("{}: {why}", path.display()));
    }
    if std::fs::read_to_string(&path).unwrap_or_default() == page {
        return Ok(());
    }
    Err("docs/supported.md is not what the tables say; run `cargo xtask supported`".into())
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

//! `cargo xtask where PutItem`: the hops from a request to its behaviour.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub(super) fn run(root: &Path, operation: &str) -> Result<(), String> {
    let mut found = false;
    for api in folders(&root.join("api")) {
        let listed = api.join("src/ops.rs");
        let Some(line) = line_of(&listed, &format!("operation! {{ {operation}(")) else { continue };
        found = true;
        let file = format!("{}.rs", crate::codegen::snake(operation));
        println!("{operation} of {}", name(&api));
        hop(root, 0, "gateway: identify, verify, decode", &root.join("crates/gateway/src/serve.rs"), "async fn route(");
        hop(
            root,
            1,
            "dispatch: validate, authorize, run, record",
            &root.join("crates/kernel/src/dispatch.rs"),
            "pub async fn dispatch(",
        );
        for service in folders(&root.join("services")) {
            let Some(behaviour) =
                files(&service.join("src")).into_iter().find(|path| is_behaviour(path, &file, operation))
            else {
                continue;
            };
            hop(root, 2, "the service's table", &service.join("src/lib.rs"), &format!("::{operation}>()"));
            hop(root, 3, "what it touches, what it does", &behaviour, "fn access(");
            hop(root, 4, "its rows", &service.join("src/state.rs"), "");
        }
        println!("  shape {}:{line}", show(root, &listed));
    }
    if found { Ok(()) } else { Err(format!("no API of this tree lists an operation {operation}")) }
}

fn is_behaviour(path: &Path, file: &str, operation: &str) -> bool {
    path.file_name().is_some_and(|name| name == file)
        && fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("<{operation}> for")))
}

fn hop(root: &Path, number: u8, what: &str, path: &Path, mark: &str) {
    if path.exists() {
        let line = line_of(path, mark).unwrap_or(1);
        println!("  {number}  {:<58} {what}", format!("{}:{line}", show(root, path)));
    }
}

fn show(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string()
}

fn name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn line_of(path: &Path, mark: &str) -> Option<usize> {
    let text = fs::read_to_string(path).ok()?;
    text.lines().position(|line| line.contains(mark)).map(|at| at + 1)
}

pub(super) fn folders(parent: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    found.retain(|path| path.is_dir());
    found.sort();
    found
}

/// All Rust files below a folder.
pub(super) fn files(parent: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![parent.to_path_buf()];
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

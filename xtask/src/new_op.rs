//! `cargo xtask new-op dynamodb UpdateItem`: the files and lines of a new operation, ready to be filled in.

use crate::{codegen, whereis};
use std::{fs, path::Path};

/// What becomes of the rows.
const READS: [&str; 6] = ["Get", "List", "Describe", "Head", "Query", "Scan"];

pub(super) fn run(root: &Path, service: &str, operation: &str) -> Result<(), String> {
    let list = root.join("api").join(service).join("api.toml");
    let mut text = fs::read_to_string(&list).map_err(|why| format!("{}: {why}", list.display()))?;
    if text.contains(&format!("\"{operation}\"")) {
        return Err(format!("{} lists {operation} already", list.display()));
    }
    let end = text.find("operations = [").and_then(|start| Some(start + text[start..].find(']')?));
    let end = end.ok_or_else(|| format!("{} has no list of operations", list.display()))?;
    let before = text[..end].trim_end().trim_end_matches(',').len();
    text.replace_range(before..end, &format!(",\n    \"{operation}\",\n"));
    fs::write(&list, text).map_err(|why| why.to_string())?;
    codegen::run(root, &[service])?;

    let folder = root.join("services").join(service);
    let Some(type_name) = type_name(&folder) else {
        return Err(format!("{} has no `Service::of(&…::API, X)`: is it a service?", folder.display()));
    };
    let is_read = READS.iter().any(|read| operation.starts_with(read));
    let file = codegen::snake(operation);
    let path = folder.join("src/ops").join(format!("{file}.rs"));
    fs::write(&path, skeleton(service, operation, &type_name, is_read)).map_err(|why| why.to_string())?;
    insert_sorted(&folder.join("src/ops/mod.rs"), &format!("mod {file};"), "mod ")?;
    let crate_name = format!("api_{}", service.replace('-', "_"));
    let kind = if is_read { "read" } else { "write" };
    println!("wrote {}", path.display());
    println!("next:");
    println!("  1. the table, services/{service}/src/lib.rs:   .{kind}::<{crate_name}::{operation}>()");
    println!("  2. what it touches and does:                   {}", path.display());
    println!(
        "  3. each member of its input is honoured, or listed in api/{service}/api.toml as unsupported or no_effect"
    );
    println!("  4. a test in services/{service}/src/tests, and a line in conformance/ with a real client");
    whereis::run(root, operation)
}

/// The type that the service's operations are implemented for.
fn type_name(folder: &Path) -> Option<String> {
    let text = fs::read_to_string(folder.join("src/lib.rs")).ok()?;
    let rest = text.split("::API,").nth(1)?.trim_start();
    let name: String = rest.chars().take_while(|letter| letter.is_ascii_alphanumeric()).collect();
    (!name.is_empty()).then_some(name)
}

fn skeleton(service: &str, operation: &str, type_name: &str, is_read: bool) -> String {
    let api = format!("api_{}", service.replace('-', "_"));
    let (kind, method, tx) = if is_read { ("Read", "read", "&Tx<'_>") } else { ("Write", "write", "&mut Tx<'_>") };
    format!(
        "use crate::{type_name};\nuse {api}::{operation};\nuse kernel::{{Access, Call, Outcome, {kind}, Tx}};\nuse shape::Operation;\n\n\
         impl {kind}<{operation}> for {type_name} {{\n    \
         fn access(call: &Call, input: &<{operation} as Operation>::Input) -> Access {{\n        \
         Access::to(call.arn(\"{service}\", \"which resource?\"))\n    }}\n\n    \
         fn {method}(tx: {tx}, call: &Call, input: <{operation} as Operation>::Input) -> Outcome<<{operation} as Operation>::Output> {{\n        \
         Err(shape::ApiError::not_implemented(\"operation {operation}\"))\n    }}\n}}\n"
    )
}

/// Puts a line among its like, in order.
fn insert_sorted(path: &Path, line: &str, like: &str) -> Result<(), String> {
    let text = fs::read_to_string(path).map_err(|why| format!("{}: {why}", path.display()))?;
    let mut lines: Vec<&str> = text.lines().collect();
    let after = lines.iter().position(|other| other.starts_with(like) && *other > line);
    let last = lines.iter().rposition(|other| other.starts_with(like)).map_or(lines.len(), |at| at + 1);
    lines.insert(after.unwrap_or(last), line);
    fs::write(path, lines.join("\n") + "\n").map_err(|why| why.to_string())
}

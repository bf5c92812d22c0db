//! `maquette status`: what stands in the model, and where to open it.

use crate::{Done, client, model::Running, services, table};
use clap::Args;
use gateway::Status;
use kernel::Cloud;
use serde_json::{Value as Json, json};
use std::{future::Future, path::Path, pin::Pin, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let model = Running::get(data)?;
    let status = client::get(&model, "status")?;
    if arguments.json {
        println!("{status}");
        return Ok(ExitCode::SUCCESS);
    }
    let list = |name: &str| status[name].as_array().cloned().unwrap_or_default();
    let text = |json: &Json, name: &str| json[name].as_str().unwrap_or_default().to_owned();
    println!("model      {}  (process {})", model.url(), model.pid);
    println!("data       {}", data.display());
    println!("time       {}", text(&status, "now"));
    for (title, name, columns) in [
        ("stacks", "stacks", &["name", "status", "reason"][..]),
        ("resources", "resources", &["stack", "logical", "type", "physical", "status"][..]),
        ("addresses", "addresses", &["what", "url"][..]),
    ] {
        let rows: Vec<Vec<String>> =
            list(name).iter().map(|row| columns.iter().map(|column| text(row, column)).collect()).collect();
        if !rows.is_empty() {
            println!("\n{title}");
            table::print(columns, &rows);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The pages of `/_maquette/` that ask services.
#[derive(Debug)]
pub(crate) struct Pages;

impl Status for Pages {
    fn status<'a>(&'a self, cloud: &'a Cloud) -> Pin<Box<dyn Future<Output = Json> + Send + 'a>> {
        Box::pin(async move {
            json!({
                "now": cloud.clock().now().iso_millis(),
                "services": cloud.services().iter().map(services::describe).collect::<Vec<_>>(),
                "stacks": [],
                "resources": [],
                "addresses": [],
            })
        })
    }
}

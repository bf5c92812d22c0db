//! `maquette explain`: why something is refused, by the rule that refused it.

use crate::{Done, client, model::Running};
use clap::{Args, Subcommand};
use std::{path::Path, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The statement, or its absence, behind a denied call; the latest one unless a request is named
    Denied {
        request_id: Option<String>,
        /// All that is remembered, newest first
        #[arg(long, conflicts_with = "request_id")]
        all: bool,
        /// For programs
        #[arg(long)]
        json: bool,
    },
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let What::Denied { request_id, all, json } = &arguments.what;
    let model = Running::get(data)?;
    let path = request_id.as_ref().map_or_else(|| "denied".to_owned(), |id| format!("denied/{id}"));
    let found = client::get(&model, &path)?;
    let denials: Vec<_> = found.as_array().into_iter().flatten().take(if *all { usize::MAX } else { 1 }).collect();
    if denials.is_empty() {
        return match request_id {
            Some(id) => Err(format!("no denial is remembered for request {id}; they are kept for seven days")),
            None => {
                eprintln!("nothing was denied");
                Ok(ExitCode::SUCCESS)
            }
        };
    }
    for denial in denials {
        if *json {
            println!("{denial}");
            continue;
        }
        let text = |name: &str| denial[name].as_str().unwrap_or_default();
        println!("{}  request {}", text("time"), text("request_id"));
        println!("  who       {}", text("principal"));
        println!("  action    {}", text("action"));
        println!("  resource  {}", text("resource"));
        println!("  {}\n", text("because").replace('\n', "\n  "));
    }
    Ok(ExitCode::SUCCESS)
}

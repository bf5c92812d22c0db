//! `maquette mail`: the model's own post.

use crate::{Done, client, model::Running};
use clap::Args;
use std::{path::Path, process::ExitCode};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only messages to this address
    to: Option<String>,
    /// How many, the latest first
    #[arg(short = 'n', long, default_value_t = 10)]
    most: usize,
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(data: &Path, arguments: &Arguments) -> Done {
    let model = Running::get(data)?;
    let path = arguments.to.as_ref().map_or_else(|| "mail".to_owned(), |to| format!("mail/{to}"));
    let found = client::get(&model, &path)?;
    let mails: Vec<_> = found.as_array().into_iter().flatten().take(arguments.most).collect();
    if arguments.json {
        println!("{}", serde_json::Value::from_iter(mails.into_iter().cloned()));
        return Ok(ExitCode::SUCCESS);
    }
    if mails.is_empty() {
        eprintln!("no mail yet");
    }
    for mail in mails {
        let text = |name: &str| mail[name].as_str().unwrap_or_default().to_owned();
        println!(
            "{}  to {}\n  {}\n  {}\n",
            text("time"),
            text("to"),
            text("subject"),
            text("body").replace('\n', "\n  ")
        );
    }
    Ok(ExitCode::SUCCESS)
}

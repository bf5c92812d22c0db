//! `maquette doctor`: what this machine can carry.

use crate::Done;
use clap::Args;
use runner::doctor::{Finding, Outcome};
use serde_json::{Value as Json, json};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
}

pub(crate) fn main(arguments: &Arguments) -> Done {
    let findings = runner::doctor::examine().map_err(|why| format!("this machine cannot be probed: {why}"))?;
    if arguments.json {
        println!("{}", findings.iter().map(as_json).collect::<Json>());
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        let (mark, why) = told(&finding.outcome);
        println!("{mark:<8} {}", finding.name);
        if finding.outcome != Outcome::Works {
            println!(
                "         {}{}\n         {}",
                why.map(|why| format!("{why}; ")).unwrap_or_default(),
                finding.cost,
                finding.remedy
            );
        }
    }
    let can_run = findings.iter().all(|finding| !matches!(finding.outcome, Outcome::Missing(_)));
    Ok(if can_run { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One word for the outcome, and what the kernel said.
fn told(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::Works => ("works", None),
        Outcome::Weaker(why) => ("weaker", Some(why)),
        Outcome::Missing(why) => ("missing", Some(why)),
        Outcome::Unknown => ("unknown", None),
    }
}

fn as_json(finding: &Finding) -> Json {
    let (outcome, why) = told(&finding.outcome);
    json!({"name": finding.name, "outcome": outcome, "why": why, "cost": finding.cost, "remedy": finding.remedy})
}

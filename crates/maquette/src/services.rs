//! The one list of services, and what they support.

use crate::Done;
use clap::Args;
use kernel::Service;
use serde_json::{Value as Json, json};
use std::process::ExitCode;

/// Every service of the model.
#[rustfmt::skip] // One line each: a list is read, and merged, by lines.
pub(crate) fn all() -> Vec<Service> {
    vec![
        apigatewayv2::service(),
        cloudformation::service(),
        cloudfront::service(),
        cloudtrail::service(),
        cognito_idp::service(),
        dynamodb::service(),
        iam::service(),
        iam::sts(),
        lambda::service(),
        logs::service(),
        s3::service(),
        ssm::service(),
    ]
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For programs
    #[arg(long)]
    json: bool,
    /// As the table of the README
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
}

pub(crate) fn main(arguments: &Arguments) -> Done {
    let mut services = all();
    services.sort_by_key(|service| service.api().name);
    if arguments.json {
        println!("{}", Json::Array(services.iter().map(describe).collect()));
    } else if arguments.markdown {
        println!("| service | operations | CloudFormation types |\n|---|---|---|");
        for service in &services {
            println!("| {} | {} | {} |", service.api().name, operations(service).join(", "), types(service).join(", "));
        }
    } else {
        for service in &services {
            println!("{}\n  {}", service.api().name, operations(service).join(" "));
            if !types(service).is_empty() {
                println!("  {}", types(service).join(" "));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn describe(service: &Service) -> Json {
    json!({"service": service.api().name, "operations": operations(service), "resources": types(service)})
}

fn operations(service: &Service) -> Vec<&'static str> {
    let mut names: Vec<_> = service.operations().map(|spec| spec.name).collect();
    names.sort_unstable();
    names
}

fn types(service: &Service) -> Vec<&'static str> {
    let mut names: Vec<_> = service.resource_types().map(|resource| resource.type_name).collect();
    names.sort_unstable();
    names
}

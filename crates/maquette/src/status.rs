//! `maquette status`: what stands in the model, and where to open it.

use crate::{Done, client, model::Running, services, table};
use api_cloudformation::DescribeStackResourcesInput;
use base::{AccountId, Region};
use clap::Args;
use gateway::Status;
use kernel::{Call, Cloud, Outcome, Principal, Scope};
use serde_json::{Value as Json, json};
use std::{collections::BTreeSet, future::Future, path::Path, pin::Pin, process::ExitCode};

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
            match look(cloud).await {
                Ok(seen) => seen.told(cloud),
                Err(error) => json!({"error": format!("the model cannot be looked over: {error}")}),
            }
        })
    }
}

/// What stands in the model.
#[derive(Debug, Default)]
struct Seen {
    stacks: Vec<Json>,
    resources: Vec<Json>,
    /// What and URL, those of stack outputs first: somebody chose them.
    addresses: Vec<(String, String)>,
}

impl Seen {
    fn told(self, cloud: &Cloud) -> Json {
        let addresses = self.addresses.iter().map(|(what, url)| json!({"what": what, "url": url}));
        json!({
            "now": cloud.clock().now().iso_millis(),
            "services": cloud.services().iter().map(services::describe).collect::<Vec<_>>(),
            "stacks": self.stacks,
            "resources": self.resources,
            "addresses": addresses.collect::<Vec<_>>(),
        })
    }
    fn address(&mut self, what: String, url: &str) {
        if url.starts_with("https://") && !self.addresses.iter().any(|(_, known)| known == url) {
            self.addresses.push((what, url.to_owned()));
        }
    }
}

/// Looks at every region of the account, as its root user.
async fn look(cloud: &Cloud) -> Outcome<Seen> {
    let mut seen = Seen::default();
    let account = AccountId::default_root();
    let scopes = cloud.read(&api_cloudformation::API, &Scope::global(&account), |tx| tx.scopes())?;
    let regions: BTreeSet<Region> = scopes
        .into_iter()
        .filter(|scope| scope.account == account && scope.region.as_str() != Region::GLOBAL)
        .map(|scope| scope.region)
        .collect();
    for region in regions {
        let call = Call {
            principal: Principal::root(&account),
            user_agent: "maquette status".into(),
            ..cloud.anonymous_call(&account, &region)
        };
        stacks(cloud, &call, &mut seen).await?;
        let apis = cloud.call::<api_apigatewayv2::GetApis>(&call, Default::default()).await?;
        for api in apis.items.unwrap_or_default() {
            seen.address(format!("HTTP API {}", api.name), &api.api_endpoint.unwrap_or_default());
        }
    }
    let call = cloud.anonymous_call(&account, &Region::us_east_1());
    let call = Call { principal: Principal::root(&account), ..call };
    let found = cloud.call::<api_cloudfront::ListDistributions>(&call, Default::default()).await?;
    for distribution in found.distribution_list.and_then(|list| list.items).unwrap_or_default() {
        seen.address(format!("distribution {}", distribution.id), &format!("https://{}", distribution.domain_name));
    }
    Ok(seen)
}

async fn stacks(cloud: &Cloud, call: &Call, seen: &mut Seen) -> Outcome<()> {
    let found = cloud.call::<api_cloudformation::DescribeStacks>(call, Default::default()).await?;
    for stack in found.stacks.unwrap_or_default() {
        for output in stack.outputs.unwrap_or_default() {
            let what = format!("{} of stack {}", output.output_key.unwrap_or_default(), stack.stack_name);
            seen.address(what, &output.output_value.unwrap_or_default());
        }
        seen.stacks.push(json!({
            "name": stack.stack_name,
            "region": call.region.as_str(),
            "status": stack.stack_status.as_str(),
            "reason": stack.stack_status_reason.unwrap_or_default(),
        }));
        let name = DescribeStackResourcesInput { stack_name: Some(stack.stack_name.clone()), ..Default::default() };
        let found = cloud.call::<api_cloudformation::DescribeStackResources>(call, name).await?;
        seen.resources.extend(found.stack_resources.unwrap_or_default().into_iter().map(|resource| {
            json!({
                "stack": stack.stack_name,
                "logical": resource.logical_resource_id,
                "type": resource.resource_type,
                "physical": resource.physical_resource_id.unwrap_or_default(),
                "status": resource.resource_status.as_str(),
            })
        }));
    }
    Ok(())
}

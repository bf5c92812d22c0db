//! AWS CloudFormation: stacks made from templates, change sets, exports.
//!
//! An operation on a stack is a row that says what the stack is to be made from; a reconciler carries it out
//! ([`reconcile`]), resource by resource, each with a row of its own that is written before and after every action.
//! So an operation survives a crash at any point, and a rollback is the way back to what the rows remember.
//!
//! Custom resources and wait conditions are answered over HTTP, under a host of this service ([`signal`]).
//!
//! Left out, and refused by name: stack policies, notification topics, rollback triggers, imports of resources,
//! nested change sets, drift, stack sets, the registry, macros other than `AWS::LanguageExtensions`.

mod cfn;
mod ops;
mod plan;
mod reconcile;
mod request;
mod signal;
mod state;

use api_cloudformation as api;
use base::{Arn, Fault};
use kernel::{Directory, Service, Tx};

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct CloudFormation;

pub fn service() -> Service {
    Service::of(&api::API, CloudFormation)
        .write::<api::CancelUpdateStack>()
        .serve::<api::ContinueUpdateRollback>()
        .serve::<api::CreateChangeSet>()
        .serve::<api::CreateStack>()
        .write::<api::DeleteChangeSet>()
        .serve::<api::DeleteStack>()
        .read::<api::DescribeAccountLimits>()
        .read::<api::DescribeChangeSet>()
        .read::<api::DescribeStackEvents>()
        .read::<api::DescribeStackResource>()
        .read::<api::DescribeStackResources>()
        .read::<api::DescribeStacks>()
        .write::<api::ExecuteChangeSet>()
        .read::<api::GetStackPolicy>()
        .read::<api::GetTemplate>()
        .serve::<api::GetTemplateSummary>()
        .read::<api::ListChangeSets>()
        .read::<api::ListExports>()
        .read::<api::ListImports>()
        .read::<api::ListStackResources>()
        .read::<api::ListStacks>()
        .serve::<api::RollbackStack>()
        .serve::<api::UpdateStack>()
        .write::<api::UpdateTerminationProtection>()
        .serve::<api::ValidateTemplate>()
        .resource(cfn::CustomResource::default())
        .resource(cfn::MetadataResource)
        .resource(cfn::NestedStack)
        .resource(cfn::WaitCondition)
        .resource(cfn::WaitConditionHandle)
        .reconciler(reconcile::CarryOut::default())
        .site(signal::Signals)
        .directory()
        .build()
}

/// Policies ask for the tags of stacks.
impl Directory for CloudFormation {
    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let stack = state::find_stack(tx, &resource.to_string())?;
        Ok(stack.map(|stack| stack.desired.tags).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;

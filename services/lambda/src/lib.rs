//! AWS Lambda: functions that really run, confined, with their role's credentials, in the model's own internet.
//!
//! `ops` decides, `engine` runs. A function's code is a blob; unpacked it lies in a cache that can be made again. Its
//! log goes to CloudWatch Logs through that service's own operations, as the function's role.
//!
//! Left out, and refused by name: container images, VPCs, event source mappings, response streams, dead letters and
//! destinations, function URLs that want signatures, provisioned concurrency, code signing, KMS keys, SnapStart, JSON
//! logs, every runtime but `provided`, Python 3 and Node.js. Tracing is remembered but records nothing yet; extensions
//! are not started, which the function's log says.

mod access;
mod cfn;
mod code;
mod engine;
mod name;
mod ops;
mod reconcile;
mod runtime;
mod settings;
mod site;
mod state;
mod url;

use engine::Engine;
use kernel::Service;
use std::sync::Arc;

/// The service's operations are implemented for this.
#[derive(Debug, Default)]
pub struct Lambda {
    pub(crate) engine: Arc<Engine>,
}

pub fn service() -> Service {
    let lambda = Arc::new(Lambda::default());
    let engine = lambda.engine.clone();
    Service::shared(&api_lambda::API, lambda)
        .serve::<api_lambda::CreateFunction>()
        .read::<api_lambda::GetFunction>()
        .read::<api_lambda::GetFunctionConfiguration>()
        .read::<api_lambda::ListFunctions>()
        .serve::<api_lambda::UpdateFunctionCode>()
        .serve::<api_lambda::UpdateFunctionConfiguration>()
        .write::<api_lambda::DeleteFunction>()
        .serve::<api_lambda::Invoke>()
        .write::<api_lambda::PublishVersion>()
        .read::<api_lambda::ListVersionsByFunction>()
        .write::<api_lambda::CreateAlias>()
        .read::<api_lambda::GetAlias>()
        .read::<api_lambda::ListAliases>()
        .write::<api_lambda::UpdateAlias>()
        .write::<api_lambda::DeleteAlias>()
        .write::<api_lambda::AddPermission>()
        .write::<api_lambda::RemovePermission>()
        .read::<api_lambda::GetPolicy>()
        .write::<api_lambda::PutFunctionConcurrency>()
        .read::<api_lambda::GetFunctionConcurrency>()
        .write::<api_lambda::DeleteFunctionConcurrency>()
        .serve::<api_lambda::PublishLayerVersion>()
        .read::<api_lambda::GetLayerVersion>()
        .read::<api_lambda::GetLayerVersionByArn>()
        .read::<api_lambda::ListLayerVersions>()
        .read::<api_lambda::ListLayers>()
        .write::<api_lambda::DeleteLayerVersion>()
        .write::<api_lambda::TagResource>()
        .write::<api_lambda::UntagResource>()
        .read::<api_lambda::ListTags>()
        .read::<api_lambda::GetAccountSettings>()
        .read::<api_lambda::GetFunctionCodeSigningConfig>()
        .read::<api_lambda::GetFunctionRecursionConfig>()
        .read::<api_lambda::GetRuntimeManagementConfig>()
        .write::<api_lambda::CreateFunctionUrlConfig>()
        .read::<api_lambda::GetFunctionUrlConfig>()
        .read::<api_lambda::ListFunctionUrlConfigs>()
        .write::<api_lambda::UpdateFunctionUrlConfig>()
        .write::<api_lambda::DeleteFunctionUrlConfig>()
        .write::<api_lambda::PutFunctionEventInvokeConfig>()
        .read::<api_lambda::GetFunctionEventInvokeConfig>()
        .read::<api_lambda::ListFunctionEventInvokeConfigs>()
        .write::<api_lambda::UpdateFunctionEventInvokeConfig>()
        .write::<api_lambda::DeleteFunctionEventInvokeConfig>()
        .resource(cfn::AliasResource)
        .resource(cfn::EventInvokeConfigResource)
        .resource(cfn::FunctionResource)
        .resource(cfn::LayerVersionResource)
        .resource(cfn::PermissionResource)
        .resource(cfn::UrlResource)
        .resource(cfn::VersionResource)
        .reconciler(reconcile::DeliverEvents::new(engine.clone()))
        .reconciler(reconcile::SweepCode::new(engine.clone()))
        .site(site::CodeDownloads)
        .site(url::FunctionUrls::new(engine))
        .directory()
        .build()
}

#[cfg(test)]
mod tests;

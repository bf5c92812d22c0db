//! `AWS::Lambda::Permission`. Its physical id is the statement's.

use super::gone_is_deleted;
use api_lambda::{
    AddPermission, AddPermissionRequest, FunctionUrlAuthType, GetPolicy, GetPolicyRequest, RemovePermission,
    RemovePermissionRequest,
    cfn::{PERMISSION, Permission},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct PermissionResource;

/// AWS quota: the length of a statement's id.
const ID_CHARS: usize = 100;

impl Resource for PermissionResource {
    type Properties = Permission;

    fn schema(&self) -> &'static shape::Resource {
        &PERMISSION
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Permission) -> Outcome<String> {
        let id = stack.physical_name(ID_CHARS);
        let input = AddPermissionRequest {
            function_name: properties.function_name,
            statement_id: id.clone(),
            action: properties.action,
            principal: properties.principal,
            source_arn: properties.source_arn,
            source_account: properties.source_account,
            principal_org_id: properties.principal_org_id,
            function_url_auth_type: properties.function_url_auth_type.as_deref().and_then(FunctionUrlAuthType::parse),
            invoked_via_function_url: properties.invoked_via_function_url,
            ..Default::default()
        };
        cloud.call::<AddPermission>(&stack.call, input).await?;
        Ok(id)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Permission) -> Outcome<Option<String>> {
        let id = stack.physical_name(ID_CHARS);
        let input = GetPolicyRequest { function_name: properties.function_name, ..Default::default() };
        match cloud.call::<GetPolicy>(&stack.call, input).await {
            Ok(found) => Ok(found.policy.is_some_and(|policy| policy.contains(&format!("\"{id}\""))).then_some(id)),
            Err(error) if error.is(&errors::ResourceNotFoundException) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: Permission) -> Outcome<Map<Json>> {
        Ok([("Id".into(), Json::from(id))].into())
    }

    async fn update(&self, _: &Cloud, _: &StackCall, _: &str, _: Permission, _: Permission) -> Outcome<Updated> {
        Ok(Updated::Replace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: Permission) -> Outcome<()> {
        let input = RemovePermissionRequest {
            function_name: properties.function_name,
            statement_id: id.into(),
            ..Default::default()
        };
        gone_is_deleted(cloud.call::<RemovePermission>(&stack.call, input).await)
    }
}

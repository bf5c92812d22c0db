//! `AWS::IAM::ServiceLinkedRole`.

use super::{attribute, gone};
use api_iam::{
    CreateServiceLinkedRole, CreateServiceLinkedRoleRequest, DeleteServiceLinkedRole, DeleteServiceLinkedRoleRequest,
    UpdateRoleDescription, UpdateRoleDescriptionRequest,
    cfn::{SERVICE_LINKED_ROLE, ServiceLinkedRole},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct ServiceLinkedRoleResource;

impl Resource for ServiceLinkedRoleResource {
    type Properties = ServiceLinkedRole;

    fn schema(&self) -> &'static shape::Resource {
        &SERVICE_LINKED_ROLE
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: ServiceLinkedRole) -> Outcome<String> {
        let Some(service) = properties.aws_service_name else {
            return Err(ApiError::validation("AWSServiceName is required"));
        };
        let input = CreateServiceLinkedRoleRequest {
            aws_service_name: service,
            description: properties.description,
            custom_suffix: properties.custom_suffix,
        };
        let made = cloud.call::<CreateServiceLinkedRole>(&stack.call, input).await?;
        Ok(made.role.unwrap_or_default().role_name)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: ServiceLinkedRole) -> Outcome<Map<Json>> {
        Ok([attribute("RoleName", id)].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: ServiceLinkedRole,
        new: ServiceLinkedRole,
    ) -> Outcome<Updated> {
        let description = new.description.unwrap_or_default();
        let input = UpdateRoleDescriptionRequest { role_name: id.into(), description };
        cloud.call::<UpdateRoleDescription>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: ServiceLinkedRole) -> Outcome<()> {
        let input = DeleteServiceLinkedRoleRequest { role_name: id.into() };
        gone(cloud.call::<DeleteServiceLinkedRole>(&stack.call, input).await)
    }
}

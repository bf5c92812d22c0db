//! `AWS::CloudFront::OriginRequestPolicy`.

use super::translate::translate;
use api_cloudfront::{
    self as api, CreateOriginRequestPolicy, CreateOriginRequestPolicyRequest, DeleteOriginRequestPolicy,
    DeleteOriginRequestPolicyRequest, GetOriginRequestPolicy, GetOriginRequestPolicyRequest,
    GetOriginRequestPolicyResult, ListOriginRequestPolicies, ListOriginRequestPoliciesRequest,
    UpdateOriginRequestPolicy, UpdateOriginRequestPolicyRequest,
    cfn::{ORIGIN_REQUEST_POLICY, OriginRequestPolicy, OriginRequestPolicyOfOriginRequestPolicyConfig},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct OriginRequestPolicyResource;

fn config(properties: OriginRequestPolicy) -> Outcome<api::OriginRequestPolicyConfig> {
    translate(
        &OriginRequestPolicyOfOriginRequestPolicyConfig,
        properties.origin_request_policy_config,
        &api::OriginRequestPolicyConfig,
    )
}

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<GetOriginRequestPolicyResult> {
    cloud.call::<GetOriginRequestPolicy>(&stack.call, GetOriginRequestPolicyRequest { id: id.into() }).await
}

impl Resource for OriginRequestPolicyResource {
    type Properties = OriginRequestPolicy;

    fn schema(&self) -> &'static shape::Resource {
        &ORIGIN_REQUEST_POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: OriginRequestPolicy) -> Outcome<String> {
        let input = CreateOriginRequestPolicyRequest { origin_request_policy_config: config(properties)? };
        let made = cloud.call::<CreateOriginRequestPolicy>(&stack.call, input).await?;
        Ok(made.origin_request_policy.unwrap_or_default().id)
    }

    /// Names are unique, so what bears this one after a crash is what that try made.
    async fn adopt(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: OriginRequestPolicy,
    ) -> Outcome<Option<String>> {
        let name = properties.origin_request_policy_config.name;
        let mut marker = None;
        loop {
            let input = ListOriginRequestPoliciesRequest {
                marker,
                type_: Some(api::OriginRequestPolicyType::Custom),
                ..Default::default()
            };
            let page = cloud.call::<ListOriginRequestPolicies>(&stack.call, input).await?;
            let page = page.origin_request_policy_list.unwrap_or_default();
            let mut items = page.items.unwrap_or_default().into_iter();
            if let Some(found) = items.find(|item| item.origin_request_policy.origin_request_policy_config.name == name)
            {
                return Ok(Some(found.origin_request_policy.id));
            }
            marker = page.next_marker;
            if marker.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: OriginRequestPolicy,
    ) -> Outcome<Map<Json>> {
        let found = get(cloud, stack, id).await?.origin_request_policy.unwrap_or_default();
        let modified = found.last_modified_time.iso();
        Ok([("Id".into(), found.id.into()), ("LastModifiedTime".into(), modified.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: OriginRequestPolicy,
        new: OriginRequestPolicy,
    ) -> Outcome<Updated> {
        let if_match = get(cloud, stack, id).await?.e_tag;
        let input =
            UpdateOriginRequestPolicyRequest { origin_request_policy_config: config(new)?, id: id.into(), if_match };
        cloud.call::<UpdateOriginRequestPolicy>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: OriginRequestPolicy) -> Outcome<()> {
        let if_match = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchOriginRequestPolicy) => return Ok(()),
            found => found?.e_tag,
        };
        cloud
            .call::<DeleteOriginRequestPolicy>(
                &stack.call,
                DeleteOriginRequestPolicyRequest { id: id.into(), if_match },
            )
            .await?;
        Ok(())
    }
}

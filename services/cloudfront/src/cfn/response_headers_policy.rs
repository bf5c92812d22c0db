//! `AWS::CloudFront::ResponseHeadersPolicy`.

use super::translate::translate;
use api_cloudfront::{
    self as api, CreateResponseHeadersPolicy, CreateResponseHeadersPolicyRequest, DeleteResponseHeadersPolicy,
    DeleteResponseHeadersPolicyRequest, GetResponseHeadersPolicy, GetResponseHeadersPolicyRequest,
    GetResponseHeadersPolicyResult, ListResponseHeadersPolicies, ListResponseHeadersPoliciesRequest,
    UpdateResponseHeadersPolicy, UpdateResponseHeadersPolicyRequest,
    cfn::{RESPONSE_HEADERS_POLICY, ResponseHeadersPolicy, ResponseHeadersPolicyOfResponseHeadersPolicyConfig},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct ResponseHeadersPolicyResource;

fn config(properties: ResponseHeadersPolicy) -> Outcome<api::ResponseHeadersPolicyConfig> {
    translate(
        &ResponseHeadersPolicyOfResponseHeadersPolicyConfig,
        properties.response_headers_policy_config,
        &api::ResponseHeadersPolicyConfig,
    )
}

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<GetResponseHeadersPolicyResult> {
    cloud.call::<GetResponseHeadersPolicy>(&stack.call, GetResponseHeadersPolicyRequest { id: id.into() }).await
}

impl Resource for ResponseHeadersPolicyResource {
    type Properties = ResponseHeadersPolicy;

    fn schema(&self) -> &'static shape::Resource {
        &RESPONSE_HEADERS_POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: ResponseHeadersPolicy) -> Outcome<String> {
        let input = CreateResponseHeadersPolicyRequest { response_headers_policy_config: config(properties)? };
        let made = cloud.call::<CreateResponseHeadersPolicy>(&stack.call, input).await?;
        Ok(made.response_headers_policy.unwrap_or_default().id)
    }

    /// Names are unique, so what bears this one after a crash is what that try made.
    async fn adopt(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: ResponseHeadersPolicy,
    ) -> Outcome<Option<String>> {
        let name = properties.response_headers_policy_config.name;
        let mut marker = None;
        loop {
            let input = ListResponseHeadersPoliciesRequest {
                marker,
                type_: Some(api::ResponseHeadersPolicyType::Custom),
                ..Default::default()
            };
            let page = cloud.call::<ListResponseHeadersPolicies>(&stack.call, input).await?;
            let page = page.response_headers_policy_list.unwrap_or_default();
            let mut items = page.items.unwrap_or_default().into_iter();
            if let Some(found) =
                items.find(|item| item.response_headers_policy.response_headers_policy_config.name == name)
            {
                return Ok(Some(found.response_headers_policy.id));
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
        _: ResponseHeadersPolicy,
    ) -> Outcome<Map<Json>> {
        let found = get(cloud, stack, id).await?.response_headers_policy.unwrap_or_default();
        let modified = found.last_modified_time.iso();
        Ok([("Id".into(), found.id.into()), ("LastModifiedTime".into(), modified.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: ResponseHeadersPolicy,
        new: ResponseHeadersPolicy,
    ) -> Outcome<Updated> {
        let if_match = get(cloud, stack, id).await?.e_tag;
        let input = UpdateResponseHeadersPolicyRequest {
            response_headers_policy_config: config(new)?,
            id: id.into(),
            if_match,
        };
        cloud.call::<UpdateResponseHeadersPolicy>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: ResponseHeadersPolicy) -> Outcome<()> {
        let if_match = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchResponseHeadersPolicy) => return Ok(()),
            found => found?.e_tag,
        };
        cloud
            .call::<DeleteResponseHeadersPolicy>(
                &stack.call,
                DeleteResponseHeadersPolicyRequest { id: id.into(), if_match },
            )
            .await?;
        Ok(())
    }
}

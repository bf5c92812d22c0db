//! `AWS::CloudFront::CachePolicy`.

use super::translate::translate;
use api_cloudfront::{
    self as api, CreateCachePolicy, CreateCachePolicyRequest, DeleteCachePolicy, DeleteCachePolicyRequest,
    GetCachePolicy, GetCachePolicyRequest, GetCachePolicyResult, ListCachePolicies, ListCachePoliciesRequest,
    UpdateCachePolicy, UpdateCachePolicyRequest,
    cfn::{CACHE_POLICY, CachePolicy, CachePolicyOfCachePolicyConfig},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct CachePolicyResource;

fn config(properties: CachePolicy) -> Outcome<api::CachePolicyConfig> {
    translate(&CachePolicyOfCachePolicyConfig, properties.cache_policy_config, &api::CachePolicyConfig)
}

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<GetCachePolicyResult> {
    cloud.call::<GetCachePolicy>(&stack.call, GetCachePolicyRequest { id: id.into() }).await
}

impl Resource for CachePolicyResource {
    type Properties = CachePolicy;

    fn schema(&self) -> &'static shape::Resource {
        &CACHE_POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: CachePolicy) -> Outcome<String> {
        let input = CreateCachePolicyRequest { cache_policy_config: config(properties)? };
        let made = cloud.call::<CreateCachePolicy>(&stack.call, input).await?;
        Ok(made.cache_policy.unwrap_or_default().id)
    }

    /// Names are unique, so what bears this one after a crash is what that try made.
    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: CachePolicy) -> Outcome<Option<String>> {
        let name = properties.cache_policy_config.name;
        let mut marker = None;
        loop {
            let input =
                ListCachePoliciesRequest { marker, type_: Some(api::CachePolicyType::Custom), ..Default::default() };
            let page = cloud.call::<ListCachePolicies>(&stack.call, input).await?;
            let page = page.cache_policy_list.unwrap_or_default();
            let mut items = page.items.unwrap_or_default().into_iter();
            if let Some(found) = items.find(|item| item.cache_policy.cache_policy_config.name == name) {
                return Ok(Some(found.cache_policy.id));
            }
            marker = page.next_marker;
            if marker.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: CachePolicy) -> Outcome<Map<Json>> {
        let found = get(cloud, stack, id).await?.cache_policy.unwrap_or_default();
        let modified = found.last_modified_time.iso();
        Ok([("Id".into(), found.id.into()), ("LastModifiedTime".into(), modified.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: CachePolicy,
        new: CachePolicy,
    ) -> Outcome<Updated> {
        let if_match = get(cloud, stack, id).await?.e_tag;
        let input = UpdateCachePolicyRequest { cache_policy_config: config(new)?, id: id.into(), if_match };
        cloud.call::<UpdateCachePolicy>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: CachePolicy) -> Outcome<()> {
        let if_match = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchCachePolicy) => return Ok(()),
            found => found?.e_tag,
        };
        cloud.call::<DeleteCachePolicy>(&stack.call, DeleteCachePolicyRequest { id: id.into(), if_match }).await?;
        Ok(())
    }
}

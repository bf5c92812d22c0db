//! `AWS::CloudFront::Distribution`.

use super::translate::translate;
use api_cloudfront::{
    self as api, CreateDistributionWithTags, CreateDistributionWithTagsRequest, DeleteDistribution,
    DeleteDistributionRequest, DistributionConfig, DistributionConfigWithTags, GetDistribution, GetDistributionRequest,
    Tag, TagKeys, TagResource, TagResourceRequest, Tags, UntagResource, UntagResourceRequest, UpdateDistribution,
    UpdateDistributionRequest,
    cfn::{DISTRIBUTION, Distribution, DistributionOfDistributionConfig},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct DistributionResource;

fn config(properties: Distribution, caller_reference: String) -> Outcome<DistributionConfig> {
    let schema = &DistributionOfDistributionConfig;
    let config: DistributionConfig = translate(schema, properties.distribution_config, &api::DistributionConfig)?;
    Ok(DistributionConfig { caller_reference, ..config })
}

fn tags(stack: &StackCall, properties: &Distribution) -> Vec<(String, String)> {
    let own = properties.tags.iter().flatten();
    stack.tags_with(own.map(|tag| (tag.key.clone(), tag.value.clone())))
}

fn shape(tags: Vec<(String, String)>) -> Tags {
    Tags { items: Some(tags.into_iter().map(|(key, value)| Tag { key, value: Some(value) }).collect()) }
}

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<(api::Distribution, Option<String>)> {
    let found = cloud.call::<GetDistribution>(&stack.call, GetDistributionRequest { id: id.into() }).await?;
    Ok((found.distribution.unwrap_or_default(), found.e_tag))
}

impl Resource for DistributionResource {
    type Properties = Distribution;

    fn schema(&self) -> &'static shape::Resource {
        &DISTRIBUTION
    }

    /// The step's token is the caller reference: a second try of the step finds what the first one made.
    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Distribution) -> Outcome<String> {
        let tags = shape(tags(stack, &properties));
        let distribution_config = config(properties, stack.token.clone())?;
        let input = CreateDistributionWithTagsRequest {
            distribution_config_with_tags: DistributionConfigWithTags { distribution_config, tags },
        };
        let made = cloud.call::<CreateDistributionWithTags>(&stack.call, input).await?;
        Ok(made.distribution.unwrap_or_default().id)
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Distribution) -> Outcome<Map<Json>> {
        let (found, _) = get(cloud, stack, id).await?;
        Ok([("Id".into(), found.id.into()), ("DomainName".into(), found.domain_name.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Distribution,
        new: Distribution,
    ) -> Outcome<Updated> {
        let (found, if_match) = get(cloud, stack, id).await?;
        let (before, after) = (tags(stack, &old), tags(stack, &new));
        let distribution_config = config(new, found.distribution_config.caller_reference)?;
        let input = UpdateDistributionRequest { distribution_config, id: id.into(), if_match };
        cloud.call::<UpdateDistribution>(&stack.call, input).await?;
        let is_gone = |key: &String| !after.iter().any(|(kept, _)| kept == key);
        let gone: Vec<_> = before.into_iter().map(|(key, _)| key).filter(is_gone).collect();
        if !gone.is_empty() {
            let tag_keys = TagKeys { items: Some(gone) };
            let input = UntagResourceRequest { resource: found.arn.clone(), tag_keys };
            cloud.call::<UntagResource>(&stack.call, input).await?;
        }
        let input = TagResourceRequest { resource: found.arn, tags: shape(after) };
        cloud.call::<TagResource>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Distribution) -> Outcome<()> {
        let (found, mut if_match) = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchDistribution) => return Ok(()),
            found => found?,
        };
        if found.distribution_config.enabled {
            let distribution_config = DistributionConfig { enabled: false, ..found.distribution_config };
            let input = UpdateDistributionRequest { distribution_config, id: id.into(), if_match };
            if_match = cloud.call::<UpdateDistribution>(&stack.call, input).await?.e_tag;
        }
        let input = DeleteDistributionRequest { id: id.into(), if_match };
        cloud.call::<DeleteDistribution>(&stack.call, input).await?;
        Ok(())
    }
}

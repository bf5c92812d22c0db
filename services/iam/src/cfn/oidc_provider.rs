//! `AWS::IAM::OIDCProvider`.

use super::{attribute, dropped, gone, tags};
use api_iam::{
    AddClientIDToOpenIDConnectProvider, AddClientIDToOpenIDConnectProviderRequest, CreateOpenIDConnectProvider,
    CreateOpenIDConnectProviderRequest, DeleteOpenIDConnectProvider, DeleteOpenIDConnectProviderRequest,
    RemoveClientIDFromOpenIDConnectProvider, RemoveClientIDFromOpenIDConnectProviderRequest, Tag,
    TagOpenIDConnectProvider, TagOpenIDConnectProviderRequest, UntagOpenIDConnectProvider,
    UntagOpenIDConnectProviderRequest, UpdateOpenIDConnectProviderThumbprint,
    UpdateOpenIDConnectProviderThumbprintRequest,
    cfn::{OIDC_PROVIDER, OIDCProvider},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct ProviderResource;

impl Resource for ProviderResource {
    type Properties = OIDCProvider;

    fn schema(&self) -> &'static shape::Resource {
        &OIDC_PROVIDER
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: OIDCProvider) -> Outcome<String> {
        let all = all_tags(stack, &properties);
        let Some(url) = properties.url else { return Err(ApiError::validation("Url is required")) };
        let input = CreateOpenIDConnectProviderRequest {
            url,
            client_id_list: properties.client_id_list,
            thumbprint_list: properties.thumbprint_list,
            tags: Some(all),
        };
        let made = cloud.call::<CreateOpenIDConnectProvider>(&stack.call, input).await?;
        Ok(made.open_id_connect_provider_arn.unwrap_or_default())
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, id: &str, _: OIDCProvider) -> Outcome<Map<Json>> {
        Ok([attribute("Arn", id)].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: OIDCProvider,
        new: OIDCProvider,
    ) -> Outcome<Updated> {
        let arn = id.to_owned();
        let (before, now) =
            (old.client_id_list.clone().unwrap_or_default(), new.client_id_list.clone().unwrap_or_default());
        for client_id in now.iter().filter(|client| !before.contains(client)).cloned() {
            let open_id_connect_provider_arn = arn.clone();
            let input = AddClientIDToOpenIDConnectProviderRequest { open_id_connect_provider_arn, client_id };
            cloud.call::<AddClientIDToOpenIDConnectProvider>(&stack.call, input).await?;
        }
        for client_id in before.iter().filter(|client| !now.contains(client)).cloned() {
            let open_id_connect_provider_arn = arn.clone();
            let input = RemoveClientIDFromOpenIDConnectProviderRequest { open_id_connect_provider_arn, client_id };
            cloud.call::<RemoveClientIDFromOpenIDConnectProvider>(&stack.call, input).await?;
        }
        if old.thumbprint_list != new.thumbprint_list {
            let input = UpdateOpenIDConnectProviderThumbprintRequest {
                open_id_connect_provider_arn: arn.clone(),
                thumbprint_list: new.thumbprint_list.clone().unwrap_or_default(),
            };
            cloud.call::<UpdateOpenIDConnectProviderThumbprint>(&stack.call, input).await?;
        }
        let (before, after) = (own_tags(&old), all_tags(stack, &new));
        let tag_keys = dropped(&before, &after);
        if !tag_keys.is_empty() {
            let input = UntagOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn.clone(), tag_keys };
            cloud.call::<UntagOpenIDConnectProvider>(&stack.call, input).await?;
        }
        if !after.is_empty() && before != after {
            let input = TagOpenIDConnectProviderRequest { open_id_connect_provider_arn: arn, tags: after };
            cloud.call::<TagOpenIDConnectProvider>(&stack.call, input).await?;
        }
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: OIDCProvider) -> Outcome<()> {
        let input = DeleteOpenIDConnectProviderRequest { open_id_connect_provider_arn: id.into() };
        gone(cloud.call::<DeleteOpenIDConnectProvider>(&stack.call, input).await)
    }
}

fn own_tags(properties: &OIDCProvider) -> Vec<Tag> {
    let own = properties.tags.iter().flatten();
    own.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect()
}

fn all_tags(stack: &StackCall, properties: &OIDCProvider) -> Vec<Tag> {
    tags(stack, own_tags(properties).into_iter().map(|tag| (tag.key, tag.value)))
}

//! `AWS::CloudFront::OriginAccessControl`.

use super::translate::translate;
use api_cloudfront::{
    self as api, CreateOriginAccessControl, CreateOriginAccessControlRequest, DeleteOriginAccessControl,
    DeleteOriginAccessControlRequest, GetOriginAccessControl, GetOriginAccessControlRequest,
    GetOriginAccessControlResult, ListOriginAccessControls, ListOriginAccessControlsRequest, UpdateOriginAccessControl,
    UpdateOriginAccessControlRequest,
    cfn::{ORIGIN_ACCESS_CONTROL, OriginAccessControl, OriginAccessControlOfOriginAccessControlConfig},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct AccessControlResource;

fn config(properties: OriginAccessControl) -> Outcome<api::OriginAccessControlConfig> {
    translate(
        &OriginAccessControlOfOriginAccessControlConfig,
        properties.origin_access_control_config,
        &api::OriginAccessControlConfig,
    )
}

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<GetOriginAccessControlResult> {
    cloud.call::<GetOriginAccessControl>(&stack.call, GetOriginAccessControlRequest { id: id.into() }).await
}

impl Resource for AccessControlResource {
    type Properties = OriginAccessControl;

    fn schema(&self) -> &'static shape::Resource {
        &ORIGIN_ACCESS_CONTROL
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: OriginAccessControl) -> Outcome<String> {
        let input = CreateOriginAccessControlRequest { origin_access_control_config: config(properties)? };
        let made = cloud.call::<CreateOriginAccessControl>(&stack.call, input).await?;
        Ok(made.origin_access_control.unwrap_or_default().id)
    }

    /// Names are unique, so what bears this one after a crash is what that try made.
    async fn adopt(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: OriginAccessControl,
    ) -> Outcome<Option<String>> {
        let name = properties.origin_access_control_config.name;
        let mut marker = None;
        loop {
            let input = ListOriginAccessControlsRequest { marker, ..Default::default() };
            let page = cloud.call::<ListOriginAccessControls>(&stack.call, input).await?;
            let page = page.origin_access_control_list.unwrap_or_default();
            let mut items = page.items.unwrap_or_default().into_iter();
            if let Some(found) = items.find(|item| item.name == name) {
                return Ok(Some(found.id));
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
        _: OriginAccessControl,
    ) -> Outcome<Map<Json>> {
        let found = get(cloud, stack, id).await?.origin_access_control.unwrap_or_default();
        Ok([("Id".into(), found.id.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: OriginAccessControl,
        new: OriginAccessControl,
    ) -> Outcome<Updated> {
        let if_match = get(cloud, stack, id).await?.e_tag;
        let input =
            UpdateOriginAccessControlRequest { origin_access_control_config: config(new)?, id: id.into(), if_match };
        cloud.call::<UpdateOriginAccessControl>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: OriginAccessControl) -> Outcome<()> {
        let if_match = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchOriginAccessControl) => return Ok(()),
            found => found?.e_tag,
        };
        cloud
            .call::<DeleteOriginAccessControl>(
                &stack.call,
                DeleteOriginAccessControlRequest { id: id.into(), if_match },
            )
            .await?;
        Ok(())
    }
}

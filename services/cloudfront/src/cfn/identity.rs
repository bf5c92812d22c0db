//! `AWS::CloudFront::CloudFrontOriginAccessIdentity`.

use api_cloudfront::{
    CloudFrontOriginAccessIdentityConfig, CreateCloudFrontOriginAccessIdentity,
    CreateCloudFrontOriginAccessIdentityRequest, DeleteCloudFrontOriginAccessIdentity,
    DeleteCloudFrontOriginAccessIdentityRequest, GetCloudFrontOriginAccessIdentity,
    GetCloudFrontOriginAccessIdentityRequest, GetCloudFrontOriginAccessIdentityResult,
    UpdateCloudFrontOriginAccessIdentity, UpdateCloudFrontOriginAccessIdentityRequest,
    cfn::{CLOUD_FRONT_ORIGIN_ACCESS_IDENTITY, CloudFrontOriginAccessIdentity},
    errors,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::Map;

pub(crate) struct IdentityResource;

async fn get(cloud: &Cloud, stack: &StackCall, id: &str) -> Outcome<GetCloudFrontOriginAccessIdentityResult> {
    let input = GetCloudFrontOriginAccessIdentityRequest { id: id.into() };
    cloud.call::<GetCloudFrontOriginAccessIdentity>(&stack.call, input).await
}

impl Resource for IdentityResource {
    type Properties = CloudFrontOriginAccessIdentity;

    fn schema(&self) -> &'static shape::Resource {
        &CLOUD_FRONT_ORIGIN_ACCESS_IDENTITY
    }

    /// The step's token is the caller reference: a second try of the step finds what the first one made.
    async fn create(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        properties: CloudFrontOriginAccessIdentity,
    ) -> Outcome<String> {
        let comment = properties.cloud_front_origin_access_identity_config.comment;
        let config = CloudFrontOriginAccessIdentityConfig { caller_reference: stack.token.clone(), comment };
        let input = CreateCloudFrontOriginAccessIdentityRequest { cloud_front_origin_access_identity_config: config };
        let made = cloud.call::<CreateCloudFrontOriginAccessIdentity>(&stack.call, input).await?;
        Ok(made.cloud_front_origin_access_identity.unwrap_or_default().id)
    }

    async fn attributes(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: CloudFrontOriginAccessIdentity,
    ) -> Outcome<Map<Json>> {
        let found = get(cloud, stack, id).await?.cloud_front_origin_access_identity.unwrap_or_default();
        Ok([("Id".into(), found.id.into()), ("S3CanonicalUserId".into(), found.s3_canonical_user_id.into())].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: CloudFrontOriginAccessIdentity,
        new: CloudFrontOriginAccessIdentity,
    ) -> Outcome<Updated> {
        let found = get(cloud, stack, id).await?;
        let known = found.cloud_front_origin_access_identity.unwrap_or_default();
        let config = CloudFrontOriginAccessIdentityConfig {
            comment: new.cloud_front_origin_access_identity_config.comment,
            ..known.cloud_front_origin_access_identity_config.unwrap_or_default()
        };
        let input = UpdateCloudFrontOriginAccessIdentityRequest {
            cloud_front_origin_access_identity_config: config,
            id: id.into(),
            if_match: found.e_tag,
        };
        cloud.call::<UpdateCloudFrontOriginAccessIdentity>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        _: CloudFrontOriginAccessIdentity,
    ) -> Outcome<()> {
        let if_match = match get(cloud, stack, id).await {
            Err(error) if error.is(&errors::NoSuchCloudFrontOriginAccessIdentity) => return Ok(()),
            found => found?.e_tag,
        };
        let input = DeleteCloudFrontOriginAccessIdentityRequest { id: id.into(), if_match };
        cloud.call::<DeleteCloudFrontOriginAccessIdentity>(&stack.call, input).await?;
        Ok(())
    }
}

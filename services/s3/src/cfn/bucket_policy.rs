//! `AWS::S3::BucketPolicy`.

use api_s3::{
    DeleteBucketPolicy, DeleteBucketPolicyRequest, GetBucketPolicy, GetBucketPolicyRequest, PutBucketPolicy,
    PutBucketPolicyRequest,
    cfn::{BUCKET_POLICY, BucketPolicy},
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::Value as Json;
use shape::{ApiError, Map};

pub(crate) struct BucketPolicyResource;

impl Resource for BucketPolicyResource {
    type Properties = BucketPolicy;

    fn schema(&self) -> &'static shape::Resource {
        &BUCKET_POLICY
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: BucketPolicy) -> Outcome<String> {
        let input = GetBucketPolicyRequest { bucket: properties.bucket.clone(), ..Default::default() };
        match cloud.call::<GetBucketPolicy>(&stack.call, input).await {
            Ok(_) => {
                let said = format!("The bucket policy already exists on bucket {}.", properties.bucket);
                return Err(ApiError::new("AlreadyExists", 409, said));
            }
            Err(error) if error.code == "NoSuchBucketPolicy" => {}
            // Who may not look may still put; what is wrong with the bucket itself is said by the put.
            Err(error) if error.status < 500 => {}
            Err(error) => return Err(error),
        }
        put(cloud, stack, properties).await
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: BucketPolicy) -> Outcome<Option<String>> {
        put(cloud, stack, properties).await.map(Some)
    }

    async fn attributes(&self, _: &Cloud, _: &StackCall, _: &str, _: BucketPolicy) -> Outcome<Map<Json>> {
        Ok(Map::new())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        _: &str,
        _: BucketPolicy,
        new: BucketPolicy,
    ) -> Outcome<Updated> {
        put(cloud, stack, new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, _: &str, properties: BucketPolicy) -> Outcome<()> {
        let input = DeleteBucketPolicyRequest { bucket: properties.bucket, ..Default::default() };
        match cloud.call::<DeleteBucketPolicy>(&stack.call, input).await {
            Err(error) if !error.is(&api_s3::errors::NoSuchBucket) => Err(error),
            _ => Ok(()),
        }
    }
}

async fn put(cloud: &Cloud, stack: &StackCall, properties: BucketPolicy) -> Outcome<String> {
    let policy = match properties.policy_document {
        Json::String(text) => text,
        document => document.to_string(),
    };
    let input = PutBucketPolicyRequest { bucket: properties.bucket.clone(), policy, ..Default::default() };
    cloud.call::<PutBucketPolicy>(&stack.call, input).await?;
    Ok(properties.bucket)
}

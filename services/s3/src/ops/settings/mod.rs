//! Configurations of buckets: each is put, got and deleted as one document.

mod acl;
mod cors;
mod encryption;
pub(crate) mod lifecycle;
mod never_had;
mod notification;
mod ownership;
mod policy;
mod public_access_block;
mod tagging;
mod versioning;
mod website;

use crate::S3;
use kernel::ServiceBuilder;

pub(crate) fn add(service: ServiceBuilder<S3>) -> ServiceBuilder<S3> {
    service
        .write::<api_s3::PutBucketTagging>()
        .read::<api_s3::GetBucketTagging>()
        .write::<api_s3::DeleteBucketTagging>()
        .write::<api_s3::PutBucketVersioning>()
        .read::<api_s3::GetBucketVersioning>()
        .write::<api_s3::PutBucketPolicy>()
        .read::<api_s3::GetBucketPolicy>()
        .write::<api_s3::DeleteBucketPolicy>()
        .read::<api_s3::GetBucketPolicyStatus>()
        .write::<api_s3::PutPublicAccessBlock>()
        .read::<api_s3::GetPublicAccessBlock>()
        .write::<api_s3::DeletePublicAccessBlock>()
        .write::<api_s3::PutBucketOwnershipControls>()
        .read::<api_s3::GetBucketOwnershipControls>()
        .write::<api_s3::DeleteBucketOwnershipControls>()
        .write::<api_s3::PutBucketEncryption>()
        .read::<api_s3::GetBucketEncryption>()
        .write::<api_s3::DeleteBucketEncryption>()
        .write::<api_s3::PutBucketCors>()
        .read::<api_s3::GetBucketCors>()
        .write::<api_s3::DeleteBucketCors>()
        .write::<api_s3::PutBucketWebsite>()
        .read::<api_s3::GetBucketWebsite>()
        .write::<api_s3::DeleteBucketWebsite>()
        .write::<api_s3::PutBucketLifecycleConfiguration>()
        .read::<api_s3::GetBucketLifecycleConfiguration>()
        .write::<api_s3::DeleteBucketLifecycle>()
        .read::<api_s3::PutBucketNotificationConfiguration>()
        .read::<api_s3::GetBucketNotificationConfiguration>()
        .write::<api_s3::PutBucketAcl>()
        .read::<api_s3::GetBucketAcl>()
        .write::<api_s3::PutObjectAcl>()
        .read::<api_s3::GetObjectAcl>()
        .read::<api_s3::GetBucketLogging>()
        .read::<api_s3::GetBucketAccelerateConfiguration>()
        .read::<api_s3::GetBucketRequestPayment>()
        .read::<api_s3::GetBucketReplication>()
        .read::<api_s3::GetObjectLockConfiguration>()
}

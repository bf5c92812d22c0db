//! Amazon S3: buckets and the objects in them.
//!
//! Bodies are blobs on disk, which a row names: the blob is written first and made durable, then one short transaction
//! names it, so a crash leaves at most a blob without a row. Rows let go of blobs by putting them in the trash; a
//! reconciler empties it.
//!
//! Left out, and refused by name: KMS and customer keys, object lock, replication, notifications, directory buckets,
//! access points, grants other than canned ACLs, and ACLs that let in others than everybody.

mod body;
mod cfn;
mod directory;
mod domain;
mod errors;
mod object;
mod ops;
mod recast;
mod reconcile;
mod site;
mod stack;
mod state;
mod upload;

use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct S3;

pub fn service() -> Service {
    let builder = Service::of(&api_s3::API, S3)
        .read::<api_s3::ListBuckets>()
        .write::<api_s3::CreateBucket>()
        .read::<api_s3::HeadBucket>()
        .write::<api_s3::DeleteBucket>()
        .read::<api_s3::GetBucketLocation>()
        .read::<api_s3::ListObjects>()
        .read::<api_s3::ListObjectsV2>()
        .read::<api_s3::ListObjectVersions>()
        .serve::<api_s3::PutObject>()
        .serve::<api_s3::GetObject>()
        .serve::<api_s3::HeadObject>()
        .write::<api_s3::DeleteObject>()
        .serve::<api_s3::DeleteObjects>()
        .serve::<api_s3::CopyObject>()
        .serve::<api_s3::GetObjectAttributes>()
        .write::<api_s3::CreateMultipartUpload>()
        .serve::<api_s3::UploadPart>()
        .serve::<api_s3::UploadPartCopy>()
        .serve::<api_s3::CompleteMultipartUpload>()
        .write::<api_s3::AbortMultipartUpload>()
        .read::<api_s3::ListParts>()
        .read::<api_s3::ListMultipartUploads>()
        .write::<api_s3::PutObjectTagging>()
        .read::<api_s3::GetObjectTagging>()
        .write::<api_s3::DeleteObjectTagging>();
    ops::settings::add(builder)
        .resource(cfn::BucketResource)
        .resource(cfn::BucketPolicyResource)
        .directory()
        .reconciler(reconcile::EmptyTrash::default())
        .reconciler(reconcile::Expire)
        .site(site::Hosts)
        .origins(site::Hosts)
        .build()
}

#[cfg(test)]
mod tests;

//! CloudFormation types.

mod bucket;
mod bucket_policy;
mod convert;

pub(crate) use bucket::BucketResource;
pub(crate) use bucket_policy::BucketPolicyResource;

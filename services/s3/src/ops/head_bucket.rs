use crate::{S3, state};
use api_s3::{HeadBucket, HeadBucketOutput, HeadBucketRequest};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<HeadBucket> for S3 {
    fn access(_: &Call, input: &HeadBucketRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: HeadBucketRequest) -> Outcome<HeadBucketOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(HeadBucketOutput {
            bucket_arn: Some(state::bucket_arn(&input.bucket).to_string()),
            bucket_region: Some(bucket.region.as_str().into()),
        })
    }
}

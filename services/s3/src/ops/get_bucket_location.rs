use crate::{S3, state};
use api_s3::{GetBucketLocation, GetBucketLocationOutput, GetBucketLocationRequest};
use kernel::{Access, Call, Outcome, Read, Scope, Tx};

impl Read<GetBucketLocation> for S3 {
    fn access(_: &Call, input: &GetBucketLocationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketLocationRequest) -> Outcome<GetBucketLocationOutput> {
        // AWS: this is how clients find a bucket's region, so any region answers.
        let found = tx.peek(&Scope::shared()).get(&state::BUCKETS, input.bucket.as_str())?;
        let at_home = found.map_or_else(|| call.clone(), |bucket| call.in_region(bucket.region));
        let bucket = state::bucket(tx, &at_home, &input.bucket, input.expected_bucket_owner.as_deref())?;
        // AWS: us-east-1 has no name here.
        Ok(GetBucketLocationOutput {
            location_constraint: Some(bucket.region.as_str().to_owned()).filter(|region| region != "us-east-1"),
        })
    }
}

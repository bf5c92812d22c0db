use crate::{
    S3,
    domain::listing,
    state::{self, BUCKETS},
};
use api_s3::{Bucket, ListBuckets, ListBucketsOutput, ListBucketsRequest, Owner};
use kernel::{Access, Call, Outcome, Read, Scope, Tx};

/// AWS: also what is answered when nobody says how many.
const MOST_BUCKETS: i32 = 10_000;

impl Read<ListBuckets> for S3 {
    fn access(_: &Call, _: &ListBucketsRequest) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListBucketsRequest) -> Outcome<ListBucketsOutput> {
        let most = usize::try_from(input.max_buckets.unwrap_or(MOST_BUCKETS)).unwrap_or(0);
        let after = input.continuation_token.as_deref().and_then(listing::read_token).unwrap_or_default();
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let mut buckets: Vec<Bucket> = Vec::new();
        let mut continuation_token = None;
        for row in tx.peek(&Scope::shared()).scan(&BUCKETS, ()) {
            let (name, bucket) = row?;
            let is_wanted = bucket.owner == call.account
                && name > after
                && name.starts_with(prefix)
                && input.bucket_region.as_deref().is_none_or(|region| region == bucket.region.as_str());
            if !is_wanted {
                continue;
            }
            if buckets.len() == most {
                continuation_token = buckets.last().and_then(|last| last.name.as_deref()).map(listing::token);
                break;
            }
            buckets.push(Bucket {
                bucket_arn: Some(state::bucket_arn(&name).to_string()),
                name: Some(name),
                creation_date: Some(bucket.created),
                bucket_region: Some(bucket.region.as_str().into()),
            });
        }
        Ok(ListBucketsOutput {
            buckets: Some(buckets),
            owner: Some(Owner { id: Some(state::canonical_id(&call.account)) }),
            continuation_token,
            prefix: input.prefix,
        })
    }
}

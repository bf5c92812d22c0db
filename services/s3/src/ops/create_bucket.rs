use crate::{
    S3,
    domain::{name, tags},
    errors,
    state::{self, BUCKETS, Bucket, Versioning},
};
use api_s3::{
    BucketCannedACL, CreateBucket, CreateBucketConfiguration, CreateBucketOutput, CreateBucketRequest, ObjectOwnership,
    OwnershipControls, OwnershipControlsRule, PublicAccessBlockConfiguration, Tagging,
};
use base::Region;
use kernel::{Access, Call, Outcome, Scope, Tx, Write};
use shape::ApiError;

const US_EAST_1: &str = "us-east-1";
/// Where else the partition `aws` keeps buckets, as the model of S3 lists it.
#[rustfmt::skip]
const REGIONS: &[&str] = &[
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
    "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
    "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
    "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
    "mx-central-1", "sa-east-1", "us-east-2", "us-west-1", "us-west-2",
];

impl Write<CreateBucket> for S3 {
    fn access(_: &Call, input: &CreateBucketRequest) -> Access {
        let arn = state::bucket_arn(&input.bucket);
        let mut access = Access::to(&arn);
        if let Some(region) = location(input).filter(|region| !region.is_empty()) {
            access = access.with("s3:LocationConstraint", region);
        }
        if let Some(acl) = input.acl {
            access = access.with("s3:x-amz-acl", acl.as_str()).and("s3:PutBucketAcl", &arn);
        }
        if input.object_ownership.is_some() {
            access = access.and("s3:PutBucketOwnershipControls", &arn);
        }
        let has_tags = input.create_bucket_configuration.as_ref().is_some_and(|given| given.tags.is_some());
        if has_tags { access.and("s3:TagResource", &arn) } else { access }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateBucketRequest) -> Outcome<CreateBucketOutput> {
        if !name::is_bucket_name(&input.bucket) {
            return Err(ApiError::new("InvalidBucketName", 400, "The specified bucket is not valid."));
        }
        if input.object_lock_enabled_for_bucket == Some(true) {
            return Err(ApiError::not_implemented("object lock of s3"));
        }
        let region = home(call, &input)?;
        let ownership = input.object_ownership.unwrap_or(ObjectOwnership::BucketOwnerEnforced);
        match input.acl {
            None | Some(BucketCannedACL::Private) => {}
            Some(_) if ownership == ObjectOwnership::BucketOwnerEnforced => {
                let said = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
                return Err(ApiError::new("InvalidBucketAclWithObjectOwnership", 400, said));
            }
            // AWS: a new bucket blocks public ACLs.
            Some(BucketCannedACL::PublicRead | BucketCannedACL::PublicReadWrite) => return Err(errors::access_denied()),
            Some(other) => return Err(ApiError::not_implemented(format_args!("the canned ACL {other} of s3"))),
        }
        let output = CreateBucketOutput {
            location: Some(format!("/{}", input.bucket)),
            bucket_arn: Some(state::bucket_arn(&input.bucket).to_string()),
        };
        let known = tx.peek(&Scope::shared()).get(&BUCKETS, input.bucket.as_str())?;
        match known {
            // AWS: in us-east-1, and only there, making one's own bucket again succeeds.
            Some(known)
                if known.owner == call.account && call.region.as_str() == US_EAST_1 && known.region == call.region =>
            {
                return Ok(output);
            }
            Some(known) if known.owner == call.account => {
                return Err(api_s3::errors::bucket_already_owned_by_you(
                    "Your previous request to create the named bucket succeeded and you already own it.",
                ));
            }
            Some(_) => {
                return Err(api_s3::errors::bucket_already_exists(
                    "The requested bucket name is not available. The bucket namespace is shared by all users of the \
                     system. Please select a different name and try again.",
                ));
            }
            None => {}
        }
        let bucket = Bucket { owner: call.account.clone(), region, created: call.now, versioning: Versioning::Never };
        tx.in_scope(&Scope::shared()).put(&BUCKETS, input.bucket.as_str(), &bucket)?;
        put_defaults(tx, &input.bucket, ownership)?;
        if let Some(tags) = input.create_bucket_configuration.and_then(|given| given.tags) {
            tags::check(&tags::of_set(tags.clone()), tags::MOST_BUCKET_TAGS)?;
            state::put_setting(tx, &input.bucket, "tagging", &api_s3::Tagging, Tagging { tag_set: tags })?;
        }
        Ok(output)
    }
}

/// AWS: since April 2023 new buckets block public access and have no ACLs.
fn put_defaults(tx: &mut Tx<'_>, bucket: &str, object_ownership: ObjectOwnership) -> Outcome<()> {
    let rules = vec![OwnershipControlsRule { object_ownership }];
    state::put_setting(tx, bucket, "ownershipControls", &api_s3::OwnershipControls, OwnershipControls { rules })?;
    let block = PublicAccessBlockConfiguration {
        block_public_acls: Some(true),
        ignore_public_acls: Some(true),
        block_public_policy: Some(true),
        restrict_public_buckets: Some(true),
    };
    state::put_setting(tx, bucket, "publicAccessBlock", &api_s3::PublicAccessBlockConfiguration, block)
}

fn location(input: &CreateBucketRequest) -> Option<&str> {
    let given: Option<&CreateBucketConfiguration> = input.create_bucket_configuration.as_ref();
    given.and_then(|given| given.location_constraint.as_deref()).map(|region| match region {
        "EU" => "eu-west-1",
        region => region,
    })
}

/// Where the bucket will be. AWS: the endpoint of us-east-1 makes buckets in all regions, those of the others in their
/// own only.
fn home(call: &Call, input: &CreateBucketRequest) -> Outcome<Region> {
    let illegal = |asked: &str| {
        let said = format!(
            "The {asked} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        Err(ApiError::new("IllegalLocationConstraintException", 400, said))
    };
    match (location(input), call.region.as_str()) {
        (None, US_EAST_1) => Ok(call.region.clone()),
        (None, _) => illegal("unspecified"),
        (Some(asked), US_EAST_1) if asked != US_EAST_1 && REGIONS.contains(&asked) => Ok(Region::new(asked)),
        (Some(_), US_EAST_1) => {
            let said = "The specified location-constraint is not valid";
            Err(ApiError::new("InvalidLocationConstraint", 400, said))
        }
        (Some(asked), region) if asked == region => Ok(call.region.clone()),
        (Some(asked), _) => illegal(asked),
    }
}

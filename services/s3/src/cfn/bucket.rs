//! `AWS::S3::Bucket`: the bucket, then each configuration by the operation that puts it.

use super::convert::{self, shaped};
use api_s3::{cfn::BUCKET, *};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::{Value as Json, json};
use shape::{ApiError, Map};

type Properties = cfn::Bucket;

pub(crate) struct BucketResource;

impl Resource for BucketResource {
    type Properties = Properties;

    fn schema(&self) -> &'static shape::Resource {
        &BUCKET
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: Properties) -> Outcome<String> {
        let name = name(stack, &properties);
        // AWS: making one's own bucket again succeeds in us-east-1, but a stack takes over nothing.
        if is_there(cloud, stack, &name).await? {
            return Err(ApiError::new("AlreadyExists", 409, format!("{name} already exists")));
        }
        let region = stack.call.region.as_str();
        let input = CreateBucketRequest {
            bucket: name.clone(),
            create_bucket_configuration: Some(CreateBucketConfiguration {
                location_constraint: Some(region.to_owned()).filter(|region| region != "us-east-1"),
                tags: Some(tags(stack, &properties)),
            }),
            ..Default::default()
        };
        cloud.call::<CreateBucket>(&stack.call, input).await?;
        if let Err(error) = configure(cloud, stack, &name, &Properties::default(), &properties).await {
            // The engine knows no id yet, so what was made is unmade here. The first error is the one to tell.
            let input = DeleteBucketRequest { bucket: name, ..Default::default() };
            if let Err(second) = cloud.call::<DeleteBucket>(&stack.call, input).await {
                tracing::warn!(%second, "a bucket that could not be configured is left over");
            }
            return Err(error);
        }
        Ok(name)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: Properties) -> Outcome<Option<String>> {
        let name = name(stack, &properties);
        if !is_there(cloud, stack, &name).await? {
            return Ok(None);
        }
        let input = GetBucketTaggingRequest { bucket: name.clone(), ..Default::default() };
        let found = cloud.call::<GetBucketTagging>(&stack.call, input).await.map(|found| found.tag_set);
        let own = |tag: &Tag| tag.key == "aws:cloudformation:stack-id" && tag.value == stack.stack_id;
        if !found.unwrap_or_default().iter().any(own) {
            return Ok(None);
        }
        configure(cloud, stack, &name, &Properties::default(), &properties).await?;
        Ok(Some(name))
    }

    async fn attributes(&self, _: &Cloud, stack: &StackCall, id: &str, _: Properties) -> Outcome<Map<Json>> {
        let region = stack.call.region.as_str();
        // AWS: the older regions have a dash before their name, the others a dot.
        let dash = if OLD_WEBSITE_REGIONS.contains(&region) { '-' } else { '.' };
        let attribute = |name: &str, value: String| (name.to_owned(), Json::from(value));
        Ok([
            attribute("Arn", format!("arn:aws:s3:::{id}")),
            attribute("DomainName", format!("{id}.s3.amazonaws.com")),
            attribute("RegionalDomainName", format!("{id}.s3.{region}.amazonaws.com")),
            attribute("DualStackDomainName", format!("{id}.s3.dualstack.{region}.amazonaws.com")),
            attribute("WebsiteURL", format!("http://{id}.s3-website{dash}{region}.amazonaws.com")),
        ]
        .into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: Properties,
        new: Properties,
    ) -> Outcome<Updated> {
        let input = PutBucketTaggingRequest {
            bucket: id.into(),
            tagging: Tagging { tag_set: tags(stack, &new) },
            ..Default::default()
        };
        cloud.call::<PutBucketTagging>(&stack.call, input).await?;
        configure(cloud, stack, id, &old, &new).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: Properties) -> Outcome<()> {
        let input = DeleteBucketRequest { bucket: id.into(), ..Default::default() };
        match cloud.call::<DeleteBucket>(&stack.call, input).await {
            Err(error) if !error.is(&errors::NoSuchBucket) => Err(error),
            _ => Ok(()),
        }
    }
}

/// AWS: <https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints>
const OLD_WEBSITE_REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "eu-west-1",
    "sa-east-1",
];

const LONGEST_NAME: usize = 63;

fn name(stack: &StackCall, properties: &Properties) -> String {
    properties.bucket_name.clone().unwrap_or_else(|| stack.physical_name(LONGEST_NAME).to_ascii_lowercase())
}

fn tags(stack: &StackCall, properties: &Properties) -> Vec<Tag> {
    let own = properties.tags.iter().flatten().map(|tag| (tag.key.clone(), tag.value.clone()));
    stack.tags_with(own).into_iter().map(|(key, value)| Tag { key, value }).collect()
}

/// Whether there is such a bucket that this caller can see.
async fn is_there(cloud: &Cloud, stack: &StackCall, name: &str) -> Outcome<bool> {
    let input = HeadBucketRequest { bucket: name.into(), ..Default::default() };
    match cloud.call::<HeadBucket>(&stack.call, input).await {
        Ok(_) => Ok(true),
        Err(error) if error.status >= 500 => Err(error),
        Err(_) => Ok(false),
    }
}

/// Puts what the template says, and deletes what it says no more.
async fn configure(cloud: &Cloud, stack: &StackCall, bucket: &str, old: &Properties, new: &Properties) -> Outcome<()> {
    configure_access(cloud, stack, bucket, old, new).await?;
    let call = &stack.call;
    if new.versioning_configuration != old.versioning_configuration {
        let status = new.versioning_configuration.as_ref().map_or("Suspended", |given| given.status.as_str());
        let versioning_configuration = shaped(&api_s3::VersioningConfiguration, &json!({"Status": status}))?;
        let input =
            PutBucketVersioningRequest { bucket: bucket.into(), versioning_configuration, ..Default::default() };
        cloud.call::<PutBucketVersioning>(call, input).await?;
    }
    if new.bucket_encryption != old.bucket_encryption {
        match &new.bucket_encryption {
            Some(given) => {
                let json = convert::encryption(given);
                let server_side_encryption_configuration = shaped(&api_s3::ServerSideEncryptionConfiguration, &json)?;
                let bucket = bucket.into();
                let input =
                    PutBucketEncryptionRequest { bucket, server_side_encryption_configuration, ..Default::default() };
                cloud.call::<PutBucketEncryption>(call, input).await.map(drop)?;
            }
            None => {
                let input = DeleteBucketEncryptionRequest { bucket: bucket.into(), ..Default::default() };
                cloud.call::<DeleteBucketEncryption>(call, input).await.map(drop)?;
            }
        }
    }
    configure_web(cloud, stack, bucket, old, new).await?;
    configure_lifecycle(cloud, stack, bucket, old, new).await
}

/// Who gets in: owners before ACLs, and the block before both, so that what it allows can be put.
async fn configure_access(
    cloud: &Cloud,
    stack: &StackCall,
    bucket: &str,
    old: &Properties,
    new: &Properties,
) -> Outcome<()> {
    let call = &stack.call;
    if new.public_access_block_configuration != old.public_access_block_configuration {
        match &new.public_access_block_configuration {
            Some(given) => {
                let configuration = PublicAccessBlockConfiguration {
                    block_public_acls: given.block_public_acls,
                    ignore_public_acls: given.ignore_public_acls,
                    block_public_policy: given.block_public_policy,
                    restrict_public_buckets: given.restrict_public_buckets,
                };
                let input = PutPublicAccessBlockRequest {
                    bucket: bucket.into(),
                    public_access_block_configuration: configuration,
                    ..Default::default()
                };
                cloud.call::<PutPublicAccessBlock>(call, input).await.map(drop)?;
            }
            None => {
                let input = DeletePublicAccessBlockRequest { bucket: bucket.into(), ..Default::default() };
                cloud.call::<DeletePublicAccessBlock>(call, input).await.map(drop)?;
            }
        }
    }
    if new.ownership_controls != old.ownership_controls {
        match &new.ownership_controls {
            Some(given) => {
                let ownership_controls = shaped(&api_s3::OwnershipControls, &convert::ownership(given))?;
                let bucket = bucket.into();
                let input = PutBucketOwnershipControlsRequest { bucket, ownership_controls, ..Default::default() };
                cloud.call::<PutBucketOwnershipControls>(call, input).await.map(drop)?;
            }
            None => {
                let input = DeleteBucketOwnershipControlsRequest { bucket: bucket.into(), ..Default::default() };
                cloud.call::<DeleteBucketOwnershipControls>(call, input).await.map(drop)?;
            }
        }
    }
    let (wanted, had) = (new.access_control.as_deref(), old.access_control.as_deref());
    if wanted.unwrap_or("Private") != had.unwrap_or("Private") {
        let acl = match wanted.unwrap_or("Private") {
            "Private" => BucketCannedACL::Private,
            "PublicRead" => BucketCannedACL::PublicRead,
            "PublicReadWrite" => BucketCannedACL::PublicReadWrite,
            "AuthenticatedRead" => BucketCannedACL::AuthenticatedRead,
            other => return Err(ApiError::not_implemented(format_args!("AccessControl {other} of AWS::S3::Bucket"))),
        };
        let input = PutBucketAclRequest { bucket: bucket.into(), acl: Some(acl), ..Default::default() };
        cloud.call::<PutBucketAcl>(call, input).await?;
    }
    Ok(())
}

async fn configure_web(
    cloud: &Cloud,
    stack: &StackCall,
    bucket: &str,
    old: &Properties,
    new: &Properties,
) -> Outcome<()> {
    let call = &stack.call;
    if new.cors_configuration != old.cors_configuration {
        match &new.cors_configuration {
            Some(given) => {
                let cors_configuration = shaped(&api_s3::CORSConfiguration, &convert::cors(given))?;
                let input = PutBucketCorsRequest { bucket: bucket.into(), cors_configuration, ..Default::default() };
                cloud.call::<PutBucketCors>(call, input).await.map(drop)?;
            }
            None => {
                let input = DeleteBucketCorsRequest { bucket: bucket.into(), ..Default::default() };
                cloud.call::<DeleteBucketCors>(call, input).await.map(drop)?;
            }
        }
    }
    if new.website_configuration != old.website_configuration {
        match &new.website_configuration {
            Some(given) => {
                let website_configuration = shaped(&api_s3::WebsiteConfiguration, &convert::website(given))?;
                let input =
                    PutBucketWebsiteRequest { bucket: bucket.into(), website_configuration, ..Default::default() };
                cloud.call::<PutBucketWebsite>(call, input).await.map(drop)?;
            }
            None => {
                let input = DeleteBucketWebsiteRequest { bucket: bucket.into(), ..Default::default() };
                cloud.call::<DeleteBucketWebsite>(call, input).await.map(drop)?;
            }
        }
    }
    Ok(())
}

async fn configure_lifecycle(
    cloud: &Cloud,
    stack: &StackCall,
    bucket: &str,
    old: &Properties,
    new: &Properties,
) -> Outcome<()> {
    if new.lifecycle_configuration == old.lifecycle_configuration {
        return Ok(());
    }
    match &new.lifecycle_configuration {
        Some(given) => {
            let least = given.transition_default_minimum_object_size.as_deref();
            let input = PutBucketLifecycleConfigurationRequest {
                bucket: bucket.into(),
                lifecycle_configuration: Some(shaped(&BucketLifecycleConfiguration, &convert::lifecycle(given))?),
                transition_default_minimum_object_size: least.and_then(TransitionDefaultMinimumObjectSize::parse),
                ..Default::default()
            };
            cloud.call::<PutBucketLifecycleConfiguration>(&stack.call, input).await.map(drop)
        }
        None => {
            let input = DeleteBucketLifecycleRequest { bucket: bucket.into(), ..Default::default() };
            cloud.call::<DeleteBucketLifecycle>(&stack.call, input).await.map(drop)
        }
    }
}

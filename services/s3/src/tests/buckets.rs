use super::{put, shelf};
use api_s3::*;
use base::{AccountId, Region};
use kernel::{Call, Principal};
use testkit::Model;

fn named(bucket: &str) -> CreateBucketRequest {
    CreateBucketRequest { bucket: bucket.into(), ..Default::default() }
}

fn other_account(model: &Model) -> Call {
    let account = AccountId::new("111111111111").unwrap();
    Call { account: account.clone(), ..model.call_as(Principal::root(&account)) }
}

#[tokio::test]
async fn a_name_belongs_to_one_account() {
    let model = shelf().await;
    assert_eq!(model.ask::<CreateBucket>(named("shelf")).await.unwrap().location.as_deref(), Some("/shelf"));
    let taken = model.cloud.call::<CreateBucket>(&other_account(&model), named("shelf")).await.unwrap_err();
    assert_eq!((taken.code, taken.status), ("BucketAlreadyExists", 409));
    assert_eq!(model.ask::<CreateBucket>(named("Shelf")).await.unwrap_err().code, "InvalidBucketName");
    let listed = model.ask::<ListBuckets>(ListBucketsRequest::default()).await.unwrap();
    assert_eq!(listed.buckets.unwrap()[0].name.as_deref(), Some("shelf"));
    let theirs = model.cloud.call::<ListBuckets>(&other_account(&model), ListBucketsRequest::default()).await.unwrap();
    assert_eq!(theirs.buckets, Some(Vec::new()));
}

#[tokio::test]
async fn a_bucket_is_in_the_region_that_it_was_made_in() {
    let model = Model::new(vec![crate::service()]);
    let there = model.root().in_region(Region::new("eu-west-1"));
    let refused = model.cloud.call::<CreateBucket>(&there, named("shelf")).await.unwrap_err();
    assert_eq!(refused.code, "IllegalLocationConstraintException");
    let configuration =
        CreateBucketConfiguration { location_constraint: Some("eu-west-1".into()), ..Default::default() };
    let input = CreateBucketRequest { create_bucket_configuration: Some(configuration), ..named("shelf") };
    model.cloud.call::<CreateBucket>(&there, input.clone()).await.unwrap();
    assert_eq!(model.cloud.call::<CreateBucket>(&there, input).await.unwrap_err().code, "BucketAlreadyOwnedByYou");
    let head = HeadBucketRequest { bucket: "shelf".into(), ..Default::default() };
    let redirected = model.ask::<HeadBucket>(head.clone()).await.unwrap_err();
    assert_eq!((redirected.code, redirected.status), ("PermanentRedirect", 301));
    let found = model.cloud.call::<HeadBucket>(&there, head).await.unwrap();
    assert_eq!(found.bucket_region.as_deref(), Some("eu-west-1"));
    let input = GetBucketLocationRequest { bucket: "shelf".into(), ..Default::default() };
    let location = model.ask::<GetBucketLocation>(input).await.unwrap().location_constraint;
    assert_eq!(location, Some("eu-west-1".to_owned()));
}

#[tokio::test]
async fn a_full_bucket_is_not_deleted() {
    let model = shelf().await;
    put(&model, "book", "pages").await;
    let delete = DeleteBucketRequest { bucket: "shelf".into(), ..Default::default() };
    let refused = model.ask::<DeleteBucket>(delete.clone()).await.unwrap_err();
    assert_eq!(refused.to_string(), "BucketNotEmpty: The bucket you tried to delete is not empty");
    let object = DeleteObjectRequest { bucket: "shelf".into(), key: "book".into(), ..Default::default() };
    model.ask::<DeleteObject>(object).await.unwrap();
    model.ask::<DeleteBucket>(delete).await.unwrap();
    let head = HeadBucketRequest { bucket: "shelf".into(), ..Default::default() };
    assert_eq!(model.ask::<HeadBucket>(head).await.unwrap_err().code, "NoSuchBucket");
}

#[tokio::test]
async fn a_configuration_is_put_got_and_deleted() {
    let model = shelf().await;
    let get = GetBucketCorsRequest { bucket: "shelf".into(), ..Default::default() };
    assert_eq!(model.ask::<GetBucketCors>(get.clone()).await.unwrap_err().code, "NoSuchCORSConfiguration");
    let rule = CORSRule {
        allowed_methods: vec!["GET".into()],
        allowed_origins: vec!["https://app.example.com".into()],
        ..Default::default()
    };
    let put = PutBucketCorsRequest {
        bucket: "shelf".into(),
        cors_configuration: CORSConfiguration { cors_rules: vec![rule.clone()] },
        ..Default::default()
    };
    model.ask::<PutBucketCors>(put).await.unwrap();
    assert_eq!(model.ask::<GetBucketCors>(get.clone()).await.unwrap().cors_rules, Some(vec![rule]));
    let delete = DeleteBucketCorsRequest { bucket: "shelf".into(), ..Default::default() };
    model.ask::<DeleteBucketCors>(delete).await.unwrap();
    assert_eq!(model.ask::<GetBucketCors>(get).await.unwrap_err().code, "NoSuchCORSConfiguration");
}

#[tokio::test]
async fn a_bucket_that_never_had_a_configuration_answers_as_terraform_expects() {
    let model = shelf().await;
    let bucket = || "shelf".to_owned();
    macro_rules! code {
        ($operation:ident, $request:ident) => {
            model.ask::<$operation>($request { bucket: bucket(), ..Default::default() }).await.unwrap_err().code
        };
    }
    assert_eq!(code!(GetBucketTagging, GetBucketTaggingRequest), "NoSuchTagSet");
    assert_eq!(code!(GetBucketPolicy, GetBucketPolicyRequest), "NoSuchBucketPolicy");
    assert_eq!(code!(GetBucketWebsite, GetBucketWebsiteRequest), "NoSuchWebsiteConfiguration");
    assert_eq!(code!(GetBucketReplication, GetBucketReplicationRequest), "ReplicationConfigurationNotFoundError");
    assert_eq!(
        code!(GetObjectLockConfiguration, GetObjectLockConfigurationRequest),
        "ObjectLockConfigurationNotFoundError"
    );
    let input = GetBucketEncryptionRequest { bucket: bucket(), ..Default::default() };
    let found = model.ask::<GetBucketEncryption>(input).await.unwrap();
    let rule = &found.server_side_encryption_configuration.unwrap().rules[0];
    let default = rule.apply_server_side_encryption_by_default.as_ref().unwrap();
    assert_eq!(default.sse_algorithm, ServerSideEncryption::Aes256);
    let input = GetPublicAccessBlockRequest { bucket: bucket(), ..Default::default() };
    let block = model.ask::<GetPublicAccessBlock>(input).await.unwrap().public_access_block_configuration.unwrap();
    assert_eq!((block.block_public_policy, block.restrict_public_buckets), (Some(true), Some(true)));
}

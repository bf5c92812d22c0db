use super::{get_request, put, shelf};
use api_s3::*;
use base::Arn;
use kernel::{Context, Principal};
use testkit::Model;

async fn put_policy(model: &Model, policy: &str) -> kernel::Outcome<PutBucketPolicyOutputNothing> {
    let input = PutBucketPolicyRequest { bucket: "shelf".into(), policy: policy.into(), ..Default::default() };
    model.ask::<PutBucketPolicy>(input).await
}

async fn open(model: &Model) {
    let input = DeletePublicAccessBlockRequest { bucket: "shelf".into(), ..Default::default() };
    model.ask::<DeletePublicAccessBlock>(input).await.unwrap();
}

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shelf/*"}]}"#;

#[tokio::test]
async fn a_public_policy_is_refused_until_the_bucket_is_opened() {
    let model = shelf().await;
    put(&model, "k", "x").await;
    let refused = put_policy(&model, PUBLIC).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    assert!(refused.message.contains("BlockPublicPolicy"), "{}", refused.message);
    open(&model).await;
    let anonymous = model.anonymous();
    assert_eq!(model.cloud.call::<GetObject>(&anonymous, get_request("k")).await.unwrap_err().code, "AccessDenied");
    put_policy(&model, PUBLIC).await.unwrap();
    model.cloud.call::<GetObject>(&anonymous, get_request("k")).await.unwrap();
    let status = GetBucketPolicyStatusRequest { bucket: "shelf".into(), ..Default::default() };
    let status = model.ask::<GetBucketPolicyStatus>(status).await.unwrap().policy_status.unwrap();
    assert_eq!(status.is_public, Some(true));
    let hidden = model.cloud.call::<GetObject>(&anonymous, get_request("not there")).await.unwrap_err();
    assert_eq!((hidden.code, hidden.status), ("AccessDenied", 403));
    let block = PublicAccessBlockConfiguration { restrict_public_buckets: Some(true), ..Default::default() };
    let input = PutPublicAccessBlockRequest {
        bucket: "shelf".into(),
        public_access_block_configuration: block,
        ..Default::default()
    };
    model.ask::<PutPublicAccessBlock>(input).await.unwrap();
    assert_eq!(model.cloud.call::<GetObject>(&anonymous, get_request("k")).await.unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn a_distribution_reaches_the_bucket_by_its_name_or_its_identity() {
    let model = shelf().await;
    put(&model, "index.html", "<h1>").await;
    put_policy(
        &model,
        r#"{"Version":"2012-10-17","Statement":[
            {"Effect":"Allow","Principal":{"Service":"cloudfront.amazonaws.com"},"Action":"s3:GetObject",
             "Resource":"arn:aws:s3:::shelf/*","Condition":{"StringEquals":
                {"aws:SourceArn":"arn:aws:cloudfront::000000000000:distribution/E1"}}},
            {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2"},
             "Action":"s3:GetObject","Resource":"arn:aws:s3:::shelf/*"}]}"#,
    )
    .await
    .unwrap();
    let distribution = |id: &str| Arn::new("cloudfront", "", "000000000000", format!("distribution/{id}"));
    let by = |id| model.root().as_service("cloudfront.amazonaws.com", &distribution(id));
    model.cloud.call::<GetObject>(&by("E1"), get_request("index.html")).await.unwrap();
    let other = model.cloud.call::<GetObject>(&by("E9"), get_request("index.html")).await.unwrap_err();
    assert_eq!(other.code, "AccessDenied");
    let identity = |id: &str| {
        let arn = format!("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}");
        model.call_as(Principal::CanonicalUser { id: format!("canonical{id}"), arn: Some(arn) })
    };
    model.cloud.call::<GetObject>(&identity("E2"), get_request("index.html")).await.unwrap();
    let other = model.cloud.call::<GetObject>(&identity("E3"), get_request("index.html")).await.unwrap_err();
    assert_eq!(other.code, "AccessDenied");
}

#[tokio::test]
async fn another_account_lists_only_the_prefix_that_it_was_given() {
    let model = shelf().await;
    put(&model, "theirs/k", "x").await;
    put_policy(
        &model,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111111111111"},
            "Action":"s3:ListBucket","Resource":"arn:aws:s3:::shelf",
            "Condition":{"StringLike":{"s3:prefix":"theirs/*"}}}]}"#,
    )
    .await
    .unwrap();
    let account = base::AccountId::new("111111111111").unwrap();
    let call = kernel::Call { account: account.clone(), ..model.call_as(Principal::root(&account)) };
    let list = |prefix: &str| ListObjectsV2Request {
        bucket: "shelf".into(),
        prefix: Some(prefix.into()),
        ..Default::default()
    };
    let page = model.cloud.call::<ListObjectsV2>(&call, list("theirs/")).await.unwrap();
    assert_eq!(page.key_count, Some(1));
    let refused = model.cloud.call::<ListObjectsV2>(&call, list("")).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
}

#[tokio::test]
async fn a_policy_of_another_bucket_or_service_is_malformed() {
    let model = shelf().await;
    for (policy, said) in [
        ("[]", "Policies must be valid JSON and the first byte must be '{'"),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"s3:*","Resource":"arn:aws:s3:::other"}}"#,
            "Policy has invalid resource",
        ),
        (
            r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sqs:*","Resource":"arn:aws:s3:::shelf"}}"#,
            "Policy has invalid action",
        ),
    ] {
        let refused = put_policy(&model, policy).await.unwrap_err();
        assert_eq!((refused.code, refused.message.as_str()), ("MalformedPolicy", said));
    }
}

#[tokio::test]
async fn tags_of_an_object_are_known_to_policies() {
    let model = shelf().await;
    let input = PutObjectRequest { tagging: Some("colour=blue".into()), ..super::put_request("k", "x") };
    model.ask::<PutObject>(input).await.unwrap();
    open(&model).await;
    put_policy(
        &model,
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject",
            "Resource":"arn:aws:s3:::shelf/*","Condition":{"StringEquals":{"s3:ExistingObjectTag/colour":"blue"}}}]}"#,
    )
    .await
    .unwrap();
    put(&model, "plain", "x").await;
    let anonymous = kernel::Call { context: Context::new(), ..model.anonymous() };
    model.cloud.call::<GetObject>(&anonymous, get_request("k")).await.unwrap();
    let refused = model.cloud.call::<GetObject>(&anonymous, get_request("plain")).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
}

use api_s3::*;
use serde_json::json;
use testkit::Model;

#[tokio::test]
async fn a_template_makes_a_bucket_with_all_that_it_says() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::S3::Bucket");
    let properties = json!({
        "PublicAccessBlockConfiguration": {"BlockPublicAcls": true, "IgnorePublicAcls": true,
            "BlockPublicPolicy": false, "RestrictPublicBuckets": false},
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": 60}]},
        "WebsiteConfiguration": {"IndexDocument": "index.html", "ErrorDocument": "error.html"},
        "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 30, "Prefix": "tmp/",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7}}]},
        "LoggingConfiguration": {"DestinationBucketName": "logs"},
        "AccessControl": "Private",
        "Tags": [{"Key": "team", "Value": "blue"}],
    });
    let id = resource.create(properties.clone()).await.unwrap();
    assert_eq!(id, "stack-thing-abcdefabcdef");
    let attributes = resource.attributes(&id, properties.clone()).await.unwrap();
    assert_eq!(attributes["Arn"], format!("arn:aws:s3:::{id}"));
    assert_eq!(attributes["RegionalDomainName"], format!("{id}.s3.us-east-1.amazonaws.com"));
    assert_eq!(attributes["WebsiteURL"], format!("http://{id}.s3-website-us-east-1.amazonaws.com"));
    let input = GetBucketLifecycleConfigurationRequest { bucket: id.clone(), ..Default::default() };
    let rule = model.ask::<GetBucketLifecycleConfiguration>(input).await.unwrap().rules.unwrap().remove(0);
    assert_eq!(rule.expiration.and_then(|expiration| expiration.days), Some(30));
    let input = GetBucketTaggingRequest { bucket: id.clone(), ..Default::default() };
    let tags = model.ask::<GetBucketTagging>(input).await.unwrap().tag_set;
    assert!(tags.iter().any(|tag| tag.key == "team") && tags.iter().any(|tag| tag.key.starts_with("aws:cloudf")));

    let mut changed = properties.clone();
    changed["VersioningConfiguration"]["Status"] = json!("Suspended");
    changed.as_object_mut().unwrap().remove("CorsConfiguration");
    resource.update(&id, properties, changed.clone()).await.unwrap();
    let input = GetBucketCorsRequest { bucket: id.clone(), ..Default::default() };
    assert_eq!(model.ask::<GetBucketCors>(input).await.unwrap_err().code, "NoSuchCORSConfiguration");
    resource.delete(&id, changed.clone()).await.unwrap();
    resource.delete(&id, changed).await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_cannot_be_configured_is_not_left_over() {
    let model = Model::new(vec![crate::service()]);
    let resource = model.resource("AWS::S3::Bucket");
    let refused = resource.create(json!({"BucketName": "loud", "AccessControl": "PublicRead"})).await.unwrap_err();
    assert_eq!(refused.code, "AccessControlListNotSupported");
    let head = HeadBucketRequest { bucket: "loud".into(), ..Default::default() };
    assert_eq!(model.ask::<HeadBucket>(head).await.unwrap_err().code, "NoSuchBucket");
    resource.create(json!({"BucketName": "loud"})).await.unwrap();
    let again = resource.create(json!({"BucketName": "loud"})).await.unwrap_err();
    assert_eq!(again.message, "loud already exists");
}

#[tokio::test]
async fn a_template_makes_a_bucket_policy() {
    let model = super::shelf().await;
    let resource = model.resource("AWS::S3::BucketPolicy");
    let properties = json!({"Bucket": "shelf", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
         "Resource": "arn:aws:s3:::shelf/*"}]}});
    let id = resource.create(properties.clone()).await.unwrap();
    let input = GetBucketPolicyRequest { bucket: "shelf".into(), ..Default::default() };
    assert!(model.ask::<GetBucketPolicy>(input.clone()).await.unwrap().policy.unwrap().contains("cloudfront"));
    resource.delete(&id, properties).await.unwrap();
    assert_eq!(model.ask::<GetBucketPolicy>(input).await.unwrap_err().code, "NoSuchBucketPolicy");
}

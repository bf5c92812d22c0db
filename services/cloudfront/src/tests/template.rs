//! What a template makes.

use super::model;
use api_cloudfront::{GetDistribution, GetDistributionRequest, ListTagsForResource, ListTagsForResourceRequest};
use serde_json::{Value as Json, json};

fn distribution(comment: &str) -> Json {
    json!({"DistributionConfig": {
        "Enabled": true, "Comment": comment, "DefaultRootObject": "index.html", "IPV6Enabled": true,
        "Origins": [{"Id": "bucket", "DomainName": "site.s3.amazonaws.com", "S3OriginConfig": {}}],
        "DefaultCacheBehavior": {
            "TargetOriginId": "bucket", "ViewerProtocolPolicy": "redirect-to-https", "Compress": true,
            "AllowedMethods": ["GET", "HEAD", "OPTIONS"], "CachedMethods": ["GET", "HEAD"],
            "ForwardedValues": {"QueryString": false, "Cookies": {"Forward": "none"}},
        },
        "CustomErrorResponses": [{"ErrorCode": 403, "ResponseCode": 200, "ResponsePagePath": "/index.html"}],
        "ViewerCertificate": {"CloudFrontDefaultCertificate": true},
    }, "Tags": [{"Key": "team", "Value": "web"}]})
}

#[tokio::test]
async fn a_template_makes_changes_and_unmakes_a_distribution() {
    let model = model();
    let resource = model.resource("AWS::CloudFront::Distribution");
    let id = resource.create(distribution("one")).await.unwrap();
    // A second try of the same step finds the first one's work.
    assert_eq!(resource.create(distribution("one")).await.unwrap(), id);
    let domain = resource.attributes(&id, distribution("one")).await.unwrap()["DomainName"].clone();
    assert!(domain.as_str().unwrap().ends_with(".cloudfront.net"));
    let get = || GetDistributionRequest { id: id.clone() };
    let made = model.ask::<GetDistribution>(get()).await.unwrap().distribution.unwrap();
    let behavior = made.distribution_config.default_cache_behavior;
    let methods = behavior.allowed_methods.unwrap();
    assert_eq!(
        (methods.quantity, methods.cached_methods.unwrap().quantity, behavior.default_ttl),
        (3, 2, Some(86_400))
    );
    let response = &made.distribution_config.custom_error_responses.unwrap().items.unwrap()[0];
    assert_eq!(response.response_code.as_deref(), Some("200"));
    let tags = model.ask::<ListTagsForResource>(ListTagsForResourceRequest { resource: made.arn }).await.unwrap();
    assert_eq!(tags.tags.items.unwrap().len(), 4);
    resource.update(&id, distribution("one"), distribution("two")).await.unwrap();
    let changed = model.ask::<GetDistribution>(get()).await.unwrap().distribution.unwrap();
    assert_eq!(changed.distribution_config.comment, "two");
    resource.delete(&id, distribution("two")).await.unwrap();
    resource.delete(&id, distribution("two")).await.unwrap();
    assert_eq!(model.ask::<GetDistribution>(get()).await.unwrap_err().code, "NoSuchDistribution");
}

#[tokio::test]
async fn what_templates_say_and_the_edge_does_not_do_is_listed_before_the_first_step() {
    let model = model();
    let mut properties = distribution("one");
    properties["DistributionConfig"]["Aliases"] = json!(["www.example.org"]);
    properties["DistributionConfig"]["WebACLId"] = json!("");
    let problems = model.resource("AWS::CloudFront::Distribution").problems(&properties);
    assert_eq!(problems.len(), 1, "{problems:?}");
}

#[tokio::test]
async fn each_other_type_is_made_changed_and_unmade() {
    let behaviors = |kind: &str, name: &str| {
        json!({
            "Name": name, "HeadersConfig": {"HeaderBehavior": "none"},
            "CookiesConfig": {"CookieBehavior": kind}, "QueryStringsConfig": {"QueryStringBehavior": "all"},
        })
    };
    let cache = |seconds: i64| {
        let mut parameters = behaviors("none", "");
        parameters.as_object_mut().unwrap().remove("Name");
        parameters["EnableAcceptEncodingGzip"] = json!(true);
        json!({"CachePolicyConfig": {"Name": "mine", "MinTTL": 0, "DefaultTTL": seconds, "MaxTTL": 900,
            "ParametersInCacheKeyAndForwardedToOrigin": parameters}})
    };
    let control = |text: &str| {
        json!({"OriginAccessControlConfig": {"Name": "mine", "Description": text, "SigningProtocol": "sigv4",
            "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}})
    };
    let headers = |value: &str| {
        json!({"ResponseHeadersPolicyConfig": {"Name": "mine",
            "CustomHeadersConfig": {"Items": [{"Header": "x-a", "Value": value, "Override": true}]}}})
    };
    let identity = |text: &str| json!({"CloudFrontOriginAccessIdentityConfig": {"Comment": text}});
    let request = |kind: &str| json!({"OriginRequestPolicyConfig": behaviors(kind, "mine")});
    let model = model();
    for (kind, old, new, attribute) in [
        ("CachePolicy", cache(60), cache(120), "LastModifiedTime"),
        ("OriginRequestPolicy", request("none"), request("all"), "Id"),
        ("ResponseHeadersPolicy", headers("1"), headers("2"), "Id"),
        ("OriginAccessControl", control("one"), control("two"), "Id"),
        ("CloudFrontOriginAccessIdentity", identity("one"), identity("two"), "S3CanonicalUserId"),
    ] {
        let resource = model.resource(&format!("AWS::CloudFront::{kind}"));
        let id = resource.create(old.clone()).await.unwrap();
        assert!(resource.attributes(&id, old.clone()).await.unwrap().contains_key(attribute), "{kind}");
        resource.update(&id, old, new.clone()).await.unwrap();
        resource.delete(&id, new.clone()).await.unwrap();
        resource.delete(&id, new).await.unwrap();
    }
}

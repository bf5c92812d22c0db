mod bucket;
mod control;
mod template;
mod viewer;

use api_cloudfront::{
    CreateDistribution, CreateDistributionRequest, DefaultCacheBehavior, Distribution, DistributionConfig, Origin,
    Origins, S3OriginConfig, ViewerProtocolPolicy,
};
use testkit::Model;

pub(crate) const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
pub(crate) const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

pub(crate) fn model() -> Model {
    Model::new(vec![crate::service(), bucket::service()])
}

/// As small a configuration as AWS takes: one bucket, AWS's own cache policy.
pub(crate) fn config() -> DistributionConfig {
    let origin = Origin {
        id: "bucket".into(),
        domain_name: "site.s3.us-east-1.amazonaws.com".into(),
        s3_origin_config: Some(S3OriginConfig::default()),
        ..Origin::default()
    };
    DistributionConfig {
        caller_reference: "one".into(),
        origins: Origins { quantity: 1, items: vec![origin] },
        default_cache_behavior: DefaultCacheBehavior {
            target_origin_id: "bucket".into(),
            viewer_protocol_policy: ViewerProtocolPolicy::AllowAll,
            cache_policy_id: Some(CACHING_OPTIMIZED.into()),
            ..DefaultCacheBehavior::default()
        },
        enabled: true,
        ..DistributionConfig::default()
    }
}

pub(crate) async fn create(model: &Model, distribution_config: DistributionConfig) -> Distribution {
    let input = CreateDistributionRequest { distribution_config };
    model.ask::<CreateDistribution>(input).await.unwrap().distribution.unwrap()
}

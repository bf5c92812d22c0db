//! What a client of the API sees.

use super::{CACHING_OPTIMIZED, config, create, model};
use api_cloudfront::{
    AllowedMethods, CachePolicyConfig, CreateCachePolicy, CreateCachePolicyRequest, CreateDistribution,
    CreateDistributionRequest, DeleteCachePolicy, DeleteCachePolicyRequest, DeleteDistribution,
    DeleteDistributionRequest, DistributionConfig, GetCachePolicy, GetCachePolicyRequest, GetDistribution,
    GetDistributionRequest, ListCachePolicies, ListCachePoliciesRequest, ListDistributions, ListDistributionsRequest,
    ListTagsForResource, ListTagsForResourceRequest, LoggingConfig, Method, Tag, TagResource, TagResourceRequest, Tags,
    UpdateDistribution, UpdateDistributionRequest,
};

pub(super) fn all_methods() -> AllowedMethods {
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    AllowedMethods { quantity: 7, items: vec![Get, Head, Options, Put, Post, Patch, Delete], cached_methods: None }
}

#[tokio::test]
async fn an_answer_says_what_the_caller_left_out() {
    let model = model();
    let made = create(&model, config()).await;
    assert_eq!((made.status.as_str(), made.in_progress_invalidation_batches), ("Deployed", 0));
    assert_eq!(made.arn, format!("arn:aws:cloudfront::000000000000:distribution/{}", made.id));
    let config = made.distribution_config;
    let methods = config.default_cache_behavior.allowed_methods.unwrap();
    assert_eq!(methods.items, [Method::Head, Method::Get]);
    assert_eq!(config.price_class.unwrap().as_str(), "PriceClass_All");
    assert_eq!(config.origins.items[0].connection_attempts, Some(3));
}

#[tokio::test]
async fn what_was_read_can_be_written_back() {
    let model = model();
    let made = create(&model, config()).await;
    let input = GetDistributionRequest { id: made.id.clone() };
    let read = model.ask::<GetDistribution>(input).await.unwrap();
    let distribution_config = read.distribution.unwrap().distribution_config;
    let update = UpdateDistributionRequest {
        distribution_config: distribution_config.clone(),
        id: made.id.clone(),
        if_match: read.e_tag,
    };
    let updated = model.ask::<UpdateDistribution>(update.clone()).await.unwrap();
    assert_eq!(updated.distribution.unwrap().distribution_config, distribution_config);
    let late = model.ask::<UpdateDistribution>(update.clone()).await.unwrap_err();
    assert_eq!((late.code, late.status), ("PreconditionFailed", 412));
    let blind =
        model.ask::<UpdateDistribution>(UpdateDistributionRequest { if_match: None, ..update }).await.unwrap_err();
    assert_eq!(blind.code, "InvalidIfMatchVersion");
}

#[tokio::test]
async fn a_distribution_is_deleted_only_when_it_is_disabled() {
    let model = model();
    let made = create(&model, config()).await;
    let get = || GetDistributionRequest { id: made.id.clone() };
    let if_match = model.ask::<GetDistribution>(get()).await.unwrap().e_tag;
    let delete = DeleteDistributionRequest { id: made.id.clone(), if_match: if_match.clone() };
    let refused = model.ask::<DeleteDistribution>(delete).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("DistributionNotDisabled", 409));
    let distribution_config = DistributionConfig { enabled: false, ..made.distribution_config.clone() };
    let update = UpdateDistributionRequest { distribution_config, id: made.id.clone(), if_match };
    let if_match = model.ask::<UpdateDistribution>(update).await.unwrap().e_tag;
    model.ask::<DeleteDistribution>(DeleteDistributionRequest { id: made.id.clone(), if_match }).await.unwrap();
    assert_eq!(model.ask::<GetDistribution>(get()).await.unwrap_err().code, "NoSuchDistribution");
}

#[tokio::test]
async fn the_same_request_makes_one_distribution() {
    let model = model();
    let (one, same) = (create(&model, config()).await, create(&model, config()).await);
    assert_eq!(one.id, same.id);
    let other = DistributionConfig { comment: "other".into(), ..config() };
    let input = CreateDistributionRequest { distribution_config: other };
    assert_eq!(model.ask::<CreateDistribution>(input).await.unwrap_err().code, "DistributionAlreadyExists");
    let all = model.ask::<ListDistributions>(ListDistributionsRequest::default()).await.unwrap();
    assert_eq!(all.distribution_list.unwrap().quantity, 1);
}

#[tokio::test]
async fn what_the_edge_does_not_do_is_refused_by_name() {
    let model = model();
    let logging =
        LoggingConfig { enabled: Some(true), bucket: Some("logs.s3.amazonaws.com".into()), ..Default::default() };
    let wanted = DistributionConfig { logging: Some(logging), ..config() };
    let refused =
        model.ask::<CreateDistribution>(CreateDistributionRequest { distribution_config: wanted }).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("NotImplemented", 501));
    assert!(refused.message.contains("Logging"));
}

#[tokio::test]
async fn a_behavior_names_an_origin_that_is_there() {
    let model = model();
    let mut lost = config();
    lost.default_cache_behavior.target_origin_id = "nowhere".into();
    let refused =
        model.ask::<CreateDistribution>(CreateDistributionRequest { distribution_config: lost }).await.unwrap_err();
    assert_eq!((refused.code, refused.status), ("NoSuchOrigin", 404));
}

#[tokio::test]
async fn a_policy_in_use_stays_and_one_of_awss_own_cannot_be_touched() {
    let model = model();
    let wanted = CachePolicyConfig { name: "mine".into(), min_ttl: 1, ..CachePolicyConfig::default() };
    let input = CreateCachePolicyRequest { cache_policy_config: wanted };
    let made = model.ask::<CreateCachePolicy>(input.clone()).await.unwrap();
    assert_eq!(model.ask::<CreateCachePolicy>(input).await.unwrap_err().code, "CachePolicyAlreadyExists");
    let policy = made.cache_policy.unwrap();
    assert_eq!(policy.cache_policy_config.max_ttl, Some(31_536_000));
    let mut using = config();
    using.default_cache_behavior.cache_policy_id = Some(policy.id.clone());
    create(&model, using).await;
    let delete = DeleteCachePolicyRequest { id: policy.id, if_match: made.e_tag };
    assert_eq!(model.ask::<DeleteCachePolicy>(delete).await.unwrap_err().code, "CachePolicyInUse");
    let own = model.ask::<GetCachePolicy>(GetCachePolicyRequest { id: CACHING_OPTIMIZED.into() }).await.unwrap();
    assert_eq!(own.cache_policy.unwrap().cache_policy_config.name, "Managed-CachingOptimized");
    let delete = DeleteCachePolicyRequest { id: CACHING_OPTIMIZED.into(), if_match: own.e_tag };
    assert_eq!(model.ask::<DeleteCachePolicy>(delete).await.unwrap_err().code, "IllegalDelete");
}

#[tokio::test]
async fn a_list_comes_in_pages() {
    let model = model();
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let input = ListCachePoliciesRequest { marker, max_items: Some("3".into()), type_: None };
        let page = model.ask::<ListCachePolicies>(input).await.unwrap().cache_policy_list.unwrap();
        names.extend(page.items.unwrap().into_iter().map(|summary| summary.cache_policy.cache_policy_config.name));
        marker = page.next_marker;
        if marker.is_none() {
            break;
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 7);
}

#[tokio::test]
async fn tags_are_the_distributions() {
    let model = model();
    let made = create(&model, config()).await;
    let tag = Tag { key: "team".into(), value: Some("web".into()) };
    let tags = Tags { items: Some(vec![tag]) };
    model.ask::<TagResource>(TagResourceRequest { resource: made.arn.clone(), tags: tags.clone() }).await.unwrap();
    let listed = model.ask::<ListTagsForResource>(ListTagsForResourceRequest { resource: made.arn }).await.unwrap();
    assert_eq!(listed.tags, tags);
}

//! What AWS fills in where a caller is silent, so that what is read back says everything. Pure.

use crate::state::quantity;
use api_cloudfront::{
    Aliases, AllowedMethods, CacheBehavior, CacheBehaviors, CachedMethods, CertificateSource, ConnectionMode,
    CustomErrorResponses, CustomHeaders, CustomOriginConfig, DefaultCacheBehavior, DistributionConfig, ForwardedValues,
    FunctionAssociations, GeoRestriction, GeoRestrictionType, GrpcConfig, Headers, HttpVersion, IpAddressType,
    LambdaFunctionAssociations, LoggingConfig, Method, MinimumProtocolVersion, Origin, OriginGroups, OriginShield,
    OriginSslProtocols, PriceClass, QueryStringCacheKeys, Restrictions, SSLSupportMethod, SslProtocol,
    TrustedKeyGroups, TrustedSigners, ViewerCertificate,
};

pub(crate) const DAY: i64 = 86_400;
pub(crate) const YEAR: i64 = 31_536_000;

/// AWS: the default of an origin's ConnectionAttempts, ConnectionTimeout, read and keep-alive timeouts.
const CONNECTION_ATTEMPTS: i32 = 3;
const CONNECTION_TIMEOUT_SECS: i32 = 10;
pub(crate) const READ_TIMEOUT_SECS: i32 = 30;
const KEEPALIVE_TIMEOUT_SECS: i32 = 5;

pub(crate) fn complete(mut config: DistributionConfig) -> DistributionConfig {
    config.aliases.get_or_insert(Aliases { quantity: 0, items: None });
    config.default_root_object.get_or_insert_default();
    config.origins.items.iter_mut().for_each(complete_origin);
    config.origin_groups.get_or_insert(OriginGroups { quantity: 0, items: None });
    complete_default(&mut config.default_cache_behavior);
    let behaviors = config.cache_behaviors.get_or_insert(CacheBehaviors { quantity: 0, items: None });
    for behavior in behaviors.items.iter_mut().flatten() {
        let mut common = split(behavior);
        complete_default(&mut common);
        *behavior = join(std::mem::take(&mut behavior.path_pattern), common);
    }
    config.custom_error_responses.get_or_insert(CustomErrorResponses { quantity: 0, items: None });
    for response in config.custom_error_responses.iter_mut().flat_map(|list| list.items.iter_mut().flatten()) {
        response.response_page_path.get_or_insert_default();
        response.response_code.get_or_insert_default();
        response.error_caching_min_ttl.get_or_insert(10);
    }
    let logging = config.logging.get_or_insert_default();
    *logging = LoggingConfig {
        enabled: Some(logging.enabled.unwrap_or(false)),
        include_cookies: Some(logging.include_cookies.unwrap_or(false)),
        bucket: Some(logging.bucket.take().unwrap_or_default()),
        prefix: Some(logging.prefix.take().unwrap_or_default()),
    };
    config.price_class.get_or_insert(PriceClass::PriceClassAll);
    // AWS: with CloudFront's own certificate the other members are what they are, whatever the caller said.
    config.viewer_certificate = Some(ViewerCertificate {
        cloud_front_default_certificate: Some(true),
        ssl_support_method: Some(SSLSupportMethod::Vip),
        minimum_protocol_version: Some(MinimumProtocolVersion::TLSv1),
        certificate_source: Some(CertificateSource::Cloudfront),
        ..ViewerCertificate::default()
    });
    config.restrictions.get_or_insert(Restrictions {
        geo_restriction: GeoRestriction { restriction_type: GeoRestrictionType::None, quantity: 0, items: None },
    });
    config.web_acl_id.get_or_insert_default();
    config.http_version.get_or_insert(HttpVersion::Http2);
    config.is_ipv6_enabled.get_or_insert(false);
    config.continuous_deployment_policy_id.get_or_insert_default();
    config.staging.get_or_insert(false);
    config.connection_mode.get_or_insert(ConnectionMode::Direct);
    config
}

fn complete_origin(origin: &mut Origin) {
    origin.origin_path.get_or_insert_default();
    origin.custom_headers.get_or_insert(CustomHeaders { quantity: 0, items: None });
    origin.connection_attempts.get_or_insert(CONNECTION_ATTEMPTS);
    origin.connection_timeout.get_or_insert(CONNECTION_TIMEOUT_SECS);
    origin.origin_shield.get_or_insert(OriginShield { enabled: false, origin_shield_region: None });
    origin.origin_access_control_id.get_or_insert_default();
    if let Some(s3) = &mut origin.s3_origin_config {
        s3.origin_read_timeout.get_or_insert(READ_TIMEOUT_SECS);
    }
    if let Some(custom) = &mut origin.custom_origin_config {
        complete_custom(custom);
    }
}

fn complete_custom(custom: &mut CustomOriginConfig) {
    custom.origin_read_timeout.get_or_insert(READ_TIMEOUT_SECS);
    custom.origin_keepalive_timeout.get_or_insert(KEEPALIVE_TIMEOUT_SECS);
    custom.ip_address_type.get_or_insert(IpAddressType::Ipv4);
    custom.origin_ssl_protocols.get_or_insert_with(|| {
        let items = vec![SslProtocol::TLSv1, SslProtocol::TLSv11, SslProtocol::TLSv12];
        OriginSslProtocols { quantity: quantity(&items), items }
    });
}

fn complete_default(behavior: &mut DefaultCacheBehavior) {
    let signers = || TrustedSigners { enabled: false, quantity: 0, items: None };
    behavior.trusted_signers.get_or_insert_with(signers);
    let groups = || TrustedKeyGroups { enabled: false, quantity: 0, items: None };
    behavior.trusted_key_groups.get_or_insert_with(groups);
    let reading = || vec![Method::Head, Method::Get];
    let allowed = behavior.allowed_methods.get_or_insert_with(|| AllowedMethods {
        quantity: 2,
        items: reading(),
        cached_methods: None,
    });
    allowed.cached_methods.get_or_insert_with(|| CachedMethods { quantity: 2, items: reading() });
    behavior.smooth_streaming.get_or_insert(false);
    behavior.compress.get_or_insert(false);
    behavior.lambda_function_associations.get_or_insert(LambdaFunctionAssociations { quantity: 0, items: None });
    behavior.function_associations.get_or_insert(FunctionAssociations { quantity: 0, items: None });
    behavior.field_level_encryption_id.get_or_insert_default();
    behavior.grpc_config.get_or_insert(GrpcConfig { enabled: false });
    if behavior.cache_policy_id.as_deref() == Some("") {
        behavior.cache_policy_id = None;
    }
    for id in [&mut behavior.origin_request_policy_id, &mut behavior.response_headers_policy_id] {
        if id.as_deref() == Some("") {
            *id = None;
        }
    }
    if behavior.cache_policy_id.is_none()
        && let Some(values) = &mut behavior.forwarded_values
    {
        complete_forwarded(values);
        let least = *behavior.min_ttl.get_or_insert(0);
        let most = *behavior.max_ttl.get_or_insert(YEAR.max(least));
        behavior.default_ttl.get_or_insert(DAY.clamp(least.min(most), most));
    }
}

fn complete_forwarded(values: &mut ForwardedValues) {
    values.headers.get_or_insert(Headers { quantity: 0, items: None });
    values.query_string_cache_keys.get_or_insert(QueryStringCacheKeys { quantity: 0, items: None });
}

/// A behaviour without its path pattern is what the default behaviour is.
pub(crate) fn split(behavior: &CacheBehavior) -> DefaultCacheBehavior {
    let behavior = behavior.clone();
    DefaultCacheBehavior {
        target_origin_id: behavior.target_origin_id,
        trusted_signers: behavior.trusted_signers,
        trusted_key_groups: behavior.trusted_key_groups,
        viewer_protocol_policy: behavior.viewer_protocol_policy,
        allowed_methods: behavior.allowed_methods,
        smooth_streaming: behavior.smooth_streaming,
        compress: behavior.compress,
        lambda_function_associations: behavior.lambda_function_associations,
        function_associations: behavior.function_associations,
        field_level_encryption_id: behavior.field_level_encryption_id,
        realtime_log_config_arn: behavior.realtime_log_config_arn,
        cache_policy_id: behavior.cache_policy_id,
        origin_request_policy_id: behavior.origin_request_policy_id,
        response_headers_policy_id: behavior.response_headers_policy_id,
        grpc_config: behavior.grpc_config,
        forwarded_values: behavior.forwarded_values,
        min_ttl: behavior.min_ttl,
        default_ttl: behavior.default_ttl,
        max_ttl: behavior.max_ttl,
    }
}

fn join(path_pattern: String, common: DefaultCacheBehavior) -> CacheBehavior {
    CacheBehavior {
        path_pattern,
        target_origin_id: common.target_origin_id,
        trusted_signers: common.trusted_signers,
        trusted_key_groups: common.trusted_key_groups,
        viewer_protocol_policy: common.viewer_protocol_policy,
        allowed_methods: common.allowed_methods,
        smooth_streaming: common.smooth_streaming,
        compress: common.compress,
        lambda_function_associations: common.lambda_function_associations,
        function_associations: common.function_associations,
        field_level_encryption_id: common.field_level_encryption_id,
        realtime_log_config_arn: common.realtime_log_config_arn,
        cache_policy_id: common.cache_policy_id,
        origin_request_policy_id: common.origin_request_policy_id,
        response_headers_policy_id: common.response_headers_policy_id,
        grpc_config: common.grpc_config,
        forwarded_values: common.forwarded_values,
        min_ttl: common.min_ttl,
        default_ttl: common.default_ttl,
        max_ttl: common.max_ttl,
    }
}

//! What AWS refuses in a distribution's configuration, and what Maquette does not do.

use super::{complete::split, find_policy};
use crate::state::{ACCESS_CONTROLS, IDENTITIES};
use api_cloudfront::{
    CachePolicyConfig, ConnectionMode, DefaultCacheBehavior, DistributionConfig, GeoRestrictionType, Method, Origin,
    OriginRequestPolicyConfig, ResponseHeadersPolicyConfig, errors,
};
use kernel::{Outcome, Tx};
use shape::ApiError;
use std::collections::BTreeSet;

/// AWS quota: origins, and cache behaviours, per distribution.
const MOST_ORIGINS: usize = 100;
const MOST_BEHAVIORS: usize = 75;

/// Error codes for which AWS serves a page of one's own.
const ERROR_CODES: [i32; 14] = [400, 403, 404, 405, 414, 416, 429, 500, 501, 502, 503, 504, 412, 415];
const RESPONSE_CODES: [&str; 14] =
    ["200", "400", "403", "404", "405", "412", "414", "415", "416", "500", "501", "502", "503", "504"];

/// That a list has as many items as it says.
pub(super) fn check_list<T>(name: &str, list: Option<(i32, &Option<Vec<T>>)>) -> Outcome<()> {
    let Some((quantity, items)) = list else { return Ok(()) };
    check_quantity(name, quantity, items.as_ref().map_or(0, Vec::len))
}

fn check_quantity(name: &str, quantity: i32, length: usize) -> Outcome<()> {
    if usize::try_from(quantity) == Ok(length) {
        return Ok(());
    }
    Err(errors::inconsistent_quantities(format!(
        "The value of Quantity and the size of Items do not match in {name}: {quantity} and {length}."
    )))
}

pub(super) fn check(tx: &Tx<'_>, config: &DistributionConfig) -> Outcome<()> {
    check_supported(config)?;
    check_list("Aliases", config.aliases.as_ref().map(|list| (list.quantity, &list.items)))?;
    check_list("CacheBehaviors", config.cache_behaviors.as_ref().map(|list| (list.quantity, &list.items)))?;
    check_list(
        "CustomErrorResponses",
        config.custom_error_responses.as_ref().map(|list| (list.quantity, &list.items)),
    )?;
    check_list("OriginGroups", config.origin_groups.as_ref().map(|list| (list.quantity, &list.items)))?;
    let root = config.default_root_object.as_deref().unwrap_or_default();
    if root.starts_with('/') || root.len() > 255 {
        return Err(errors::invalid_default_root_object(
            "The default root object file name is too big or contains an invalid character.",
        ));
    }
    check_origins(tx, config)?;
    check_errors(config)?;
    let targets = targets(config)?;
    check_behavior(tx, &config.default_cache_behavior, &targets)?;
    let others: Vec<_> = config.cache_behaviors.iter().flat_map(|list| list.items.iter().flatten()).collect();
    if others.len() > MOST_BEHAVIORS {
        return Err(errors::too_many_cache_behaviors("You cannot create more cache behaviors for the distribution."));
    }
    let mut patterns = BTreeSet::new();
    for behavior in others {
        if behavior.path_pattern.is_empty() || !patterns.insert(&behavior.path_pattern) {
            return Err(errors::invalid_argument(format!(
                "The parameter PathPattern contains an empty or repeated value: '{}'.",
                behavior.path_pattern
            )));
        }
        check_behavior(tx, &split(behavior), &targets)?;
    }
    Ok(())
}

fn refuse(what: &str) -> ApiError {
    ApiError::not_implemented(format_args!("{what} of a CloudFront distribution"))
}

/// What is not honoured, by name.
fn check_supported(config: &DistributionConfig) -> Outcome<()> {
    let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    let certificate = config.viewer_certificate.as_ref();
    let has_own = certificate.is_some_and(|own| {
        is_set(&own.acm_certificate_arn) || is_set(&own.iam_certificate_id) || is_set(&own.certificate)
    });
    if has_own {
        return Err(refuse("ViewerCertificate other than CloudFrontDefaultCertificate"));
    }
    if config.aliases.as_ref().is_some_and(|aliases| aliases.quantity > 0) {
        // AWS: the default certificate does not cover other names.
        return Err(errors::invalid_viewer_certificate(
            "To add an alternate domain name (CNAME) to a CloudFront distribution, you must attach a trusted \
             certificate that validates your authorization to use the domain name.",
        ));
    }
    if config.logging.as_ref().is_some_and(|logging| logging.enabled == Some(true) || is_set(&logging.bucket)) {
        return Err(refuse("Logging"));
    }
    if is_set(&config.web_acl_id) {
        return Err(refuse("WebACLId"));
    }
    if is_set(&config.continuous_deployment_policy_id) {
        return Err(refuse("ContinuousDeploymentPolicyId"));
    }
    if config.staging == Some(true) {
        return Err(refuse("Staging"));
    }
    if config.connection_mode == Some(ConnectionMode::TenantOnly) {
        return Err(refuse("ConnectionMode tenant-only"));
    }
    let geo = config.restrictions.as_ref().map(|restrictions| &restrictions.geo_restriction);
    if geo.is_some_and(|geo| geo.restriction_type != GeoRestrictionType::None) {
        return Err(refuse("GeoRestriction other than none"));
    }
    Ok(())
}

fn check_origins(tx: &Tx<'_>, config: &DistributionConfig) -> Outcome<()> {
    let origins = &config.origins;
    check_quantity("Origins", origins.quantity, origins.items.len())?;
    if origins.items.len() > MOST_ORIGINS {
        return Err(errors::too_many_origins("You cannot create more origins for the distribution."));
    }
    let mut ids = BTreeSet::new();
    for origin in &origins.items {
        if origin.id.is_empty() || !ids.insert(&origin.id) {
            return Err(errors::invalid_argument(format!(
                "The parameter Origin Id is empty or repeated: '{}'.",
                origin.id
            )));
        }
        check_origin(tx, origin)?;
    }
    if ids.is_empty() {
        return Err(errors::invalid_argument("The parameter Origins is required."));
    }
    Ok(())
}

fn check_origin(tx: &Tx<'_>, origin: &Origin) -> Outcome<()> {
    check_list("CustomHeaders", origin.custom_headers.as_ref().map(|list| (list.quantity, &list.items)))?;
    let host = &origin.domain_name;
    let is_host =
        host.contains('.') && host.chars().all(|letter| letter.is_ascii_alphanumeric() || ".-_".contains(letter));
    if !is_host {
        return Err(errors::invalid_argument("The parameter Origin DomainName does not refer to a valid host name."));
    }
    let path = origin.origin_path.as_deref().unwrap_or_default();
    if !path.is_empty() && (!path.starts_with('/') || path.ends_with('/')) {
        return Err(errors::invalid_argument(
            "The parameter OriginPath must begin with a slash and must not end with one.",
        ));
    }
    let control = origin.origin_access_control_id.as_deref().filter(|id| !id.is_empty());
    let identity = origin.s3_origin_config.as_ref().map(|s3| s3.origin_access_identity.as_str()).unwrap_or_default();
    if control.is_some() && !identity.is_empty() {
        return Err(errors::illegal_origin_access_configuration(
            "An origin cannot contain both an origin access control (OAC) and an origin access identity (OAI).",
        ));
    }
    if origin.s3_origin_config.is_some() == origin.custom_origin_config.is_some() {
        return Err(errors::invalid_argument(
            "An origin must have exactly one of S3OriginConfig and CustomOriginConfig.",
        ));
    }
    if origin.s3_origin_config.is_some() && crate::edge::Bucket::of(host).is_none() {
        return Err(errors::invalid_argument("The parameter Origin DomainName does not refer to a valid S3 bucket."));
    }
    if let Some(control) = control {
        if !tx.has(&ACCESS_CONTROLS, control)? {
            return Err(errors::invalid_origin_access_control("The origin access control is not valid."));
        }
        if origin.s3_origin_config.is_none() {
            return Err(refuse("an origin access control for an origin other than S3"));
        }
    }
    if !identity.is_empty() {
        let id = identity.strip_prefix("origin-access-identity/cloudfront/");
        let is_known = match id {
            Some(id) => tx.has(&IDENTITIES, id)?,
            None => false,
        };
        if !is_known {
            return Err(errors::invalid_origin_access_identity(
                "The specified origin access identity does not exist or is not valid.",
            ));
        }
    }
    Ok(())
}

/// The ids that behaviours may target.
fn targets(config: &DistributionConfig) -> Outcome<BTreeSet<&str>> {
    let mut targets: BTreeSet<&str> = config.origins.items.iter().map(|origin| origin.id.as_str()).collect();
    let groups = config.origin_groups.iter().flat_map(|groups| groups.items.iter().flatten());
    for group in groups {
        let members = &group.members.items;
        if members.len() != 2 || members.iter().any(|member| !targets.contains(member.origin_id.as_str())) {
            return Err(errors::invalid_argument(
                "The parameter OriginGroup must name two origins of the distribution.",
            ));
        }
        if group.selection_criteria.is_some_and(|by| by != api_cloudfront::OriginGroupSelectionCriteria::Default) {
            return Err(refuse("an origin group with SelectionCriteria media-quality-based"));
        }
        targets.insert(&group.id);
    }
    Ok(targets)
}

fn check_errors(config: &DistributionConfig) -> Outcome<()> {
    for response in config.custom_error_responses.iter().flat_map(|list| list.items.iter().flatten()) {
        if !ERROR_CODES.contains(&response.error_code) {
            return Err(errors::invalid_error_code("An invalid error code was specified."));
        }
        let page = response.response_page_path.as_deref().unwrap_or_default();
        let code = response.response_code.as_deref().unwrap_or_default();
        if page.is_empty() != code.is_empty() || !(page.is_empty() || page.starts_with('/')) {
            return Err(errors::invalid_argument(
                "The parameters ResponsePagePath and ResponseCode must be given together, and the path begins with a slash.",
            ));
        }
        if !code.is_empty() && !RESPONSE_CODES.contains(&code) {
            return Err(errors::invalid_response_code("A response code is not valid."));
        }
    }
    Ok(())
}

fn check_behavior(tx: &Tx<'_>, behavior: &DefaultCacheBehavior, targets: &BTreeSet<&str>) -> Outcome<()> {
    let is_set = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.is_empty());
    let unsupported = [
        (
            "LambdaFunctionAssociations",
            behavior.lambda_function_associations.as_ref().is_some_and(|all| all.quantity > 0),
        ),
        ("FunctionAssociations", behavior.function_associations.as_ref().is_some_and(|all| all.quantity > 0)),
        ("TrustedSigners", behavior.trusted_signers.as_ref().is_some_and(|all| all.enabled || all.quantity > 0)),
        ("TrustedKeyGroups", behavior.trusted_key_groups.as_ref().is_some_and(|all| all.enabled || all.quantity > 0)),
        ("SmoothStreaming", behavior.smooth_streaming == Some(true)),
        ("GrpcConfig", behavior.grpc_config.as_ref().is_some_and(|grpc| grpc.enabled)),
        ("FieldLevelEncryptionId", is_set(&behavior.field_level_encryption_id)),
        ("RealtimeLogConfigArn", is_set(&behavior.realtime_log_config_arn)),
    ];
    if let Some((name, _)) = unsupported.into_iter().find(|(_, is_used)| *is_used) {
        return Err(refuse(&format!("{name} in a cache behavior")));
    }
    if !targets.contains(behavior.target_origin_id.as_str()) {
        return Err(errors::no_such_origin("One or more of your origins or origin groups do not exist."));
    }
    check_methods(behavior)?;
    match (&behavior.cache_policy_id, &behavior.forwarded_values) {
        (Some(_), Some(_)) => {
            return Err(errors::invalid_argument(
                "The parameter ForwardedValues cannot be used when a cache policy is associated to the cache behavior.",
            ));
        }
        (Some(id), None) => {
            find_policy::<CachePolicyConfig>(tx, id)?
                .ok_or_else(|| errors::no_such_cache_policy("The cache policy does not exist."))?;
        }
        (None, Some(_)) => check_ttl(behavior)?,
        (None, None) => return Err(errors::invalid_argument("The parameter ForwardedValues is required.")),
    }
    if let Some(id) = &behavior.origin_request_policy_id {
        if behavior.cache_policy_id.is_none() {
            return Err(errors::invalid_argument(
                "The parameter OriginRequestPolicyId can only be used together with CachePolicyId.",
            ));
        }
        find_policy::<OriginRequestPolicyConfig>(tx, id)?
            .ok_or_else(|| errors::no_such_origin_request_policy("The origin request policy does not exist."))?;
    }
    if let Some(id) = &behavior.response_headers_policy_id {
        find_policy::<ResponseHeadersPolicyConfig>(tx, id)?
            .ok_or_else(|| errors::no_such_response_headers_policy("The response headers policy does not exist."))?;
    }
    Ok(())
}

fn check_methods(behavior: &DefaultCacheBehavior) -> Outcome<()> {
    use Method::{Delete, Get, Head, Options, Patch, Post, Put};
    let Some(allowed) = &behavior.allowed_methods else { return Ok(()) };
    check_quantity("AllowedMethods", allowed.quantity, allowed.items.len())?;
    let set = |methods: &[Method]| methods.iter().copied().collect::<BTreeSet<_>>();
    let known = [set(&[Get, Head]), set(&[Get, Head, Options]), set(&[Get, Head, Options, Put, Post, Patch, Delete])];
    if !known.contains(&set(&allowed.items)) {
        return Err(errors::invalid_argument("The parameter AllowedMethods contains an unsupported set of methods."));
    }
    if let Some(cached) = &allowed.cached_methods {
        check_quantity("CachedMethods", cached.quantity, cached.items.len())?;
        let cached = set(&cached.items);
        if !known[..2].contains(&cached) || !cached.is_subset(&set(&allowed.items)) {
            return Err(errors::invalid_argument(
                "The parameter CachedMethods contains an unsupported set of methods.",
            ));
        }
    }
    Ok(())
}

fn check_ttl(behavior: &DefaultCacheBehavior) -> Outcome<()> {
    let (least, default, most) = (behavior.min_ttl, behavior.default_ttl, behavior.max_ttl);
    let is_ordered = |low: Option<i64>, high: Option<i64>| low.zip(high).is_none_or(|(low, high)| low <= high);
    if is_ordered(least, default) && is_ordered(default, most) && is_ordered(least, most) {
        return Ok(());
    }
    Err(errors::invalid_ttl_order("The order of MinTTL, DefaultTTL and MaxTTL is not valid: none may exceed the next."))
}

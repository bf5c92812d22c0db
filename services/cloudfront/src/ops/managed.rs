//! AWS's own policies, by the ids that templates write down.

use super::complete::{DAY, YEAR};
use crate::state::quantity;
use api_cloudfront::{
    CachePolicyConfig, CachePolicyCookieBehavior, CachePolicyCookiesConfig, CachePolicyHeaderBehavior,
    CachePolicyHeadersConfig, CachePolicyQueryStringBehavior, CachePolicyQueryStringsConfig, FrameOptionsList, Headers,
    OriginRequestPolicyConfig, OriginRequestPolicyCookieBehavior, OriginRequestPolicyCookiesConfig,
    OriginRequestPolicyHeaderBehavior, OriginRequestPolicyHeadersConfig, OriginRequestPolicyQueryStringBehavior,
    OriginRequestPolicyQueryStringsConfig, ParametersInCacheKeyAndForwardedToOrigin, QueryStringNames,
    ReferrerPolicyList, ResponseHeadersPolicyAccessControlAllowHeaders, ResponseHeadersPolicyAccessControlAllowMethods,
    ResponseHeadersPolicyAccessControlAllowMethodsValues as Verb, ResponseHeadersPolicyAccessControlAllowOrigins,
    ResponseHeadersPolicyAccessControlExposeHeaders, ResponseHeadersPolicyConfig,
    ResponseHeadersPolicyContentTypeOptions, ResponseHeadersPolicyCorsConfig, ResponseHeadersPolicyFrameOptions,
    ResponseHeadersPolicyReferrerPolicy, ResponseHeadersPolicySecurityHeadersConfig,
    ResponseHeadersPolicyStrictTransportSecurity, ResponseHeadersPolicyXSSProtection,
};

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.into()).collect()
}

fn headers(list: &[&str]) -> Option<Headers> {
    let items = names(list);
    (!items.is_empty()).then(|| Headers { quantity: quantity(&items), items: Some(items) })
}

/// How a managed cache policy differs from the others.
struct Cache {
    ttl: (i64, i64, i64),
    headers: &'static [&'static str],
    cookies: CachePolicyCookieBehavior,
    queries: CachePolicyQueryStringBehavior,
    query_names: &'static [&'static str],
    gzip: bool,
    brotli: bool,
}

const PLAIN: Cache = Cache {
    ttl: (1, DAY, YEAR),
    headers: &[],
    cookies: CachePolicyCookieBehavior::None,
    queries: CachePolicyQueryStringBehavior::None,
    query_names: &[],
    gzip: true,
    brotli: true,
};

fn cache(name: &str, comment: &str, from: Cache) -> CachePolicyConfig {
    let items = names(from.query_names);
    let query_strings =
        (!items.is_empty()).then(|| QueryStringNames { quantity: quantity(&items), items: Some(items) });
    let header_behavior = match from.headers {
        [] => CachePolicyHeaderBehavior::None,
        _ => CachePolicyHeaderBehavior::Whitelist,
    };
    CachePolicyConfig {
        comment: Some(comment.into()),
        name: format!("Managed-{name}"),
        min_ttl: from.ttl.0,
        default_ttl: Some(from.ttl.1),
        max_ttl: Some(from.ttl.2),
        parameters_in_cache_key_and_forwarded_to_origin: Some(ParametersInCacheKeyAndForwardedToOrigin {
            enable_accept_encoding_gzip: from.gzip,
            enable_accept_encoding_brotli: Some(from.brotli),
            headers_config: CachePolicyHeadersConfig { header_behavior, headers: headers(from.headers) },
            cookies_config: CachePolicyCookiesConfig { cookie_behavior: from.cookies, cookies: None },
            query_strings_config: CachePolicyQueryStringsConfig { query_string_behavior: from.queries, query_strings },
        }),
    }
}

pub(crate) fn cache_policies() -> Vec<(&'static str, CachePolicyConfig)> {
    use CachePolicyQueryStringBehavior::{All, Whitelist};
    let all_cookies = CachePolicyCookieBehavior::All;
    let origin_headers: &[&str] = &["host", "origin", "x-http-method", "x-http-method-override", "x-method-override"];
    let by_origin = Cache { ttl: (0, 0, YEAR), headers: origin_headers, cookies: all_cookies, ..PLAIN };
    let by_origin_and_query =
        Cache { ttl: (0, 0, YEAR), headers: origin_headers, cookies: all_cookies, queries: All, ..PLAIN };
    let disabled = Cache { ttl: (0, 0, 0), gzip: false, brotli: false, ..PLAIN };
    let uncompressed = Cache { gzip: false, brotli: false, ..PLAIN };
    let amplify_headers = &["authorization", "cloudfront-viewer-country", "host"];
    let amplify = Cache { ttl: (2, 2, 600), headers: amplify_headers, cookies: all_cookies, queries: All, ..PLAIN };
    let package = Cache {
        ttl: (0, DAY, YEAR),
        headers: &["origin"],
        queries: Whitelist,
        query_names: &["aws.manifestfilter", "start", "end", "m"],
        brotli: false,
        ..PLAIN
    };
    vec![
        (
            "658327ea-f89d-4fab-a63d-7e88639e58f6",
            cache("CachingOptimized", "Caches as much as it can, compressed", PLAIN),
        ),
        ("4135ea2d-6df8-44a3-9df3-4b5a84be39ad", cache("CachingDisabled", "Caches nothing", disabled)),
        (
            "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
            cache("CachingOptimizedForUncompressedObjects", "Caches as much as it can, uncompressed", uncompressed),
        ),
        (
            "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
            cache("UseOriginCacheControlHeaders", "Caches what the origin says", by_origin),
        ),
        (
            "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
            cache(
                "UseOriginCacheControlHeaders-QueryStrings",
                "Caches what the origin says, per query",
                by_origin_and_query,
            ),
        ),
        ("08627262-05a9-4f76-9ded-b50ca2e3a84f", cache("Elemental-MediaPackage", "For MediaPackage origins", package)),
        ("2e54312d-136d-493c-8eb9-b001f22f67d2", cache("Amplify", "For Amplify origins", amplify)),
    ]
}

fn request(
    name: &str,
    header_behavior: OriginRequestPolicyHeaderBehavior,
    header_names: &[&str],
    takes_cookies: bool,
    takes_queries: bool,
) -> OriginRequestPolicyConfig {
    let cookie_behavior = match takes_cookies {
        true => OriginRequestPolicyCookieBehavior::All,
        false => OriginRequestPolicyCookieBehavior::None,
    };
    let query_string_behavior = match takes_queries {
        true => OriginRequestPolicyQueryStringBehavior::All,
        false => OriginRequestPolicyQueryStringBehavior::None,
    };
    OriginRequestPolicyConfig {
        comment: Some(String::new()),
        name: format!("Managed-{name}"),
        headers_config: OriginRequestPolicyHeadersConfig { header_behavior, headers: headers(header_names) },
        cookies_config: OriginRequestPolicyCookiesConfig { cookie_behavior, cookies: None },
        query_strings_config: OriginRequestPolicyQueryStringsConfig { query_string_behavior, query_strings: None },
    }
}

pub(crate) fn origin_request_policies() -> Vec<(&'static str, OriginRequestPolicyConfig)> {
    use OriginRequestPolicyHeaderBehavior::{AllExcept, AllViewer, AllViewerAndWhitelistCloudFront, Whitelist};
    let cors = ["origin", "access-control-request-headers", "access-control-request-method"];
    let tailor = [&cors[..], &["user-agent", "x-forwarded-for"]].concat();
    let cloudfront = [
        "cloudfront-forwarded-proto",
        "cloudfront-is-android-viewer",
        "cloudfront-is-desktop-viewer",
        "cloudfront-is-ios-viewer",
        "cloudfront-is-mobile-viewer",
        "cloudfront-is-smarttv-viewer",
        "cloudfront-is-tablet-viewer",
        "cloudfront-viewer-address",
        "cloudfront-viewer-asn",
        "cloudfront-viewer-city",
        "cloudfront-viewer-country",
        "cloudfront-viewer-country-name",
        "cloudfront-viewer-country-region",
        "cloudfront-viewer-country-region-name",
        "cloudfront-viewer-http-version",
        "cloudfront-viewer-latitude",
        "cloudfront-viewer-longitude",
        "cloudfront-viewer-metro-code",
        "cloudfront-viewer-postal-code",
        "cloudfront-viewer-time-zone",
        "cloudfront-viewer-tls",
    ];
    vec![
        ("216adef6-5c7f-47e4-b989-5492eafa07d3", request("AllViewer", AllViewer, &[], true, true)),
        (
            "b689b0a8-53d0-40ab-baf2-68738e2966ac",
            request("AllViewerExceptHostHeader", AllExcept, &["host"], true, true),
        ),
        (
            "33f36d7e-f396-46d9-90e0-52428a34d9dc",
            request("AllViewerAndCloudFrontHeaders-2022-06", AllViewerAndWhitelistCloudFront, &cloudfront, true, true),
        ),
        ("59781a5b-3903-41f3-afcb-af62929ccde1", request("CORS-CustomOrigin", Whitelist, &["origin"], false, false)),
        ("88a5eaf4-2fd4-4709-b370-b4c650ea3fcf", request("CORS-S3Origin", Whitelist, &cors, false, false)),
        (
            "acba4595-bd28-49b8-b9fe-13317c0390fa",
            request("UserAgentRefererHeaders", Whitelist, &["user-agent", "referer"], false, false),
        ),
        ("bf0718e1-ba1e-49d1-88b1-f726733018ae", request("HostHeaderOnly", Whitelist, &["host"], false, false)),
        (
            "775133bc-15f2-49f9-abea-afb2e0bf67d2",
            request("Elemental-MediaTailor-PersonalizedManifests", Whitelist, &tailor, false, true),
        ),
    ]
}

fn cors(verbs: &[Verb], exposes: bool) -> ResponseHeadersPolicyCorsConfig {
    let every = || names(&["*"]);
    ResponseHeadersPolicyCorsConfig {
        access_control_allow_origins: ResponseHeadersPolicyAccessControlAllowOrigins { quantity: 1, items: every() },
        access_control_allow_headers: ResponseHeadersPolicyAccessControlAllowHeaders { quantity: 1, items: every() },
        access_control_allow_methods: ResponseHeadersPolicyAccessControlAllowMethods {
            quantity: quantity(verbs),
            items: verbs.to_vec(),
        },
        access_control_allow_credentials: false,
        access_control_expose_headers: exposes
            .then(|| ResponseHeadersPolicyAccessControlExposeHeaders { quantity: 1, items: Some(every()) }),
        access_control_max_age_sec: None,
        origin_override: false,
    }
}

fn security() -> ResponseHeadersPolicySecurityHeadersConfig {
    ResponseHeadersPolicySecurityHeadersConfig {
        xss_protection: Some(ResponseHeadersPolicyXSSProtection {
            override_: false,
            protection: true,
            mode_block: Some(true),
            report_uri: None,
        }),
        frame_options: Some(ResponseHeadersPolicyFrameOptions {
            override_: false,
            frame_option: FrameOptionsList::Sameorigin,
        }),
        referrer_policy: Some(ResponseHeadersPolicyReferrerPolicy {
            override_: false,
            referrer_policy: ReferrerPolicyList::StrictOriginWhenCrossOrigin,
        }),
        content_security_policy: None,
        content_type_options: Some(ResponseHeadersPolicyContentTypeOptions { override_: true }),
        strict_transport_security: Some(ResponseHeadersPolicyStrictTransportSecurity {
            override_: false,
            include_subdomains: Some(false),
            preload: Some(false),
            access_control_max_age_sec: 31_536_000,
        }),
    }
}

pub(crate) fn response_headers_policies() -> Vec<(&'static str, ResponseHeadersPolicyConfig)> {
    let simple = || cors(&[Verb::Head, Verb::Get], false);
    let all = [Verb::Head, Verb::Delete, Verb::Post, Verb::Get, Verb::Options, Verb::Put, Verb::Patch];
    let preflight = || cors(&all, true);
    let policy = |name: &str, cors, security| ResponseHeadersPolicyConfig {
        comment: Some(String::new()),
        name: format!("Managed-{name}"),
        cors_config: cors,
        security_headers_config: security,
        ..ResponseHeadersPolicyConfig::default()
    };
    vec![
        ("60669652-455b-4ae9-85a4-c4c02393f86c", policy("SimpleCORS", Some(simple()), None)),
        ("5cc3b908-e619-4b99-88e5-2cf7f45965bd", policy("CORS-With-Preflight", Some(preflight()), None)),
        ("67f7725c-6f97-4210-82d7-5512b31e9d03", policy("SecurityHeadersPolicy", None, Some(security()))),
        (
            "e61eb60c-9c35-4d20-a928-2b84e02af89c",
            policy("CORS-and-SecurityHeadersPolicy", Some(simple()), Some(security())),
        ),
        (
            "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
            policy("CORS-with-preflight-and-SecurityHeadersPolicy", Some(preflight()), Some(security())),
        ),
    ]
}

//! What a distribution says about a request: which behaviour, which origin, what is cached by what.

use super::{
    key::{Names, Selection},
    pattern::covers,
    ttl::Bounds,
};
use crate::{
    ops::{complete::split, find_policy},
    state::{DISTRIBUTIONS, HOSTS, Host},
};
use api_cloudfront::{
    API, CachePolicyConfig, CachePolicyCookieBehavior, CachePolicyHeaderBehavior, CachePolicyQueryStringBehavior,
    CookieNames, DefaultCacheBehavior, DistributionConfig, ForwardedValues, Headers, ItemSelection, Method, Origin,
    OriginGroup, OriginRequestPolicyConfig, OriginRequestPolicyCookieBehavior, OriginRequestPolicyHeaderBehavior,
    OriginRequestPolicyQueryStringBehavior, ParametersInCacheKeyAndForwardedToOrigin, QueryStringNames,
    ResponseHeadersPolicyConfig,
};
use base::{Arn, Fault};
use kernel::{Cloud, Scope};

/// A distribution as it answers.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) host: Host,
    pub(crate) config: DistributionConfig,
}

/// The second origin of a group, and the statuses of the first that call for it.
pub(crate) type StandIn<'a> = (&'a Origin, &'a [i32]);

/// A behaviour with its policies.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) behavior: DefaultCacheBehavior,
    pub(crate) key: Selection,
    /// What goes to the origin beside what is in the key.
    pub(crate) request: Selection,
    pub(crate) bounds: Bounds,
    /// Whether compressed answers are kept apart from others.
    pub(crate) has_gzip: bool,
    /// ForwardedValues instead of a cache policy.
    pub(crate) is_legacy: bool,
    pub(crate) response: Option<ResponseHeadersPolicyConfig>,
}

impl Deployed {
    /// The distribution that answers under this label of `cloudfront.net`.
    pub(crate) fn find(cloud: &Cloud, label: &str) -> Result<Option<Self>, Fault> {
        let Some(host) = cloud.read(&API, &Scope::shared(), |tx| tx.get(&HOSTS, label))? else { return Ok(None) };
        cloud.read(&API, &Scope::global(&host.account), |tx| {
            let Some(row) = tx.get(&DISTRIBUTIONS, host.distribution.as_str())? else { return Ok(None) };
            let config = row.stored.config()?;
            Ok(Some(Self { host: host.clone(), config }))
        })
    }

    pub(crate) fn arn(&self) -> Arn {
        let resource = format!("distribution/{}", self.host.distribution);
        Arn::new("cloudfront", "", self.host.account.as_str(), resource)
    }

    /// The first behaviour that covers `path`, else the default one.
    fn behavior(&self, path: &str) -> DefaultCacheBehavior {
        let mut others = self.config.cache_behaviors.iter().flat_map(|list| list.items.iter().flatten());
        match others.find(|behavior| covers(&behavior.path_pattern, path)) {
            Some(behavior) => split(behavior),
            None => self.config.default_cache_behavior.clone(),
        }
    }

    pub(crate) fn route(&self, cloud: &Cloud, path: &str) -> Result<Route, Fault> {
        let behavior = self.behavior(path);
        cloud.read(&API, &Scope::global(&self.host.account), |tx| {
            // Policies in use cannot be deleted, so what is named is there.
            let gone = |kind: &str| Fault::internal(format!("a {kind} policy that is in use is not there"));
            let mut route = match &behavior.cache_policy_id {
                Some(id) => {
                    let policy = find_policy::<CachePolicyConfig>(tx, id)?.ok_or_else(|| gone("cache"))?;
                    by_policy(behavior.clone(), &policy.config)
                }
                None => by_forwarded_values(behavior.clone()),
            };
            if let Some(id) = &behavior.origin_request_policy_id {
                let policy = find_policy::<OriginRequestPolicyConfig>(tx, id)?.ok_or_else(|| gone("origin request"))?;
                route.request = request_selection(&policy.config);
            }
            if let Some(id) = &behavior.response_headers_policy_id {
                let policy =
                    find_policy::<ResponseHeadersPolicyConfig>(tx, id)?.ok_or_else(|| gone("response headers"))?;
                route.response = Some(policy.config);
            }
            Ok(route)
        })
    }

    /// The origin of a behaviour, and the one that stands in for it with the statuses that make it.
    pub(crate) fn origins(&self, target: &str) -> Option<(&Origin, Option<StandIn<'_>>)> {
        let origin = |id: &str| self.config.origins.items.iter().find(|origin| origin.id == id);
        if let Some(single) = origin(target) {
            return Some((single, None));
        }
        let mut groups = self.config.origin_groups.iter().flat_map(|groups| groups.items.iter().flatten());
        let group: &OriginGroup = groups.find(|group| group.id == target)?;
        let [first, second] = group.members.items.as_slice() else { return None };
        let codes = group.failover_criteria.status_codes.items.as_slice();
        Some((origin(&first.origin_id)?, origin(&second.origin_id).map(|second| (second, codes))))
    }

    /// What the distribution says about an error: the page in its place with its status, and how long it is kept.
    pub(crate) fn custom_error(&self, status: u16) -> Option<&api_cloudfront::CustomErrorResponse> {
        let mut all = self.config.custom_error_responses.iter().flat_map(|list| list.items.iter().flatten());
        all.find(|response| response.error_code == i32::from(status))
    }
}

impl Route {
    pub(crate) fn allows(&self, method: &http::Method) -> bool {
        let allowed = self.behavior.allowed_methods.as_ref().map(|allowed| allowed.items.as_slice());
        is_among(allowed, method)
    }
    /// Whether answers to this method are kept at all.
    pub(crate) fn caches(&self, method: &http::Method) -> bool {
        let cached = self.behavior.allowed_methods.as_ref().and_then(|allowed| allowed.cached_methods.as_ref());
        // AWS: what is told apart by every header, or kept for no time, is not kept.
        self.key.headers != Names::All
            && self.bounds.most > 0
            && is_among(cached.map(|cached| cached.items.as_slice()), method)
    }
}

fn is_among(methods: Option<&[Method]>, method: &http::Method) -> bool {
    methods.unwrap_or(&[Method::Get, Method::Head]).iter().any(|one| one.as_str() == method.as_str())
}

fn small(names: Option<&Headers>) -> Vec<String> {
    let names = names.and_then(|names| names.items.as_ref());
    let mut small: Vec<_> = names.into_iter().flatten().map(|name| name.to_ascii_lowercase()).collect();
    small.sort();
    small
}

fn cookie_names(names: Option<&CookieNames>) -> Vec<String> {
    names.and_then(|names| names.items.clone()).unwrap_or_default()
}

fn query_names(names: Option<&QueryStringNames>) -> Vec<String> {
    names.and_then(|names| names.items.clone()).unwrap_or_default()
}

fn by_policy(behavior: DefaultCacheBehavior, policy: &CachePolicyConfig) -> Route {
    let parameters = policy.parameters_in_cache_key_and_forwarded_to_origin.as_ref();
    Route {
        behavior,
        key: parameters.map(key_selection).unwrap_or_default(),
        request: Selection::default(),
        bounds: Bounds {
            least: policy.min_ttl,
            default: policy.default_ttl.unwrap_or_default(),
            most: policy.max_ttl.unwrap_or_default(),
        },
        has_gzip: parameters.is_some_and(|parameters| parameters.enable_accept_encoding_gzip),
        is_legacy: false,
        response: None,
    }
}

fn key_selection(parameters: &ParametersInCacheKeyAndForwardedToOrigin) -> Selection {
    let ParametersInCacheKeyAndForwardedToOrigin { headers_config, cookies_config, query_strings_config, .. } =
        parameters;
    let cookies = || cookie_names(cookies_config.cookies.as_ref());
    let queries = || query_names(query_strings_config.query_strings.as_ref());
    Selection {
        headers: match headers_config.header_behavior {
            CachePolicyHeaderBehavior::None => Names::None,
            CachePolicyHeaderBehavior::Whitelist => Names::Only(small(headers_config.headers.as_ref())),
        },
        cookies: match cookies_config.cookie_behavior {
            CachePolicyCookieBehavior::None => Names::None,
            CachePolicyCookieBehavior::Whitelist => Names::Only(cookies()),
            CachePolicyCookieBehavior::AllExcept => Names::AllBut(cookies()),
            CachePolicyCookieBehavior::All => Names::All,
        },
        queries: match query_strings_config.query_string_behavior {
            CachePolicyQueryStringBehavior::None => Names::None,
            CachePolicyQueryStringBehavior::Whitelist => Names::Only(queries()),
            CachePolicyQueryStringBehavior::AllExcept => Names::AllBut(queries()),
            CachePolicyQueryStringBehavior::All => Names::All,
        },
    }
}

fn request_selection(policy: &OriginRequestPolicyConfig) -> Selection {
    let OriginRequestPolicyConfig { headers_config, cookies_config, query_strings_config, .. } = policy;
    let headers = || small(headers_config.headers.as_ref());
    let cookies = || cookie_names(cookies_config.cookies.as_ref());
    let queries = || query_names(query_strings_config.query_strings.as_ref());
    Selection {
        headers: match headers_config.header_behavior {
            OriginRequestPolicyHeaderBehavior::None => Names::None,
            OriginRequestPolicyHeaderBehavior::Whitelist => Names::Only(headers()),
            OriginRequestPolicyHeaderBehavior::AllExcept => Names::AllBut(headers()),
            OriginRequestPolicyHeaderBehavior::AllViewer
            | OriginRequestPolicyHeaderBehavior::AllViewerAndWhitelistCloudFront => Names::All,
        },
        cookies: match cookies_config.cookie_behavior {
            OriginRequestPolicyCookieBehavior::None => Names::None,
            OriginRequestPolicyCookieBehavior::Whitelist => Names::Only(cookies()),
            OriginRequestPolicyCookieBehavior::AllExcept => Names::AllBut(cookies()),
            OriginRequestPolicyCookieBehavior::All => Names::All,
        },
        queries: match query_strings_config.query_string_behavior {
            OriginRequestPolicyQueryStringBehavior::None => Names::None,
            OriginRequestPolicyQueryStringBehavior::Whitelist => Names::Only(queries()),
            OriginRequestPolicyQueryStringBehavior::AllExcept => Names::AllBut(queries()),
            OriginRequestPolicyQueryStringBehavior::All => Names::All,
        },
    }
}

/// The older way to say what is cached by what: all of it also goes to the origin.
fn by_forwarded_values(behavior: DefaultCacheBehavior) -> Route {
    let values = behavior.forwarded_values.clone().unwrap_or_default();
    let (key, request) = legacy_selections(&values);
    Route {
        key,
        request,
        bounds: Bounds {
            least: behavior.min_ttl.unwrap_or_default(),
            default: behavior.default_ttl.unwrap_or_default(),
            most: behavior.max_ttl.unwrap_or_default(),
        },
        has_gzip: behavior.compress == Some(true),
        is_legacy: true,
        response: None,
        behavior,
    }
}

fn legacy_selections(values: &ForwardedValues) -> (Selection, Selection) {
    let headers = small(values.headers.as_ref());
    let query_keys = values.query_string_cache_keys.as_ref().and_then(|keys| keys.items.clone()).unwrap_or_default();
    let forwards = if values.query_string { Names::All } else { Names::None };
    let key = Selection {
        headers: match headers.as_slice() {
            [] => Names::None,
            [star] if star == "*" => Names::All,
            _ => Names::Only(headers),
        },
        cookies: match values.cookies.forward {
            ItemSelection::None => Names::None,
            ItemSelection::Whitelist => Names::Only(cookie_names(values.cookies.whitelisted_names.as_ref())),
            ItemSelection::All => Names::All,
        },
        queries: match query_keys.as_slice() {
            _ if !values.query_string => Names::None,
            [] => Names::All,
            _ => Names::Only(query_keys),
        },
    };
    (key, Selection { queries: forwards, ..Selection::default() })
}

//! What the service keeps. A configuration is kept as the API writes it, with its defaults filled in: what a client
//! reads back is what it wrote.

use api_cloudfront::{
    CachePolicyConfig, CloudFrontOriginAccessIdentityConfig, DistributionConfig, OriginAccessControlConfig,
    OriginRequestPolicyConfig, ResponseHeadersPolicyConfig, errors,
};
use base::{AccountId, Arn, Fault, Timestamp};
use kernel::{Call, Outcome, Record, Rows, Tx};
use serde::{Deserialize, Serialize};
use shape::{ApiError, Schema, Shape};
use std::{collections::BTreeMap, marker::PhantomData};
use wire::properties;

/// By id.
pub(crate) const DISTRIBUTIONS: Rows<String, Distribution> = Rows::new("distribution");

/// Which distribution answers under a host name; in the shared scope, because host names belong to all accounts.
pub(crate) const HOSTS: Rows<String, Host> = Rows::new("host");

/// By distribution and id.
pub(crate) const INVALIDATIONS: Rows<(String, String), Invalidation> = Rows::new("invalidation");

/// Origin access identities by id.
pub(crate) const IDENTITIES: Rows<String, Identity> = Rows::new("identity");

/// By id.
pub(crate) const ACCESS_CONTROLS: Rows<String, Stored<OriginAccessControlConfig>> = Rows::new("access control");

/// The account's own, by id; those of AWS are in [`crate::ops::managed`].
pub(crate) const CACHE_POLICIES: Rows<String, Stored<CachePolicyConfig>> = Rows::new("cache policy");
pub(crate) const ORIGIN_REQUEST_POLICIES: Rows<String, Stored<OriginRequestPolicyConfig>> =
    Rows::new("origin request policy");
pub(crate) const RESPONSE_HEADERS_POLICIES: Rows<String, Stored<ResponseHeadersPolicyConfig>> =
    Rows::new("response headers policy");

/// A configuration as text, with the version that `If-Match` asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub(crate) struct Stored<T> {
    text: String,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}
impl<T> Record for Stored<T> {}

/// A configuration that is kept.
pub(crate) trait Configuration: Shape + Clone {
    const SCHEMA: &'static Schema;
}

impl Configuration for DistributionConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::DistributionConfig;
}
impl Configuration for CloudFrontOriginAccessIdentityConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::CloudFrontOriginAccessIdentityConfig;
}
impl Configuration for OriginAccessControlConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::OriginAccessControlConfig;
}
impl Configuration for CachePolicyConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::CachePolicyConfig;
}
impl Configuration for OriginRequestPolicyConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::OriginRequestPolicyConfig;
}
impl Configuration for ResponseHeadersPolicyConfig {
    const SCHEMA: &'static Schema = &api_cloudfront::ResponseHeadersPolicyConfig;
}

impl<T: Configuration> Stored<T> {
    pub(crate) fn new(call: &Call, config: &T) -> Self {
        let text = properties::encode(T::SCHEMA, &config.clone().into_value()).to_string();
        Self { text, etag: new_id(call), modified: call.now, of: PhantomData }
    }
    pub(crate) fn config(&self) -> Result<T, Fault> {
        let broken = |why: String| Fault::internal("a stored configuration cannot be read").caused_by(why);
        let json = serde_json::from_str(&self.text).map_err(|why| broken(why.to_string()))?;
        let value = properties::decode(T::SCHEMA, &json).map_err(|problems| broken(format!("{problems:?}")))?;
        T::from_value(value).map_err(|mismatch| broken(mismatch.to_string()))
    }
    /// Whether the caller saw the newest version.
    pub(crate) fn check_match(&self, if_match: Option<&str>) -> Outcome<()> {
        match if_match {
            None => {
                Err(errors::invalid_if_match_version("The If-Match version is missing or not valid for the resource."))
            }
            Some(etag) if etag.trim_matches('"') == self.etag => Ok(()),
            Some(_) => Err(errors::precondition_failed(
                "The request failed because it didn't meet the preconditions in one or more request-header fields.",
            )),
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Distribution {
    /// `d111111abcdef8`, of `d111111abcdef8.cloudfront.net`.
    pub(crate) label: String,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) stored: Stored<DistributionConfig>,
}
impl Record for Distribution {}

impl Distribution {
    pub(crate) fn domain_name(&self) -> String {
        format!("{}.cloudfront.net", self.label)
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Host {
    pub(crate) account: AccountId,
    pub(crate) distribution: String,
}
impl Record for Host {}

/// An invalidation, which was complete before anybody could ask about it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Invalidation {
    pub(crate) created: Timestamp,
    pub(crate) caller_reference: String,
    pub(crate) paths: Vec<String>,
}
impl Record for Invalidation {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Identity {
    pub(crate) canonical_id: String,
    pub(crate) stored: Stored<CloudFrontOriginAccessIdentityConfig>,
}
impl Record for Identity {}

/// `E1ABCDEFGHIJKL`: ids of distributions, identities and controls, and every etag.
pub(crate) fn new_id(call: &Call) -> String {
    format!("E{}", call.entropy.upper(13))
}

pub(crate) fn arn(call: &Call, kind: &str, id: &str) -> Arn {
    call.global_arn("cloudfront", format_args!("{kind}/{id}"))
}

pub(crate) fn distribution(tx: &Tx<'_>, id: &str) -> Outcome<Distribution> {
    tx.get(&DISTRIBUTIONS, id)?
        .ok_or_else(|| errors::no_such_distribution("The specified distribution does not exist."))
}

pub(crate) fn identity(tx: &Tx<'_>, id: &str) -> Outcome<Identity> {
    tx.get(&IDENTITIES, id)?.ok_or_else(|| {
        errors::no_such_cloud_front_origin_access_identity("The specified origin access identity does not exist.")
    })
}

/// Every distribution of the account with its configuration.
pub(crate) fn distributions(tx: &Tx<'_>) -> Result<Vec<(String, Distribution, DistributionConfig)>, Fault> {
    let rows = tx.scan(&DISTRIBUTIONS, ());
    rows.map(|row| row.and_then(|(id, row)| row.stored.config().map(|config| (id, row, config)))).collect()
}

/// How many entries a list gives when the caller does not say. AWS: 100 is also the most.
const PAGE: usize = 100;

/// One page of a list that is ordered by id.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) marker: String,
    pub(crate) next: Option<String>,
    pub(crate) max_items: i32,
}

impl<T> Page<T> {
    pub(crate) fn of(
        all: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> &str,
        marker: Option<String>,
        max_items: Option<String>,
    ) -> Outcome<Self> {
        let asked = max_items.filter(|text| !text.is_empty()).map(|text| text.parse::<usize>());
        let most = match asked {
            None => PAGE,
            Some(Ok(most @ 1..)) => most.min(PAGE),
            Some(_) => return Err(ApiError::new("InvalidArgument", 400, "The parameter MaxItems is not valid.")),
        };
        let mut all = all.into_iter().peekable();
        if let Some(marker) = marker.as_deref().filter(|marker| !marker.is_empty()) {
            // The marker is the id that the page before ended with.
            while all.next().is_some_and(|item| id(&item) != marker) {}
        }
        let items: Vec<T> = all.by_ref().take(most).collect();
        let next = all.peek().and_then(|_| items.last()).map(|last| id(last).to_owned());
        let max_items = i32::try_from(most).expect("a page is small");
        Ok(Self { items, marker: marker.unwrap_or_default(), next, max_items })
    }
    pub(crate) fn quantity(&self) -> i32 {
        quantity(&self.items)
    }
}

pub(crate) fn quantity<T>(items: &[T]) -> i32 {
    i32::try_from(items.len()).expect("lists of configurations are short")
}

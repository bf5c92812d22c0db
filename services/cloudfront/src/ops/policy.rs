//! What the three kinds of policy share.

use super::managed;
use crate::state::{self, CACHE_POLICIES, Configuration, ORIGIN_REQUEST_POLICIES, RESPONSE_HEADERS_POLICIES, Stored};
use api_cloudfront::{
    CachePolicyConfig, DistributionConfig, OriginRequestPolicyConfig, ResponseHeadersPolicyConfig, errors,
};
use base::{Fault, Timestamp};
use kernel::{Call, Outcome, Rows, Tx};
use shape::ApiError;

/// A kind of policy that behaviours name by id.
pub(crate) trait Policy: Configuration + 'static {
    const ROWS: Rows<String, Stored<Self>>;
    /// AWS quota: the account's own policies of one kind.
    const MOST: usize = 20;

    fn name(&self) -> &str;
    fn is_used_by(config: &DistributionConfig, id: &str) -> bool;
    /// AWS's own, by their fixed ids.
    fn managed() -> Vec<(&'static str, Self)>;
    fn missing() -> ApiError;
    fn already_exists() -> ApiError;
    fn in_use() -> ApiError;
    fn too_many() -> ApiError;
}

/// A policy with what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct Known<P> {
    pub(crate) id: String,
    pub(crate) config: P,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    pub(crate) is_managed: bool,
}

/// AWS's own policies are never changed: one version, from the days they were published.
const MANAGED_ETAG: &str = "E23ZP02F085DFQ";
const MANAGED_SINCE: Timestamp = Timestamp::from_secs(1_595_808_000);

pub(super) fn all_managed<P: Policy>() -> impl Iterator<Item = Known<P>> {
    P::managed().into_iter().map(|(id, config)| Known {
        id: id.into(),
        config,
        etag: MANAGED_ETAG.into(),
        modified: MANAGED_SINCE,
        is_managed: true,
    })
}

/// The policy, be it AWS's or the account's.
pub(crate) fn find_policy<P: Policy>(tx: &Tx<'_>, id: &str) -> Result<Option<Known<P>>, Fault> {
    if let Some(known) = all_managed::<P>().find(|known| known.id == id) {
        return Ok(Some(known));
    }
    let Some(row) = tx.get(&P::ROWS, id)? else { return Ok(None) };
    known(id.to_owned(), row).map(Some)
}

fn known<P: Policy>(id: String, row: Stored<P>) -> Result<Known<P>, Fault> {
    let config = row.config()?;
    Ok(Known { id, config, etag: row.etag, modified: row.modified, is_managed: false })
}

pub(super) fn get<P: Policy>(tx: &Tx<'_>, id: &str) -> Outcome<Known<P>> {
    find_policy(tx, id)?.ok_or_else(P::missing)
}

/// All policies of the kind: AWS's, then the account's.
pub(super) fn list<P: Policy>(tx: &Tx<'_>, is_managed: Option<bool>) -> Outcome<Vec<Known<P>>> {
    let mut all: Vec<_> = all_managed().collect();
    for row in tx.scan(&P::ROWS, ()) {
        let (id, row) = row?;
        all.push(known(id, row)?);
    }
    all.retain(|policy| is_managed.is_none_or(|wanted| policy.is_managed == wanted));
    Ok(all)
}

pub(super) fn create<P: Policy>(tx: &mut Tx<'_>, call: &Call, config: P) -> Outcome<Known<P>> {
    let all = list::<P>(tx, None)?;
    if all.iter().any(|other| other.config.name() == config.name()) {
        return Err(P::already_exists());
    }
    if all.iter().filter(|policy| !policy.is_managed).count() >= P::MOST {
        return Err(P::too_many());
    }
    let id = call.entropy.uuid();
    put(tx, call, id, config)
}

fn put<P: Policy>(tx: &mut Tx<'_>, call: &Call, id: String, config: P) -> Outcome<Known<P>> {
    let row = Stored::new(call, &config);
    tx.put(&P::ROWS, id.as_str(), &row)?;
    Ok(Known { id, config, etag: row.etag, modified: row.modified, is_managed: false })
}

/// The account's own policy in the version that the caller saw.
fn own<P: Policy>(tx: &Tx<'_>, id: &str, if_match: Option<&str>, what: &str) -> Outcome<Stored<P>> {
    if P::managed().iter().any(|(managed, _)| *managed == id) {
        let message = format!("The {what} of a policy that is managed by AWS is not allowed.");
        return Err(if what == "deletion" { errors::illegal_delete(message) } else { errors::illegal_update(message) });
    }
    let row = tx.get(&P::ROWS, id)?.ok_or_else(P::missing)?;
    row.check_match(if_match)?;
    Ok(row)
}

pub(super) fn update<P: Policy>(
    tx: &mut Tx<'_>,
    call: &Call,
    id: String,
    if_match: Option<&str>,
    config: P,
) -> Outcome<Known<P>> {
    own::<P>(tx, &id, if_match, "update")?;
    let is_taken = list::<P>(tx, None)?.iter().any(|other| other.id != id && other.config.name() == config.name());
    if is_taken {
        return Err(P::already_exists());
    }
    put(tx, call, id, config)
}

pub(super) fn delete<P: Policy>(tx: &mut Tx<'_>, id: &str, if_match: Option<&str>) -> Outcome<()> {
    own::<P>(tx, id, if_match, "deletion")?;
    if state::distributions(tx)?.iter().any(|(_, _, config)| P::is_used_by(config, id)) {
        return Err(P::in_use());
    }
    tx.delete(&P::ROWS, id);
    Ok(())
}

/// The ids of the distributions that use a policy.
pub(super) fn users<P: Policy>(tx: &Tx<'_>, id: &str) -> Outcome<Vec<String>> {
    get::<P>(tx, id)?;
    let all = state::distributions(tx)?;
    Ok(all.into_iter().filter(|(_, _, config)| P::is_used_by(config, id)).map(|(id, _, _)| id).collect())
}

/// Whether a behaviour of `config` names this id in the place of `named`.
fn any_behavior(
    config: &DistributionConfig,
    in_default: impl Fn(&api_cloudfront::DefaultCacheBehavior) -> &Option<String>,
    in_other: impl Fn(&api_cloudfront::CacheBehavior) -> &Option<String>,
    id: &str,
) -> bool {
    let others = config.cache_behaviors.iter().flat_map(|behaviors| behaviors.items.iter().flatten());
    let mut named = std::iter::once(in_default(&config.default_cache_behavior)).chain(others.map(in_other));
    named.any(|named| named.as_deref() == Some(id))
}

impl Policy for CachePolicyConfig {
    const ROWS: Rows<String, Stored<Self>> = CACHE_POLICIES;
    fn name(&self) -> &str {
        &self.name
    }
    fn is_used_by(config: &DistributionConfig, id: &str) -> bool {
        any_behavior(config, |behavior| &behavior.cache_policy_id, |behavior| &behavior.cache_policy_id, id)
    }
    fn managed() -> Vec<(&'static str, Self)> {
        managed::cache_policies()
    }
    fn missing() -> ApiError {
        errors::no_such_cache_policy("The cache policy does not exist.")
    }
    fn already_exists() -> ApiError {
        errors::cache_policy_already_exists(
            "A cache policy with this name already exists. You must provide a unique name.",
        )
    }
    fn in_use() -> ApiError {
        errors::cache_policy_in_use(
            "Cannot delete the cache policy because it is attached to one or more cache behaviors.",
        )
    }
    fn too_many() -> ApiError {
        errors::too_many_cache_policies("You have reached the maximum number of cache policies for this AWS account.")
    }
}

impl Policy for OriginRequestPolicyConfig {
    const ROWS: Rows<String, Stored<Self>> = ORIGIN_REQUEST_POLICIES;
    fn name(&self) -> &str {
        &self.name
    }
    fn is_used_by(config: &DistributionConfig, id: &str) -> bool {
        any_behavior(
            config,
            |behavior| &behavior.origin_request_policy_id,
            |behavior| &behavior.origin_request_policy_id,
            id,
        )
    }
    fn managed() -> Vec<(&'static str, Self)> {
        managed::origin_request_policies()
    }
    fn missing() -> ApiError {
        errors::no_such_origin_request_policy("The origin request policy does not exist.")
    }
    fn already_exists() -> ApiError {
        errors::origin_request_policy_already_exists(
            "An origin request policy with this name already exists. You must provide a unique name.",
        )
    }
    fn in_use() -> ApiError {
        errors::origin_request_policy_in_use(
            "Cannot delete the origin request policy because it is attached to one or more cache behaviors.",
        )
    }
    fn too_many() -> ApiError {
        errors::too_many_origin_request_policies(
            "You have reached the maximum number of origin request policies for this AWS account.",
        )
    }
}

impl Policy for ResponseHeadersPolicyConfig {
    const ROWS: Rows<String, Stored<Self>> = RESPONSE_HEADERS_POLICIES;
    fn name(&self) -> &str {
        &self.name
    }
    fn is_used_by(config: &DistributionConfig, id: &str) -> bool {
        any_behavior(
            config,
            |behavior| &behavior.response_headers_policy_id,
            |behavior| &behavior.response_headers_policy_id,
            id,
        )
    }
    fn managed() -> Vec<(&'static str, Self)> {
        managed::response_headers_policies()
    }
    fn missing() -> ApiError {
        errors::no_such_response_headers_policy("The response headers policy does not exist.")
    }
    fn already_exists() -> ApiError {
        errors::response_headers_policy_already_exists(
            "A response headers policy with this name already exists. You must provide a unique name.",
        )
    }
    fn in_use() -> ApiError {
        errors::response_headers_policy_in_use(
            "Cannot delete the response headers policy because it is attached to one or more cache behaviors.",
        )
    }
    fn too_many() -> ApiError {
        errors::too_many_response_headers_policies(
            "You have reached the maximum number of response headers policies for this AWS account.",
        )
    }
}

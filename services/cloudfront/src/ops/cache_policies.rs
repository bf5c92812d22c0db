use super::check::check_list;
use super::complete::{DAY, YEAR};
use super::policy::{self, Known};
use crate::{
    CloudFront,
    state::{Page, arn},
};
use api_cloudfront::errors;
use api_cloudfront::{
    CachePolicy, CachePolicyConfig, CachePolicyList, CachePolicySummary, CachePolicyType, CreateCachePolicy,
    CreateCachePolicyRequest, CreateCachePolicyResult, DeleteCachePolicy, DeleteCachePolicyOutputNothing,
    DeleteCachePolicyRequest, DistributionIdList, GetCachePolicy, GetCachePolicyConfig, GetCachePolicyConfigRequest,
    GetCachePolicyConfigResult, GetCachePolicyRequest, GetCachePolicyResult, ListCachePolicies,
    ListCachePoliciesRequest, ListCachePoliciesResult, ListDistributionsByCachePolicyId,
    ListDistributionsByCachePolicyIdRequest, ListDistributionsByCachePolicyIdResult, UpdateCachePolicy,
    UpdateCachePolicyRequest, UpdateCachePolicyResult,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "cache-policy";

/// AWS's defaults where the caller does not say, checked.
fn complete(mut config: CachePolicyConfig) -> Outcome<CachePolicyConfig> {
    let is_ordered = |least: i64, most: Option<i64>| most.is_none_or(|most| least <= most);
    let default = config.default_ttl.unwrap_or_else(|| config.min_ttl.max(DAY));
    let most = config.max_ttl.unwrap_or_else(|| default.max(YEAR));
    if config.min_ttl < 0 || !is_ordered(config.min_ttl, Some(default)) || !is_ordered(default, Some(most)) {
        return Err(errors::invalid_argument(
            "The parameter MinTTL, DefaultTTL and MaxTTL must be ordered: none may be greater than the next.",
        ));
    }
    config.default_ttl = Some(default);
    config.max_ttl = Some(most);
    config.comment.get_or_insert_default();
    if let Some(parameters) = &mut config.parameters_in_cache_key_and_forwarded_to_origin {
        parameters.enable_accept_encoding_brotli.get_or_insert(false);
        check_list("Headers", parameters.headers_config.headers.as_ref().map(|list| (list.quantity, &list.items)))?;
        check_list("Cookies", parameters.cookies_config.cookies.as_ref().map(|list| (list.quantity, &list.items)))?;
        let queries = &parameters.query_strings_config.query_strings;
        check_list("QueryStrings", queries.as_ref().map(|list| (list.quantity, &list.items)))?;
    }
    Ok(config)
}

fn shape(known: Known<CachePolicyConfig>) -> CachePolicy {
    CachePolicy { id: known.id, last_modified_time: known.modified, cache_policy_config: known.config }
}

impl Write<CreateCachePolicy> for CloudFront {
    fn access(call: &Call, _: &CreateCachePolicyRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateCachePolicyRequest) -> Outcome<CreateCachePolicyResult> {
        let config = complete(input.cache_policy_config)?;
        let known = policy::create(tx, call, config)?;
        let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/{}", known.id);
        let e_tag = Some(known.etag.clone());
        Ok(CreateCachePolicyResult { cache_policy: Some(shape(known)), location: Some(location), e_tag })
    }
}

impl Read<GetCachePolicy> for CloudFront {
    fn access(call: &Call, input: &GetCachePolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetCachePolicyRequest) -> Outcome<GetCachePolicyResult> {
        let known = policy::get(tx, &input.id)?;
        let e_tag = Some(known.etag.clone());
        Ok(GetCachePolicyResult { cache_policy: Some(shape(known)), e_tag })
    }
}

impl Read<GetCachePolicyConfig> for CloudFront {
    fn access(call: &Call, input: &GetCachePolicyConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetCachePolicyConfigRequest) -> Outcome<GetCachePolicyConfigResult> {
        let known = policy::get(tx, &input.id)?;
        Ok(GetCachePolicyConfigResult { cache_policy_config: Some(known.config), e_tag: Some(known.etag) })
    }
}

impl Write<UpdateCachePolicy> for CloudFront {
    fn access(call: &Call, input: &UpdateCachePolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateCachePolicyRequest) -> Outcome<UpdateCachePolicyResult> {
        let config = complete(input.cache_policy_config)?;
        let known = policy::update(tx, call, input.id, input.if_match.as_deref(), config)?;
        let e_tag = Some(known.etag.clone());
        Ok(UpdateCachePolicyResult { cache_policy: Some(shape(known)), e_tag })
    }
}

impl Write<DeleteCachePolicy> for CloudFront {
    fn access(call: &Call, input: &DeleteCachePolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteCachePolicyRequest) -> Outcome<DeleteCachePolicyOutputNothing> {
        policy::delete::<CachePolicyConfig>(tx, &input.id, input.if_match.as_deref())?;
        Ok(DeleteCachePolicyOutputNothing {})
    }
}

impl Read<ListCachePolicies> for CloudFront {
    fn access(_: &Call, _: &ListCachePoliciesRequest) -> Access {
        Access::any()
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListCachePoliciesRequest) -> Outcome<ListCachePoliciesResult> {
        let is_managed = input.type_.map(|kind| kind == CachePolicyType::Managed);
        let all = policy::list::<CachePolicyConfig>(tx, is_managed)?;
        let page = Page::of(all, |known| &known.id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let items = page.items.into_iter().map(|known| CachePolicySummary {
            type_: if known.is_managed { CachePolicyType::Managed } else { CachePolicyType::Custom },
            cache_policy: shape(known),
        });
        let list = CachePolicyList {
            next_marker: page.next,
            max_items: page.max_items,
            quantity,
            items: Some(items.collect()),
        };
        Ok(ListCachePoliciesResult { cache_policy_list: Some(list) })
    }
}

impl Read<ListDistributionsByCachePolicyId> for CloudFront {
    fn access(_: &Call, _: &ListDistributionsByCachePolicyIdRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListDistributionsByCachePolicyIdRequest,
    ) -> Outcome<ListDistributionsByCachePolicyIdResult> {
        let users = policy::users::<CachePolicyConfig>(tx, &input.cache_policy_id)?;
        let page = Page::of(users, |id| id, input.marker, input.max_items)?;
        let list = DistributionIdList {
            quantity: page.quantity(),
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(page.items),
        };
        Ok(ListDistributionsByCachePolicyIdResult { distribution_id_list: Some(list) })
    }
}

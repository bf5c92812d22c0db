use super::check::check_list;
use super::policy::{self, Known};
use crate::{
    CloudFront,
    state::{Page, arn},
};
use api_cloudfront::{
    CreateOriginRequestPolicy, CreateOriginRequestPolicyRequest, CreateOriginRequestPolicyResult,
    DeleteOriginRequestPolicy, DeleteOriginRequestPolicyOutputNothing, DeleteOriginRequestPolicyRequest,
    DistributionIdList, GetOriginRequestPolicy, GetOriginRequestPolicyConfig, GetOriginRequestPolicyConfigRequest,
    GetOriginRequestPolicyConfigResult, GetOriginRequestPolicyRequest, GetOriginRequestPolicyResult,
    ListDistributionsByOriginRequestPolicyId, ListDistributionsByOriginRequestPolicyIdRequest,
    ListDistributionsByOriginRequestPolicyIdResult, ListOriginRequestPolicies, ListOriginRequestPoliciesRequest,
    ListOriginRequestPoliciesResult, OriginRequestPolicy, OriginRequestPolicyConfig, OriginRequestPolicyList,
    OriginRequestPolicySummary, OriginRequestPolicyType, UpdateOriginRequestPolicy, UpdateOriginRequestPolicyRequest,
    UpdateOriginRequestPolicyResult,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "origin-request-policy";

/// AWS's defaults where the caller does not say, checked.
fn complete(mut config: OriginRequestPolicyConfig) -> Outcome<OriginRequestPolicyConfig> {
    config.comment.get_or_insert_default();
    check_list("Headers", config.headers_config.headers.as_ref().map(|list| (list.quantity, &list.items)))?;
    check_list("Cookies", config.cookies_config.cookies.as_ref().map(|list| (list.quantity, &list.items)))?;
    let queries = &config.query_strings_config.query_strings;
    check_list("QueryStrings", queries.as_ref().map(|list| (list.quantity, &list.items)))?;
    Ok(config)
}

fn shape(known: Known<OriginRequestPolicyConfig>) -> OriginRequestPolicy {
    OriginRequestPolicy { id: known.id, last_modified_time: known.modified, origin_request_policy_config: known.config }
}

impl Write<CreateOriginRequestPolicy> for CloudFront {
    fn access(call: &Call, _: &CreateOriginRequestPolicyRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateOriginRequestPolicyRequest,
    ) -> Outcome<CreateOriginRequestPolicyResult> {
        let config = complete(input.origin_request_policy_config)?;
        let known = policy::create(tx, call, config)?;
        let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/{}", known.id);
        let e_tag = Some(known.etag.clone());
        Ok(CreateOriginRequestPolicyResult {
            origin_request_policy: Some(shape(known)),
            location: Some(location),
            e_tag,
        })
    }
}

impl Read<GetOriginRequestPolicy> for CloudFront {
    fn access(call: &Call, input: &GetOriginRequestPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetOriginRequestPolicyRequest) -> Outcome<GetOriginRequestPolicyResult> {
        let known = policy::get(tx, &input.id)?;
        let e_tag = Some(known.etag.clone());
        Ok(GetOriginRequestPolicyResult { origin_request_policy: Some(shape(known)), e_tag })
    }
}

impl Read<GetOriginRequestPolicyConfig> for CloudFront {
    fn access(call: &Call, input: &GetOriginRequestPolicyConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetOriginRequestPolicyConfigRequest,
    ) -> Outcome<GetOriginRequestPolicyConfigResult> {
        let known = policy::get(tx, &input.id)?;
        Ok(GetOriginRequestPolicyConfigResult {
            origin_request_policy_config: Some(known.config),
            e_tag: Some(known.etag),
        })
    }
}

impl Write<UpdateOriginRequestPolicy> for CloudFront {
    fn access(call: &Call, input: &UpdateOriginRequestPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateOriginRequestPolicyRequest,
    ) -> Outcome<UpdateOriginRequestPolicyResult> {
        let config = complete(input.origin_request_policy_config)?;
        let known = policy::update(tx, call, input.id, input.if_match.as_deref(), config)?;
        let e_tag = Some(known.etag.clone());
        Ok(UpdateOriginRequestPolicyResult { origin_request_policy: Some(shape(known)), e_tag })
    }
}

impl Write<DeleteOriginRequestPolicy> for CloudFront {
    fn access(call: &Call, input: &DeleteOriginRequestPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteOriginRequestPolicyRequest,
    ) -> Outcome<DeleteOriginRequestPolicyOutputNothing> {
        policy::delete::<OriginRequestPolicyConfig>(tx, &input.id, input.if_match.as_deref())?;
        Ok(DeleteOriginRequestPolicyOutputNothing {})
    }
}

impl Read<ListOriginRequestPolicies> for CloudFront {
    fn access(_: &Call, _: &ListOriginRequestPoliciesRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListOriginRequestPoliciesRequest,
    ) -> Outcome<ListOriginRequestPoliciesResult> {
        let is_managed = input.type_.map(|kind| kind == OriginRequestPolicyType::Managed);
        let all = policy::list::<OriginRequestPolicyConfig>(tx, is_managed)?;
        let page = Page::of(all, |known| &known.id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let items = page.items.into_iter().map(|known| OriginRequestPolicySummary {
            type_: if known.is_managed { OriginRequestPolicyType::Managed } else { OriginRequestPolicyType::Custom },
            origin_request_policy: shape(known),
        });
        let list = OriginRequestPolicyList {
            next_marker: page.next,
            max_items: page.max_items,
            quantity,
            items: Some(items.collect()),
        };
        Ok(ListOriginRequestPoliciesResult { origin_request_policy_list: Some(list) })
    }
}

impl Read<ListDistributionsByOriginRequestPolicyId> for CloudFront {
    fn access(_: &Call, _: &ListDistributionsByOriginRequestPolicyIdRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListDistributionsByOriginRequestPolicyIdRequest,
    ) -> Outcome<ListDistributionsByOriginRequestPolicyIdResult> {
        let users = policy::users::<OriginRequestPolicyConfig>(tx, &input.origin_request_policy_id)?;
        let page = Page::of(users, |id| id, input.marker, input.max_items)?;
        let list = DistributionIdList {
            quantity: page.quantity(),
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(page.items),
        };
        Ok(ListDistributionsByOriginRequestPolicyIdResult { distribution_id_list: Some(list) })
    }
}

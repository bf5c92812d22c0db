use super::check::check_list;
use super::policy::{self, Known};
use crate::{
    CloudFront,
    state::{Page, arn},
};
use api_cloudfront::{
    CreateResponseHeadersPolicy, CreateResponseHeadersPolicyRequest, CreateResponseHeadersPolicyResult,
    DeleteResponseHeadersPolicy, DeleteResponseHeadersPolicyOutputNothing, DeleteResponseHeadersPolicyRequest,
    DistributionIdList, GetResponseHeadersPolicy, GetResponseHeadersPolicyConfig,
    GetResponseHeadersPolicyConfigRequest, GetResponseHeadersPolicyConfigResult, GetResponseHeadersPolicyRequest,
    GetResponseHeadersPolicyResult, ListDistributionsByResponseHeadersPolicyId,
    ListDistributionsByResponseHeadersPolicyIdRequest, ListDistributionsByResponseHeadersPolicyIdResult,
    ListResponseHeadersPolicies, ListResponseHeadersPoliciesRequest, ListResponseHeadersPoliciesResult,
    ResponseHeadersPolicy, ResponseHeadersPolicyConfig, ResponseHeadersPolicyList, ResponseHeadersPolicySummary,
    ResponseHeadersPolicyType, UpdateResponseHeadersPolicy, UpdateResponseHeadersPolicyRequest,
    UpdateResponseHeadersPolicyResult,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "response-headers-policy";

/// AWS's defaults where the caller does not say, checked.
fn complete(mut config: ResponseHeadersPolicyConfig) -> Outcome<ResponseHeadersPolicyConfig> {
    config.comment.get_or_insert_default();
    let custom = &config.custom_headers_config;
    check_list("CustomHeadersConfig", custom.as_ref().map(|list| (list.quantity, &list.items)))?;
    let removed = &config.remove_headers_config;
    check_list("RemoveHeadersConfig", removed.as_ref().map(|list| (list.quantity, &list.items)))?;
    Ok(config)
}

fn shape(known: Known<ResponseHeadersPolicyConfig>) -> ResponseHeadersPolicy {
    ResponseHeadersPolicy {
        id: known.id,
        last_modified_time: known.modified,
        response_headers_policy_config: known.config,
    }
}

impl Write<CreateResponseHeadersPolicy> for CloudFront {
    fn access(call: &Call, _: &CreateResponseHeadersPolicyRequest) -> Access {
        Access::to(arn(call, KIND, "*"))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateResponseHeadersPolicyRequest,
    ) -> Outcome<CreateResponseHeadersPolicyResult> {
        let config = complete(input.response_headers_policy_config)?;
        let known = policy::create(tx, call, config)?;
        let location = format!("https://cloudfront.amazonaws.com/2020-05-31/{KIND}/{}", known.id);
        let e_tag = Some(known.etag.clone());
        Ok(CreateResponseHeadersPolicyResult {
            response_headers_policy: Some(shape(known)),
            location: Some(location),
            e_tag,
        })
    }
}

impl Read<GetResponseHeadersPolicy> for CloudFront {
    fn access(call: &Call, input: &GetResponseHeadersPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: GetResponseHeadersPolicyRequest) -> Outcome<GetResponseHeadersPolicyResult> {
        let known = policy::get(tx, &input.id)?;
        let e_tag = Some(known.etag.clone());
        Ok(GetResponseHeadersPolicyResult { response_headers_policy: Some(shape(known)), e_tag })
    }
}

impl Read<GetResponseHeadersPolicyConfig> for CloudFront {
    fn access(call: &Call, input: &GetResponseHeadersPolicyConfigRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetResponseHeadersPolicyConfigRequest,
    ) -> Outcome<GetResponseHeadersPolicyConfigResult> {
        let known = policy::get(tx, &input.id)?;
        Ok(GetResponseHeadersPolicyConfigResult {
            response_headers_policy_config: Some(known.config),
            e_tag: Some(known.etag),
        })
    }
}

impl Write<UpdateResponseHeadersPolicy> for CloudFront {
    fn access(call: &Call, input: &UpdateResponseHeadersPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: UpdateResponseHeadersPolicyRequest,
    ) -> Outcome<UpdateResponseHeadersPolicyResult> {
        let config = complete(input.response_headers_policy_config)?;
        let known = policy::update(tx, call, input.id, input.if_match.as_deref(), config)?;
        let e_tag = Some(known.etag.clone());
        Ok(UpdateResponseHeadersPolicyResult { response_headers_policy: Some(shape(known)), e_tag })
    }
}

impl Write<DeleteResponseHeadersPolicy> for CloudFront {
    fn access(call: &Call, input: &DeleteResponseHeadersPolicyRequest) -> Access {
        Access::to(arn(call, KIND, &input.id))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: DeleteResponseHeadersPolicyRequest,
    ) -> Outcome<DeleteResponseHeadersPolicyOutputNothing> {
        policy::delete::<ResponseHeadersPolicyConfig>(tx, &input.id, input.if_match.as_deref())?;
        Ok(DeleteResponseHeadersPolicyOutputNothing {})
    }
}

impl Read<ListResponseHeadersPolicies> for CloudFront {
    fn access(_: &Call, _: &ListResponseHeadersPoliciesRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListResponseHeadersPoliciesRequest,
    ) -> Outcome<ListResponseHeadersPoliciesResult> {
        let is_managed = input.type_.map(|kind| kind == ResponseHeadersPolicyType::Managed);
        let all = policy::list::<ResponseHeadersPolicyConfig>(tx, is_managed)?;
        let page = Page::of(all, |known| &known.id, input.marker, input.max_items)?;
        let quantity = page.quantity();
        let items = page.items.into_iter().map(|known| ResponseHeadersPolicySummary {
            type_: if known.is_managed {
                ResponseHeadersPolicyType::Managed
            } else {
                ResponseHeadersPolicyType::Custom
            },
            response_headers_policy: shape(known),
        });
        let list = ResponseHeadersPolicyList {
            next_marker: page.next,
            max_items: page.max_items,
            quantity,
            items: Some(items.collect()),
        };
        Ok(ListResponseHeadersPoliciesResult { response_headers_policy_list: Some(list) })
    }
}

impl Read<ListDistributionsByResponseHeadersPolicyId> for CloudFront {
    fn access(_: &Call, _: &ListDistributionsByResponseHeadersPolicyIdRequest) -> Access {
        Access::any()
    }
    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: ListDistributionsByResponseHeadersPolicyIdRequest,
    ) -> Outcome<ListDistributionsByResponseHeadersPolicyIdResult> {
        let users = policy::users::<ResponseHeadersPolicyConfig>(tx, &input.response_headers_policy_id)?;
        let page = Page::of(users, |id| id, input.marker, input.max_items)?;
        let list = DistributionIdList {
            quantity: page.quantity(),
            marker: page.marker,
            is_truncated: page.next.is_some(),
            next_marker: page.next,
            max_items: page.max_items,
            items: Some(page.items),
        };
        Ok(ListDistributionsByResponseHeadersPolicyIdResult { distribution_id_list: Some(list) })
    }
}

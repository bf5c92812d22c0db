//! Trails, of which there are none: the event history needs none.

use crate::CloudTrail;
use api_cloudtrail::{
    DescribeTrails, DescribeTrailsRequest, DescribeTrailsResponse, GetTrail, GetTrailRequest, GetTrailResponse,
    GetTrailStatus, GetTrailStatusRequest, GetTrailStatusResponse, ListTrails, ListTrailsRequest, ListTrailsResponse,
    errors,
};
use kernel::{Access, Call, Outcome, Read, Tx};
use shape::ApiError;

fn trail(call: &Call, name: &str) -> String {
    if name.starts_with("arn:") {
        name.to_owned()
    } else {
        call.arn("cloudtrail", format_args!("trail/{name}")).to_string()
    }
}

fn missing(call: &Call, name: &str) -> ApiError {
    errors::trail_not_found_exception(format!("Unknown trail: {} for the user: {}", trail(call, name), call.account))
}

impl Read<DescribeTrails> for CloudTrail {
    fn access(_: &Call, _: &DescribeTrailsRequest) -> Access {
        Access::any()
    }
    fn read(_: &Tx<'_>, _: &Call, input: DescribeTrailsRequest) -> Outcome<DescribeTrailsResponse> {
        // AWS: names that are not there are passed over.
        drop(input.trail_name_list);
        Ok(DescribeTrailsResponse { trail_list: Some(Vec::new()) })
    }
}

impl Read<GetTrail> for CloudTrail {
    fn access(call: &Call, input: &GetTrailRequest) -> Access {
        Access::to(trail(call, &input.name))
    }
    fn read(_: &Tx<'_>, call: &Call, input: GetTrailRequest) -> Outcome<GetTrailResponse> {
        Err(missing(call, &input.name))
    }
}

impl Read<GetTrailStatus> for CloudTrail {
    fn access(call: &Call, input: &GetTrailStatusRequest) -> Access {
        Access::to(trail(call, &input.name))
    }
    fn read(_: &Tx<'_>, call: &Call, input: GetTrailStatusRequest) -> Outcome<GetTrailStatusResponse> {
        Err(missing(call, &input.name))
    }
}

impl Read<ListTrails> for CloudTrail {
    fn access(_: &Call, _: &ListTrailsRequest) -> Access {
        Access::any()
    }
    fn read(_: &Tx<'_>, _: &Call, _: ListTrailsRequest) -> Outcome<ListTrailsResponse> {
        Ok(ListTrailsResponse { trails: Some(Vec::new()), next_token: None })
    }
}

//! AWS CloudTrail: the history of calls that the kernel records ([`kernel::audit`]), as CloudTrail writes it.
//!
//! Left out, and refused by name: trails, event data stores, insights. Data events are in no history, as on AWS.

mod event;
mod ops;

use kernel::Service;

/// The service's operations are implemented for this.
#[derive(Debug)]
pub struct CloudTrail;

pub fn service() -> Service {
    Service::of(&api_cloudtrail::API, CloudTrail)
        .read::<api_cloudtrail::LookupEvents>()
        .read::<api_cloudtrail::DescribeTrails>()
        .read::<api_cloudtrail::GetTrail>()
        .read::<api_cloudtrail::GetTrailStatus>()
        .read::<api_cloudtrail::ListTrails>()
        .build()
}

#[cfg(test)]
mod tests;

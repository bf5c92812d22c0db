//! The resource types, through the public operations.

mod access_control;
mod cache_policy;
mod distribution;
mod identity;
mod origin_request_policy;
mod response_headers_policy;
mod translate;

pub(crate) use access_control::AccessControlResource;
pub(crate) use cache_policy::CachePolicyResource;
pub(crate) use distribution::DistributionResource;
pub(crate) use identity::IdentityResource;
pub(crate) use origin_request_policy::OriginRequestPolicyResource;
pub(crate) use response_headers_policy::ResponseHeadersPolicyResource;

//! Amazon CloudFront: distributions with their origins, behaviours and policies ([`ops`]), and the edge that answers
//! under their host names ([`edge`]).
//!
//! There is one edge location and it reads the rows themselves, so a distribution is deployed as soon as it is
//! written, and an invalidation is complete when the answer says so.
//!
//! Left out, and refused by name: functions at the edge, aliases with certificates of one's own, WAF, access logs,
//! trusted signers, geographic restrictions, field-level encryption, staging distributions.

mod cfn;
mod edge;
mod ops;
mod state;

use api_cloudfront as api;
use base::{Arn, Fault};
use kernel::{Directory, Service, Tx};
use std::sync::Arc;

/// The service's operations are implemented for this. It holds what the edge has cached.
#[derive(Debug, Default)]
pub struct CloudFront {
    cache: edge::Cache,
}

pub fn service() -> Service {
    let cloudfront = Arc::new(CloudFront::default());
    let builder = Service::shared(&api::API, cloudfront.clone())
        .write::<api::CreateDistribution>()
        .write::<api::CreateDistributionWithTags>()
        .read::<api::GetDistribution>()
        .read::<api::GetDistributionConfig>()
        .write::<api::UpdateDistribution>()
        .write::<api::DeleteDistribution>()
        .read::<api::ListDistributions>()
        .read::<api::ListDistributionsByCachePolicyId>()
        .read::<api::ListDistributionsByOriginRequestPolicyId>()
        .read::<api::ListDistributionsByResponseHeadersPolicyId>()
        .serve::<api::CreateInvalidation>()
        .read::<api::GetInvalidation>()
        .read::<api::ListInvalidations>()
        .write::<api::CreateCloudFrontOriginAccessIdentity>()
        .read::<api::GetCloudFrontOriginAccessIdentity>()
        .read::<api::GetCloudFrontOriginAccessIdentityConfig>()
        .write::<api::UpdateCloudFrontOriginAccessIdentity>()
        .write::<api::DeleteCloudFrontOriginAccessIdentity>()
        .read::<api::ListCloudFrontOriginAccessIdentities>()
        .write::<api::CreateOriginAccessControl>()
        .read::<api::GetOriginAccessControl>()
        .read::<api::GetOriginAccessControlConfig>()
        .write::<api::UpdateOriginAccessControl>()
        .write::<api::DeleteOriginAccessControl>()
        .read::<api::ListOriginAccessControls>();
    builder
        .write::<api::CreateCachePolicy>()
        .read::<api::GetCachePolicy>()
        .read::<api::GetCachePolicyConfig>()
        .write::<api::UpdateCachePolicy>()
        .write::<api::DeleteCachePolicy>()
        .read::<api::ListCachePolicies>()
        .write::<api::CreateOriginRequestPolicy>()
        .read::<api::GetOriginRequestPolicy>()
        .read::<api::GetOriginRequestPolicyConfig>()
        .write::<api::UpdateOriginRequestPolicy>()
        .write::<api::DeleteOriginRequestPolicy>()
        .read::<api::ListOriginRequestPolicies>()
        .write::<api::CreateResponseHeadersPolicy>()
        .read::<api::GetResponseHeadersPolicy>()
        .read::<api::GetResponseHeadersPolicyConfig>()
        .write::<api::UpdateResponseHeadersPolicy>()
        .write::<api::DeleteResponseHeadersPolicy>()
        .read::<api::ListResponseHeadersPolicies>()
        .write::<api::TagResource>()
        .write::<api::UntagResource>()
        .read::<api::ListTagsForResource>()
        .resource(cfn::DistributionResource)
        .resource(cfn::IdentityResource)
        .resource(cfn::AccessControlResource)
        .resource(cfn::CachePolicyResource)
        .resource(cfn::OriginRequestPolicyResource)
        .resource(cfn::ResponseHeadersPolicyResource)
        .directory()
        .site(edge::Edge::new(cloudfront))
        .build()
}

impl Directory for CloudFront {
    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let Some(id) = resource.resource_after("distribution") else { return Ok(Vec::new()) };
        let found = tx.get(&state::DISTRIBUTIONS, id)?;
        Ok(found.map(|distribution| distribution.tags.into_iter().collect()).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;

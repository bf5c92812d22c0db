//! `AWS::Cognito::UserPoolDomain`: known by its prefix.

use super::{convert, forgiving};
use api_cognito_idp::{
    CreateUserPoolDomain, CreateUserPoolDomainRequest, DeleteUserPoolDomain, DeleteUserPoolDomainRequest,
    DescribeUserPoolDomain, DescribeUserPoolDomainRequest, DomainDescriptionType, UpdateUserPoolDomain,
    UpdateUserPoolDomainRequest,
    cfn::{self, USER_POOL_DOMAIN, UserPoolDomain},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::{Value as Json, json};
use shape::Map;

pub(crate) struct UserPoolDomainResource;

async fn describe(cloud: &Cloud, stack: &StackCall, domain: &str) -> Outcome<DomainDescriptionType> {
    let input = DescribeUserPoolDomainRequest { domain: domain.into() };
    Ok(cloud.call::<DescribeUserPoolDomain>(&stack.call, input).await?.domain_description.unwrap_or_default())
}

impl Resource for UserPoolDomainResource {
    type Properties = UserPoolDomain;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL_DOMAIN
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolDomain) -> Outcome<String> {
        let domain = properties.domain.clone();
        let input: CreateUserPoolDomainRequest =
            convert(&shapes::CreateUserPoolDomainRequest, (&cfn::UserPoolDomain, properties), &[])?;
        cloud.call::<CreateUserPoolDomain>(&stack.call, input).await?;
        Ok(domain)
    }

    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: UserPoolDomain) -> Outcome<Option<String>> {
        let found = describe(cloud, stack, &properties.domain).await?;
        Ok((found.user_pool_id.as_deref() == Some(&*properties.user_pool_id)).then_some(properties.domain))
    }

    async fn attributes(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: UserPoolDomain) -> Outcome<Map<Json>> {
        let found = describe(cloud, stack, id).await?;
        Ok([("CloudFrontDistribution".to_owned(), json!(found.cloud_front_distribution.unwrap_or_default()))].into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        _: &str,
        _: UserPoolDomain,
        new: UserPoolDomain,
    ) -> Outcome<Updated> {
        let input: UpdateUserPoolDomainRequest =
            convert(&shapes::UpdateUserPoolDomainRequest, (&cfn::UserPoolDomain, new), &[])?;
        cloud.call::<UpdateUserPoolDomain>(&stack.call, input).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, properties: UserPoolDomain) -> Outcome<()> {
        if describe(cloud, stack, id).await?.user_pool_id.as_deref() != Some(&*properties.user_pool_id) {
            return Ok(());
        }
        let input = DeleteUserPoolDomainRequest { domain: id.into(), user_pool_id: properties.user_pool_id };
        forgiving(cloud.call::<DeleteUserPoolDomain>(&stack.call, input).await)
    }
}

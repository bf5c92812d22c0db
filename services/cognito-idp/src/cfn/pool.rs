//! `AWS::Cognito::UserPool`.

use super::{convert, forgiving};
use api_cognito_idp::{
    AddCustomAttributes, AddCustomAttributesRequest, CreateUserPool, DeleteUserPool, DeleteUserPoolRequest,
    DescribeUserPool, DescribeUserPoolRequest, ListUserPools, ListUserPoolsRequest, SchemaAttributeType,
    SetUserPoolMfaConfig, SetUserPoolMfaConfigRequest, SoftwareTokenMfaConfigType, UpdateUserPool,
    UpdateUserPoolRequest,
    cfn::{self, USER_POOL, UserPool},
    shapes,
};
use kernel::{Cloud, Outcome, Resource, StackCall, Updated};
use serde_json::{Value as Json, json};
use shape::Map;

/// AWS: a pool's name has at most so many characters.
const MOST_NAME: usize = 128;

pub(crate) struct UserPoolResource;

impl Resource for UserPoolResource {
    type Properties = UserPool;

    fn schema(&self) -> &'static shape::Resource {
        &USER_POOL
    }

    async fn create(&self, cloud: &Cloud, stack: &StackCall, properties: UserPool) -> Outcome<String> {
        let name = properties.user_pool_name.clone().unwrap_or_else(|| stack.physical_name(MOST_NAME));
        let tags = stack.tags_with(properties.user_pool_tags.clone().unwrap_or_default());
        let factors = properties.enabled_mfas.clone();
        let mut input: api_cognito_idp::CreateUserPoolRequest =
            convert(&shapes::CreateUserPoolRequest, (&cfn::UserPool, properties), &[("PoolName", &name)])?;
        input.user_pool_tags = Some(tags.into_iter().collect());
        let made = cloud.call::<CreateUserPool>(&stack.call, input).await?.user_pool.unwrap_or_default();
        let id = made.id.unwrap_or_default();
        set_factors(cloud, stack, &id, factors).await?;
        Ok(id)
    }

    /// The pool that an earlier try of this step made, known by the tags that it put on it and by nothing else of its
    /// name: names of pools are not unique.
    async fn adopt(&self, cloud: &Cloud, stack: &StackCall, properties: UserPool) -> Outcome<Option<String>> {
        let name = properties.user_pool_name.unwrap_or_else(|| stack.physical_name(MOST_NAME));
        let mut next_token = None;
        loop {
            let input = ListUserPoolsRequest { max_results: 60, next_token };
            let page = cloud.call::<ListUserPools>(&stack.call, input).await?;
            for pool in page.user_pools.into_iter().flatten().filter(|pool| pool.name.as_deref() == Some(&*name)) {
                let id = pool.id.unwrap_or_default();
                let input = DescribeUserPoolRequest { user_pool_id: id.clone() };
                let found = cloud.call::<DescribeUserPool>(&stack.call, input).await?.user_pool.unwrap_or_default();
                let tags = found.user_pool_tags.unwrap_or_default();
                let is = |key: &str, value: &str| tags.get(key).is_some_and(|tag| tag == value);
                let is_mine = is("aws:cloudformation:stack-id", &stack.stack_id)
                    && is("aws:cloudformation:logical-id", &stack.logical_id);
                if is_mine {
                    return Ok(Some(id));
                }
            }
            next_token = page.next_token;
            if next_token.is_none() {
                return Ok(None);
            }
        }
    }

    async fn attributes(&self, _: &Cloud, stack: &StackCall, id: &str, _: UserPool) -> Outcome<Map<Json>> {
        let provider = format!("cognito-idp.{}.amazonaws.com/{id}", stack.call.region);
        Ok([
            ("UserPoolId".to_owned(), json!(id)),
            ("Arn".to_owned(), json!(crate::state::pool_arn(&stack.call, id).to_string())),
            ("ProviderURL".to_owned(), json!(format!("https://{provider}"))),
            ("ProviderName".to_owned(), json!(provider)),
        ]
        .into())
    }

    async fn update(
        &self,
        cloud: &Cloud,
        stack: &StackCall,
        id: &str,
        old: UserPool,
        new: UserPool,
    ) -> Outcome<Updated> {
        // AWS: how people are named cannot be changed in a pool that is there.
        if old.alias_attributes != new.alias_attributes
            || old.username_attributes != new.username_attributes
            || old.username_configuration != new.username_configuration
        {
            let said =
                "Updates are not allowed for property - UsernameAttributes, AliasAttributes, UsernameConfiguration.";
            return Err(api_cognito_idp::errors::invalid_parameter_exception(said));
        }
        add_attributes(cloud, stack, id, &old, &new).await?;
        let tags = stack.tags_with(new.user_pool_tags.clone().unwrap_or_default());
        let name = new.user_pool_name.clone();
        let factors = new.enabled_mfas.clone().or(old.enabled_mfas.map(|_| Vec::new()));
        let mut input: UpdateUserPoolRequest =
            convert(&shapes::UpdateUserPoolRequest, (&cfn::UserPool, new), &[("UserPoolId", id)])?;
        input.user_pool_tags = Some(tags.into_iter().collect());
        input.pool_name = name;
        cloud.call::<UpdateUserPool>(&stack.call, input).await?;
        set_factors(cloud, stack, id, factors).await?;
        Ok(Updated::InPlace)
    }

    async fn delete(&self, cloud: &Cloud, stack: &StackCall, id: &str, _: UserPool) -> Outcome<()> {
        forgiving(cloud.call::<DeleteUserPool>(&stack.call, DeleteUserPoolRequest { user_pool_id: id.into() }).await)
    }
}

/// The second factors that the pool knows.
async fn set_factors(cloud: &Cloud, stack: &StackCall, id: &str, factors: Option<Vec<String>>) -> Outcome<()> {
    let Some(factors) = factors else { return Ok(()) };
    if let Some(other) = factors.iter().find(|factor| *factor != "SOFTWARE_TOKEN_MFA") {
        return Err(shape::ApiError::not_implemented(format!("EnabledMfas {other}")));
    }
    let input = SetUserPoolMfaConfigRequest {
        user_pool_id: id.into(),
        software_token_mfa_configuration: Some(SoftwareTokenMfaConfigType { enabled: Some(!factors.is_empty()) }),
        ..Default::default()
    };
    cloud.call::<SetUserPoolMfaConfig>(&stack.call, input).await.map(drop)
}

async fn add_attributes(cloud: &Cloud, stack: &StackCall, id: &str, old: &UserPool, new: &UserPool) -> Outcome<()> {
    let before = old.schema.clone().unwrap_or_default();
    let after = new.schema.clone().unwrap_or_default();
    let is_known = |name: &Option<String>| before.iter().any(|one| one.name == *name);
    if before.iter().any(|one| !after.contains(one)) {
        let said = "Existing schema attributes cannot be modified or deleted.";
        return Err(api_cognito_idp::errors::invalid_parameter_exception(said));
    }
    let added = after.into_iter().filter(|one| !is_known(&one.name));
    let custom_attributes = added
        .map(|one| convert(&shapes::SchemaAttributeType, (&cfn::UserPoolOfSchemaAttribute, one), &[]))
        .collect::<Outcome<Vec<SchemaAttributeType>>>()?;
    if custom_attributes.is_empty() {
        return Ok(());
    }
    let input = AddCustomAttributesRequest { user_pool_id: id.into(), custom_attributes };
    cloud.call::<AddCustomAttributes>(&stack.call, input).await.map(drop)
}

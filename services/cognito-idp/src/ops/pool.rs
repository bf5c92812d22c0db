//! Pools.

use crate::{
    Cognito, attribute, keys,
    state::{
        self, CLIENT_HOMES, CLIENTS, Home, POOL_HOMES, POOLS, Pool, SOFTWARE_TOKENS, USERS, get_pool, pool_arn,
        put_pool,
    },
};
use api_cognito_idp::{
    AddCustomAttributes, AddCustomAttributesRequest, AddCustomAttributesResponse, AdminCreateUserConfigType,
    AuthFactorType, CreateUserPool, CreateUserPoolRequest, CreateUserPoolResponse, DeleteUserPool,
    DeleteUserPoolOutputNothing, DeleteUserPoolRequest, DeletionProtectionType, DescribeUserPool,
    DescribeUserPoolRequest, DescribeUserPoolResponse, EmailConfigurationType, EmailSendingAccountType,
    GetUserPoolMfaConfig, GetUserPoolMfaConfigRequest, GetUserPoolMfaConfigResponse, LambdaConfigType, ListUserPools,
    ListUserPoolsRequest, ListUserPoolsResponse, PasswordPolicyType, PreTokenGenerationLambdaVersionType,
    PreTokenGenerationVersionConfigType, SetUserPoolMfaConfig, SetUserPoolMfaConfigRequest,
    SetUserPoolMfaConfigResponse, SignInPolicyType, SoftwareTokenMfaConfigType, UpdateUserPool, UpdateUserPoolRequest,
    UpdateUserPoolResponse, UserPoolDescriptionType, UserPoolMfaType, UserPoolTierType, UserPoolType,
    VerificationMessageTemplateType, errors, shapes,
};
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};
use shape::ApiError;

const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

impl Write<CreateUserPool> for Cognito {
    fn access(_: &Call, input: &CreateUserPoolRequest) -> Access {
        let tags = input.user_pool_tags.iter().flatten();
        Access::any().with_tags(tags.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateUserPoolRequest) -> Outcome<CreateUserPoolResponse> {
        if input.alias_attributes.is_some() && input.username_attributes.is_some() {
            let said = "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.";
            return Err(errors::invalid_parameter_exception(said));
        }
        let id = format!("{}_{}", call.region, call.entropy.text(ALPHANUMERIC, 9));
        let settings = UserPoolType {
            id: Some(id.clone()),
            arn: Some(pool_arn(call, &id).to_string()),
            name: Some(input.pool_name),
            policies: input.policies,
            lambda_config: input.lambda_config,
            deletion_protection: input.deletion_protection,
            last_modified_date: Some(call.now),
            creation_date: Some(call.now),
            schema_attributes: Some(attribute::schema(input.schema.unwrap_or_default())?),
            auto_verified_attributes: input.auto_verified_attributes,
            alias_attributes: input.alias_attributes,
            username_attributes: input.username_attributes,
            sms_verification_message: input.sms_verification_message,
            email_verification_message: input.email_verification_message,
            email_verification_subject: input.email_verification_subject,
            verification_message_template: input.verification_message_template,
            sms_authentication_message: input.sms_authentication_message,
            mfa_configuration: input.mfa_configuration,
            email_configuration: input.email_configuration,
            sms_configuration: input.sms_configuration,
            user_pool_tags: input.user_pool_tags,
            admin_create_user_config: input.admin_create_user_config,
            user_pool_add_ons: input.user_pool_add_ons,
            username_configuration: input.username_configuration,
            account_recovery_setting: input.account_recovery_setting,
            user_pool_tier: input.user_pool_tier,
            ..Default::default()
        };
        let home = Home { account: call.account.clone(), region: call.region.clone(), pool: id.clone() };
        let pool = Pool { home: home.clone(), settings: completed(settings)? };
        put_pool(tx, &pool)?;
        tx.in_scope(&Scope::shared()).put(&POOL_HOMES, id.as_str(), &home)?;
        keys::take_spare(tx, &id)?;
        Ok(CreateUserPoolResponse { user_pool: Some(shown(tx, &pool)?) })
    }
}

/// A second factor is for those who want one: nobody is made to have one here.
fn check_factor(mfa: Option<UserPoolMfaType>) -> Outcome<()> {
    if mfa == Some(UserPoolMfaType::On) {
        return Err(ApiError::not_implemented("MfaConfiguration ON (OPTIONAL and OFF are)"));
    }
    Ok(())
}

/// With the defaults that AWS fills in.
fn completed(mut pool: UserPoolType) -> Outcome<UserPoolType> {
    check_factor(pool.mfa_configuration)?;
    let policies = pool.policies.get_or_insert_default();
    policies.password_policy = Some(match policies.password_policy.take() {
        None => PasswordPolicyType {
            minimum_length: Some(8),
            require_uppercase: Some(true),
            require_lowercase: Some(true),
            require_numbers: Some(true),
            require_symbols: Some(true),
            temporary_password_validity_days: Some(7),
        },
        Some(given) => PasswordPolicyType {
            minimum_length: given.minimum_length.or(Some(8)),
            require_uppercase: given.require_uppercase.or(Some(false)),
            require_lowercase: given.require_lowercase.or(Some(false)),
            require_numbers: given.require_numbers.or(Some(false)),
            require_symbols: given.require_symbols.or(Some(false)),
            temporary_password_validity_days: given.temporary_password_validity_days.or(Some(7)),
        },
    });
    let factors = policies
        .sign_in_policy
        .get_or_insert_with(|| SignInPolicyType { allowed_first_auth_factors: Some(vec![AuthFactorType::Password]) });
    if factors.allowed_first_auth_factors.iter().flatten().any(|factor| *factor != AuthFactorType::Password) {
        return Err(ApiError::not_implemented("a first authentication factor other than PASSWORD"));
    }
    complete_functions(pool.lambda_config.get_or_insert_default())?;
    pool.deletion_protection = pool.deletion_protection.or(Some(DeletionProtectionType::Inactive));
    pool.mfa_configuration = pool.mfa_configuration.or(Some(UserPoolMfaType::Off));
    pool.user_pool_tier = pool.user_pool_tier.or(Some(UserPoolTierType::Essentials));
    let admin = pool.admin_create_user_config.get_or_insert_with(AdminCreateUserConfigType::default);
    admin.allow_admin_create_user_only = admin.allow_admin_create_user_only.or(Some(false));
    // AWS: the older name of the policy's validity is told, too.
    admin.unused_account_validity_days = admin.unused_account_validity_days.or(Some(7));
    let email = pool.email_configuration.get_or_insert_with(EmailConfigurationType::default);
    email.email_sending_account = email.email_sending_account.or(Some(EmailSendingAccountType::CognitoDefault));
    let template = pool.verification_message_template.get_or_insert_with(VerificationMessageTemplateType::default);
    template.default_email_option =
        template.default_email_option.or(Some(api_cognito_idp::DefaultEmailOptionType::ConfirmWithCode));
    // AWS: the message of the template and the older members are one thing under two names.
    let texts = [
        (&mut template.email_message, &mut pool.email_verification_message),
        (&mut template.email_subject, &mut pool.email_verification_subject),
        (&mut template.sms_message, &mut pool.sms_verification_message),
    ];
    for (new, old) in texts {
        *new = new.take().or(old.clone());
        *old = new.clone();
    }
    Ok(pool)
}

/// AWS: the function that makes tokens has two names, of which either may be given.
fn complete_functions(config: &mut LambdaConfigType) -> Outcome<()> {
    use PreTokenGenerationLambdaVersionType as Version;
    match (&mut config.pre_token_generation, &mut config.pre_token_generation_config) {
        (Some(first), Some(second)) if *first != second.lambda_arn => {
            let said = "PreTokenGeneration and PreTokenGenerationConfig must name the same function.";
            return Err(errors::invalid_parameter_exception(said));
        }
        (_, Some(second)) if second.lambda_version == Version::V30 => {
            return Err(ApiError::not_implemented("PreTokenGenerationConfig with LambdaVersion V3_0"));
        }
        (first, Some(second)) => *first = Some(second.lambda_arn.clone()),
        (Some(first), second @ None) => {
            let lambda_arn = first.clone();
            *second = Some(PreTokenGenerationVersionConfigType { lambda_version: Version::V10, lambda_arn });
        }
        (None, None) => {}
    }
    Ok(())
}

/// As it is described: with the number of its users.
fn shown(tx: &Tx<'_>, pool: &Pool) -> Outcome<UserPoolType> {
    let users = tx.scan(&USERS, (pool.id(),)).count();
    Ok(UserPoolType { estimated_number_of_users: i32::try_from(users).ok(), ..pool.settings.clone() })
}

impl Read<DescribeUserPool> for Cognito {
    fn access(call: &Call, input: &DescribeUserPoolRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: DescribeUserPoolRequest) -> Outcome<DescribeUserPoolResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        Ok(DescribeUserPoolResponse { user_pool: Some(shown(tx, &pool)?) })
    }
}

impl Read<ListUserPools> for Cognito {
    fn access(_: &Call, _: &ListUserPoolsRequest) -> Access {
        Access::any()
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListUserPoolsRequest) -> Outcome<ListUserPoolsResponse> {
        let rows = tx.list(&POOLS, ())?;
        let (rows, next_token) = super::page(rows, Some(input.max_results), 60, input.next_token.as_deref())?;
        let describe = |text: &state::Text| {
            let pool: UserPoolType = state::unpack(&shapes::UserPoolType, text)?;
            Ok(UserPoolDescriptionType {
                id: pool.id,
                name: pool.name,
                lambda_config: pool.lambda_config,
                status: None,
                last_modified_date: pool.last_modified_date,
                creation_date: pool.creation_date,
            })
        };
        let user_pools = rows.iter().map(|(_, text)| describe(text)).collect::<Outcome<_>>()?;
        Ok(ListUserPoolsResponse { user_pools: Some(user_pools), next_token })
    }
}

impl Write<UpdateUserPool> for Cognito {
    fn access(call: &Call, input: &UpdateUserPoolRequest) -> Access {
        let tags = input.user_pool_tags.iter().flatten();
        Access::to(pool_arn(call, &input.user_pool_id))
            .with_tags(tags.map(|(key, value)| (key.as_str(), value.as_str())))
    }

    /// AWS: what is not given goes back to its default, except names, tags and protection.
    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateUserPoolRequest) -> Outcome<UpdateUserPoolResponse> {
        let mut pool = get_pool(tx, &input.user_pool_id)?;
        let old = pool.settings;
        pool.settings = completed(UserPoolType {
            name: input.pool_name.or(old.name),
            policies: input.policies.or(old.policies),
            lambda_config: input.lambda_config,
            deletion_protection: input.deletion_protection.or(old.deletion_protection),
            last_modified_date: Some(call.now),
            auto_verified_attributes: input.auto_verified_attributes,
            sms_verification_message: input.sms_verification_message,
            email_verification_message: input.email_verification_message,
            email_verification_subject: input.email_verification_subject,
            verification_message_template: input.verification_message_template,
            sms_authentication_message: input.sms_authentication_message,
            mfa_configuration: input.mfa_configuration,
            email_configuration: input.email_configuration,
            sms_configuration: input.sms_configuration.or(old.sms_configuration),
            user_pool_tags: input.user_pool_tags.or(old.user_pool_tags),
            admin_create_user_config: input.admin_create_user_config,
            user_pool_add_ons: input.user_pool_add_ons,
            account_recovery_setting: input.account_recovery_setting,
            user_pool_tier: input.user_pool_tier.or(old.user_pool_tier),
            ..UserPoolType {
                id: old.id,
                arn: old.arn,
                creation_date: old.creation_date,
                schema_attributes: old.schema_attributes,
                alias_attributes: old.alias_attributes,
                username_attributes: old.username_attributes,
                username_configuration: old.username_configuration,
                domain: old.domain,
                ..Default::default()
            }
        })?;
        put_pool(tx, &pool)?;
        Ok(UpdateUserPoolResponse {})
    }
}

impl Write<DeleteUserPool> for Cognito {
    fn access(call: &Call, input: &DeleteUserPoolRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteUserPoolRequest) -> Outcome<DeleteUserPoolOutputNothing> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        if pool.settings.deletion_protection == Some(DeletionProtectionType::Active) {
            let said = "The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.";
            return Err(errors::invalid_parameter_exception(said));
        }
        if pool.settings.domain.is_some() {
            let said = "User pool cannot be deleted. It has a domain configured that should be deleted first.";
            return Err(errors::invalid_parameter_exception(said));
        }
        let id = pool.id();
        for ((_, client), _) in tx.list(&CLIENTS, (id,))? {
            tx.in_scope(&Scope::shared()).delete(&CLIENT_HOMES, client.as_str());
        }
        tx.in_scope(&Scope::shared()).delete(&POOL_HOMES, id);
        tx.delete(&POOLS, id);
        tx.delete(&state::KEYS, id);
        tx.delete(&SOFTWARE_TOKENS, id);
        tx.delete_prefix(&CLIENTS, (id,));
        tx.delete_prefix(&USERS, (id,));
        tx.delete_prefix(&state::ALIASES, (id,));
        tx.delete_prefix(&state::GROUPS, (id,));
        tx.delete_prefix(&state::MEMBERS, (id,));
        tx.delete_prefix(&state::RESOURCE_SERVERS, (id,));
        tx.delete_prefix(&state::SESSIONS, (id,));
        tx.delete_prefix(&state::TICKETS, (id,));
        Ok(DeleteUserPoolOutputNothing {})
    }
}

impl Write<AddCustomAttributes> for Cognito {
    fn access(call: &Call, input: &AddCustomAttributesRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AddCustomAttributesRequest) -> Outcome<AddCustomAttributesResponse> {
        let mut pool = get_pool(tx, &input.user_pool_id)?;
        attribute::add_custom(pool.settings.schema_attributes.get_or_insert_default(), input.custom_attributes)?;
        pool.settings.last_modified_date = Some(call.now);
        put_pool(tx, &pool)?;
        Ok(AddCustomAttributesResponse {})
    }
}

impl Read<GetUserPoolMfaConfig> for Cognito {
    fn access(call: &Call, input: &GetUserPoolMfaConfigRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn read(tx: &Tx<'_>, _: &Call, input: GetUserPoolMfaConfigRequest) -> Outcome<GetUserPoolMfaConfigResponse> {
        let pool = get_pool(tx, &input.user_pool_id)?;
        Ok(GetUserPoolMfaConfigResponse {
            software_token_mfa_configuration: software_tokens(tx, pool.id())?,
            mfa_configuration: pool.settings.mfa_configuration,
        })
    }
}

fn software_tokens(tx: &Tx<'_>, pool: &str) -> Outcome<Option<SoftwareTokenMfaConfigType>> {
    Ok(Some(SoftwareTokenMfaConfigType { enabled: Some(tx.has(&SOFTWARE_TOKENS, pool)?) }))
}

impl Write<SetUserPoolMfaConfig> for Cognito {
    fn access(call: &Call, input: &SetUserPoolMfaConfigRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: SetUserPoolMfaConfigRequest) -> Outcome<SetUserPoolMfaConfigResponse> {
        let mut pool = get_pool(tx, &input.user_pool_id)?;
        check_factor(input.mfa_configuration)?;
        if input.mfa_configuration.is_some() {
            pool.settings.mfa_configuration = input.mfa_configuration;
            put_pool(tx, &pool)?;
        }
        match input.software_token_mfa_configuration.map(|config| config.enabled == Some(true)) {
            Some(true) => tx.put(&SOFTWARE_TOKENS, pool.id(), &state::Text(String::new()))?,
            Some(false) => tx.delete(&SOFTWARE_TOKENS, pool.id()),
            None => {}
        }
        Ok(SetUserPoolMfaConfigResponse {
            software_token_mfa_configuration: software_tokens(tx, pool.id())?,
            mfa_configuration: pool.settings.mfa_configuration,
        })
    }
}

//! The host name of a pool's hosted pages: a prefix, unique over everybody.

use crate::{
    Cognito,
    state::{DOMAINS, Domain, Pool, get_pool, pool_arn, put_pool},
};
use api_cognito_idp::{
    CreateUserPoolDomain, CreateUserPoolDomainRequest, CreateUserPoolDomainResponse, DeleteUserPoolDomain,
    DeleteUserPoolDomainRequest, DeleteUserPoolDomainResponse, DescribeUserPoolDomain, DescribeUserPoolDomainRequest,
    DescribeUserPoolDomainResponse, DomainDescriptionType, DomainStatusType, UpdateUserPoolDomain,
    UpdateUserPoolDomainRequest, UpdateUserPoolDomainResponse, errors,
};
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};

/// AWS: words that a prefix must not contain.
const RESERVED: [&str; 3] = ["aws", "amazon", "cognito"];

impl Write<CreateUserPoolDomain> for Cognito {
    fn access(call: &Call, input: &CreateUserPoolDomainRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateUserPoolDomainRequest,
    ) -> Outcome<CreateUserPoolDomainResponse> {
        let mut pool = get_pool(tx, &input.user_pool_id)?;
        if let Some(word) = RESERVED.iter().find(|word| input.domain.contains(**word)) {
            let said = format!("Domain cannot contain reserved word: {word}");
            return Err(errors::invalid_parameter_exception(said));
        }
        if tx.peek(&Scope::shared()).has(&DOMAINS, input.domain.as_str())? {
            return Err(errors::invalid_parameter_exception("Domain already associated with another user pool."));
        }
        if pool.settings.domain.is_some() {
            return Err(errors::invalid_parameter_exception("User pool already has a domain configured."));
        }
        let version = input.managed_login_version.unwrap_or(1);
        let domain = Domain {
            home: pool.home.clone(),
            version: call.now.iso().replace(['-', 'T', ':', 'Z'], ""),
            distribution: format!("d{}.cloudfront.net", call.entropy.lower(13)),
            managed_login_version: version,
        };
        tx.in_scope(&Scope::shared()).put(&DOMAINS, input.domain.as_str(), &domain)?;
        pool.settings.domain = Some(input.domain);
        put_pool(tx, &pool)?;
        Ok(CreateUserPoolDomainResponse { managed_login_version: Some(version) })
    }
}

impl Read<DescribeUserPoolDomain> for Cognito {
    fn access(_: &Call, _: &DescribeUserPoolDomainRequest) -> Access {
        Access::any()
    }

    /// AWS: a prefix that nobody has is described by an empty structure.
    fn read(tx: &Tx<'_>, call: &Call, input: DescribeUserPoolDomainRequest) -> Outcome<DescribeUserPoolDomainResponse> {
        let found = tx.peek(&Scope::shared()).get(&DOMAINS, input.domain.as_str())?;
        let description =
            found.filter(|domain| domain.home.account == call.account).map(|domain| DomainDescriptionType {
                user_pool_id: Some(domain.home.pool),
                aws_account_id: Some(domain.home.account.to_string()),
                domain: Some(input.domain),
                cloud_front_distribution: Some(domain.distribution),
                version: Some(domain.version),
                status: Some(DomainStatusType::Active),
                managed_login_version: Some(domain.managed_login_version),
            });
        Ok(DescribeUserPoolDomainResponse { domain_description: Some(description.unwrap_or_default()) })
    }
}

/// The pool that has the domain, or AWS's word that it has not.
fn owner(tx: &Tx<'_>, pool: &str, domain: &str) -> Outcome<Pool> {
    let pool = get_pool(tx, pool)?;
    if pool.settings.domain.as_deref() == Some(domain) {
        return Ok(pool);
    }
    Err(errors::invalid_parameter_exception("No such domain or user pool exists."))
}

impl Write<UpdateUserPoolDomain> for Cognito {
    fn access(call: &Call, input: &UpdateUserPoolDomainRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateUserPoolDomainRequest) -> Outcome<UpdateUserPoolDomainResponse> {
        owner(tx, &input.user_pool_id, &input.domain)?;
        let mut shared = tx.in_scope(&Scope::shared());
        let Some(mut domain) = shared.get(&DOMAINS, input.domain.as_str())? else {
            return Err(errors::invalid_parameter_exception("No such domain or user pool exists."));
        };
        domain.managed_login_version = input.managed_login_version.unwrap_or(domain.managed_login_version);
        shared.put(&DOMAINS, input.domain.as_str(), &domain)?;
        Ok(UpdateUserPoolDomainResponse { managed_login_version: Some(domain.managed_login_version) })
    }
}

impl Write<DeleteUserPoolDomain> for Cognito {
    fn access(call: &Call, input: &DeleteUserPoolDomainRequest) -> Access {
        Access::to(pool_arn(call, &input.user_pool_id))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteUserPoolDomainRequest) -> Outcome<DeleteUserPoolDomainResponse> {
        let mut pool = owner(tx, &input.user_pool_id, &input.domain)?;
        pool.settings.domain = None;
        put_pool(tx, &pool)?;
        tx.in_scope(&Scope::shared()).delete(&DOMAINS, input.domain.as_str());
        Ok(DeleteUserPoolDomainResponse {})
    }
}

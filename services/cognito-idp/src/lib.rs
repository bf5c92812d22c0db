//! Amazon Cognito user pools: people, how they sign in, and the tokens that say who they are.
//!
//! Sign-in by the API (SRP, password, refresh token) and by the hosted pages (authorization code with PKCE, implicit,
//! client credentials) take the same road: [`account`] and [`sign_in`] over the rows, [`session`] for the tokens. What
//! computes for long is asked from outside of the transaction ([`turn`]).
//!
//! A pool's functions are called at sign-up, confirmation, sign-in and when tokens or messages are made ([`trigger`]).
//!
//! Left out, and refused by name: triggers for custom challenges, migration and senders of one's own; second factors
//! other than an authenticator, and pools that make everybody have one; devices, identity providers other than the pool
//! itself, passkeys and one-time passwords, user import, custom domains, branding, risk configuration (no sign-in is
//! judged by its risk, whatever a pool's add-ons say). Messages go to the model's own mailbox.

mod account;
mod attribute;
mod cfn;
mod filter;
mod keys;
mod message;
mod ops;
mod pages;
mod password;
mod people;
mod reconcile;
mod session;
mod sign_in;
mod srp;
mod state;
mod token;
mod totp;
mod trigger;
mod turn;

use api_cognito_idp as api;
use kernel::{Directory, Service, Tx};
use std::sync::Arc;

/// The service's operations are implemented for this.
#[derive(Debug, Default)]
pub struct Cognito {
    keys: keys::Keys,
}

pub fn service() -> Service {
    let cognito = Arc::new(Cognito::default());
    let builder = Service::shared(&api::API, cognito.clone())
        .write::<api::CreateUserPool>()
        .read::<api::DescribeUserPool>()
        .read::<api::ListUserPools>()
        .write::<api::UpdateUserPool>()
        .write::<api::DeleteUserPool>()
        .write::<api::AddCustomAttributes>()
        .read::<api::GetUserPoolMfaConfig>()
        .write::<api::SetUserPoolMfaConfig>()
        .write::<api::TagResource>()
        .write::<api::UntagResource>()
        .read::<api::ListTagsForResource>()
        .write::<api::CreateUserPoolClient>()
        .read::<api::DescribeUserPoolClient>()
        .read::<api::ListUserPoolClients>()
        .write::<api::UpdateUserPoolClient>()
        .write::<api::DeleteUserPoolClient>()
        .write::<api::CreateUserPoolDomain>()
        .read::<api::DescribeUserPoolDomain>()
        .write::<api::UpdateUserPoolDomain>()
        .write::<api::DeleteUserPoolDomain>()
        .write::<api::CreateResourceServer>()
        .read::<api::DescribeResourceServer>()
        .read::<api::ListResourceServers>()
        .write::<api::UpdateResourceServer>()
        .write::<api::DeleteResourceServer>()
        .write::<api::CreateGroup>()
        .read::<api::GetGroup>()
        .read::<api::ListGroups>()
        .write::<api::UpdateGroup>()
        .write::<api::DeleteGroup>()
        .write::<api::AdminAddUserToGroup>()
        .write::<api::AdminRemoveUserFromGroup>()
        .read::<api::AdminListGroupsForUser>()
        .read::<api::ListUsersInGroup>();
    people_operations(builder)
        .directory()
        .resource(cfn::UserPoolResource)
        .resource(cfn::UserPoolClientResource)
        .resource(cfn::UserPoolDomainResource)
        .resource(cfn::UserPoolGroupResource)
        .resource(cfn::UserPoolResourceServerResource)
        .resource(cfn::UserPoolUserResource)
        .resource(cfn::UserPoolUserToGroupAttachmentResource)
        .reconciler(reconcile::PrepareSigningKeys(cognito.clone()))
        .reconciler(reconcile::ForgetWhatExpired)
        .site(pages::Discovery(cognito.clone()))
        .site(pages::Hosted(cognito))
        .build()
}

fn people_operations(builder: kernel::ServiceBuilder<Cognito>) -> kernel::ServiceBuilder<Cognito> {
    builder
        .serve::<api::AdminCreateUser>()
        .read::<api::AdminGetUser>()
        .write::<api::AdminDeleteUser>()
        .serve::<api::AdminSetUserPassword>()
        .serve::<api::AdminConfirmSignUp>()
        .write::<api::AdminUpdateUserAttributes>()
        .write::<api::AdminDeleteUserAttributes>()
        .write::<api::AdminDisableUser>()
        .write::<api::AdminEnableUser>()
        .serve::<api::AdminResetUserPassword>()
        .write::<api::AdminUserGlobalSignOut>()
        .serve::<api::AdminInitiateAuth>()
        .serve::<api::AdminRespondToAuthChallenge>()
        .read::<api::ListUsers>()
        .serve::<api::SignUp>()
        .serve::<api::ConfirmSignUp>()
        .serve::<api::ResendConfirmationCode>()
        .serve::<api::InitiateAuth>()
        .serve::<api::RespondToAuthChallenge>()
        .serve::<api::GetTokensFromRefreshToken>()
        .serve::<api::RevokeToken>()
        .serve::<api::ForgotPassword>()
        .serve::<api::ConfirmForgotPassword>()
        .serve::<api::ChangePassword>()
        .serve::<api::GetUser>()
        .serve::<api::UpdateUserAttributes>()
        .serve::<api::DeleteUserAttributes>()
        .serve::<api::GetUserAttributeVerificationCode>()
        .serve::<api::VerifyUserAttribute>()
        .serve::<api::AssociateSoftwareToken>()
        .serve::<api::VerifySoftwareToken>()
        .serve::<api::SetUserMFAPreference>()
        .write::<api::AdminSetUserMFAPreference>()
        .serve::<api::DeleteUser>()
        .serve::<api::GlobalSignOut>()
}

impl Directory for Cognito {
    fn tags(&self, tx: &Tx<'_>, resource: &base::Arn) -> Result<Vec<(String, String)>, base::Fault> {
        let Some(pool) = resource.resource.strip_prefix("userpool/") else { return Ok(Vec::new()) };
        let Some(text) = tx.get(&state::POOLS, pool)? else { return Ok(Vec::new()) };
        let settings: api::UserPoolType = state::unpack(&api::shapes::UserPoolType, &text)?;
        Ok(settings.user_pool_tags.unwrap_or_default().into_iter().collect())
    }
}

#[cfg(test)]
mod tests;

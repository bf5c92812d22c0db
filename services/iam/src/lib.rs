//! AWS IAM and STS: who there is, and who may do what. Two services over the same rows.
//!
//! The kernel asks this crate on every call (`identity`): whose key signed, which policies speak for that principal,
//! who may assume a role. The policy language itself is the crate `policy`.
//!
//! Left out, and refused by name: passwords and MFA, SAML, certificates and SSH keys, Organizations, delegation,
//! reports of last access. Of AWS's own managed policies the common ones are there (`managed.json`).

mod cfn;
mod describe;
mod document;
mod family;
mod id;
mod identity;
mod lookup;
mod managed;
mod ops;
mod page;
mod reconcile;
mod simulate;
mod state;
mod sts;
mod tag;

use kernel::Service;

/// IAM's operations are implemented for this.
#[derive(Debug)]
pub struct Iam;

/// STS's operations are implemented for this.
#[derive(Debug)]
pub struct Sts;

pub fn service() -> Service {
    Service::of(&api_iam::API, Iam)
        .write::<api_iam::AddClientIDToOpenIDConnectProvider>()
        .write::<api_iam::AddRoleToInstanceProfile>()
        .write::<api_iam::AddUserToGroup>()
        .write::<api_iam::AttachGroupPolicy>()
        .write::<api_iam::AttachRolePolicy>()
        .write::<api_iam::AttachUserPolicy>()
        .write::<api_iam::CreateAccessKey>()
        .write::<api_iam::CreateAccountAlias>()
        .write::<api_iam::CreateGroup>()
        .write::<api_iam::CreateInstanceProfile>()
        .write::<api_iam::CreateOpenIDConnectProvider>()
        .write::<api_iam::CreatePolicy>()
        .write::<api_iam::CreatePolicyVersion>()
        .write::<api_iam::CreateRole>()
        .write::<api_iam::CreateServiceLinkedRole>()
        .write::<api_iam::CreateUser>()
        .write::<api_iam::DeleteAccessKey>()
        .write::<api_iam::DeleteAccountAlias>()
        .write::<api_iam::DeleteGroup>()
        .write::<api_iam::DeleteGroupPolicy>()
        .write::<api_iam::DeleteInstanceProfile>()
        .write::<api_iam::DeleteOpenIDConnectProvider>()
        .write::<api_iam::DeletePolicy>()
        .write::<api_iam::DeletePolicyVersion>()
        .write::<api_iam::DeleteRole>()
        .write::<api_iam::DeleteRolePermissionsBoundary>()
        .write::<api_iam::DeleteRolePolicy>()
        .write::<api_iam::DeleteServiceLinkedRole>()
        .write::<api_iam::DeleteUser>()
        .write::<api_iam::DeleteUserPermissionsBoundary>()
        .write::<api_iam::DeleteUserPolicy>()
        .write::<api_iam::DetachGroupPolicy>()
        .write::<api_iam::DetachRolePolicy>()
        .write::<api_iam::DetachUserPolicy>()
        .serve::<api_iam::GetAccessKeyLastUsed>()
        .read::<api_iam::GetAccountAuthorizationDetails>()
        .read::<api_iam::GetAccountSummary>()
        .read::<api_iam::GetGroup>()
        .read::<api_iam::GetGroupPolicy>()
        .read::<api_iam::GetInstanceProfile>()
        .read::<api_iam::GetOpenIDConnectProvider>()
        .read::<api_iam::GetPolicy>()
        .read::<api_iam::GetPolicyVersion>()
        .read::<api_iam::GetRole>()
        .read::<api_iam::GetRolePolicy>()
        .read::<api_iam::GetServiceLinkedRoleDeletionStatus>()
        .read::<api_iam::GetUser>()
        .read::<api_iam::GetUserPolicy>()
        .read::<api_iam::ListAccessKeys>()
        .read::<api_iam::ListAccountAliases>()
        .read::<api_iam::ListAttachedGroupPolicies>()
        .read::<api_iam::ListAttachedRolePolicies>()
        .read::<api_iam::ListAttachedUserPolicies>()
        .read::<api_iam::ListEntitiesForPolicy>()
        .read::<api_iam::ListGroupPolicies>()
        .read::<api_iam::ListGroups>()
        .read::<api_iam::ListGroupsForUser>()
        .read::<api_iam::ListInstanceProfileTags>()
        .read::<api_iam::ListInstanceProfiles>()
        .read::<api_iam::ListInstanceProfilesForRole>()
        .read::<api_iam::ListOpenIDConnectProviderTags>()
        .read::<api_iam::ListOpenIDConnectProviders>()
        .read::<api_iam::ListPolicies>()
        .read::<api_iam::ListPolicyTags>()
        .read::<api_iam::ListPolicyVersions>()
        .read::<api_iam::ListRolePolicies>()
        .read::<api_iam::ListRoleTags>()
        .read::<api_iam::ListRoles>()
        .read::<api_iam::ListUserPolicies>()
        .read::<api_iam::ListUserTags>()
        .read::<api_iam::ListUsers>()
        .write::<api_iam::PutGroupPolicy>()
        .write::<api_iam::PutRolePermissionsBoundary>()
        .write::<api_iam::PutRolePolicy>()
        .write::<api_iam::PutUserPermissionsBoundary>()
        .write::<api_iam::PutUserPolicy>()
        .write::<api_iam::RemoveClientIDFromOpenIDConnectProvider>()
        .write::<api_iam::RemoveRoleFromInstanceProfile>()
        .write::<api_iam::RemoveUserFromGroup>()
        .write::<api_iam::SetDefaultPolicyVersion>()
        .read::<api_iam::SimulateCustomPolicy>()
        .read::<api_iam::SimulatePrincipalPolicy>()
        .write::<api_iam::TagInstanceProfile>()
        .write::<api_iam::TagOpenIDConnectProvider>()
        .write::<api_iam::TagPolicy>()
        .write::<api_iam::TagRole>()
        .write::<api_iam::TagUser>()
        .write::<api_iam::UntagInstanceProfile>()
        .write::<api_iam::UntagOpenIDConnectProvider>()
        .write::<api_iam::UntagPolicy>()
        .write::<api_iam::UntagRole>()
        .write::<api_iam::UntagUser>()
        .write::<api_iam::UpdateAccessKey>()
        .write::<api_iam::UpdateAssumeRolePolicy>()
        .write::<api_iam::UpdateGroup>()
        .write::<api_iam::UpdateOpenIDConnectProviderThumbprint>()
        .write::<api_iam::UpdateRole>()
        .write::<api_iam::UpdateRoleDescription>()
        .write::<api_iam::UpdateUser>()
        .resource(cfn::access_key::AccessKeyResource)
        .resource(cfn::group::GroupResource)
        .resource(cfn::inline::owned::<api_iam::cfn::GroupPolicy>())
        .resource(cfn::inline::PolicyResource)
        .resource(cfn::inline::owned::<api_iam::cfn::RolePolicy>())
        .resource(cfn::inline::owned::<api_iam::cfn::UserPolicy>())
        .resource(cfn::instance_profile::InstanceProfileResource)
        .resource(cfn::managed_policy::ManagedPolicyResource)
        .resource(cfn::oidc_provider::ProviderResource)
        .resource(cfn::role::RoleResource)
        .resource(cfn::service_linked_role::ServiceLinkedRoleResource)
        .resource(cfn::user::UserResource)
        .resource(cfn::user::UserToGroupAdditionResource)
        .reconciler(reconcile::sweep::SweepSessions)
        .directory()
        .identity()
        .build()
}

pub fn sts() -> Service {
    Service::of(&api_sts::API, Sts)
        .write::<api_sts::AssumeRole>()
        .serve::<api_sts::AssumeRoleWithWebIdentity>()
        .read::<api_sts::GetAccessKeyInfo>()
        .read::<api_sts::GetCallerIdentity>()
        .write::<api_sts::GetSessionToken>()
        .rows_of(&api_iam::API)
        .build()
}

#[cfg(test)]
mod tests;

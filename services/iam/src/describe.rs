//! Rows as answers show them.

use crate::{
    document,
    managed::AwsPolicy,
    state::{self, Group, ManagedPolicy, Profile, ROLES, Role, User, Version},
    tag,
};
use api_iam::{AttachedPermissionsBoundary, PermissionsBoundaryAttachmentType, PolicyVersion, Tag};
use base::{Fault, Timestamp};
use kernel::Tx;

/// When AWS's own policies were made, as far as answers are concerned: 2015-02-06, the day managed policies came.
const AWS_POLICIES_SINCE: Timestamp = Timestamp::from_secs(1_423_247_000);

/// How much of an entity an answer shows. AWS: lists leave out tags and boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Detail {
    Full,
    /// What a creation answers. AWS: a policy's description is left out there.
    Created,
    Listed,
}

pub(crate) fn boundary(arn: Option<&String>) -> Option<AttachedPermissionsBoundary> {
    arn.map(|arn| AttachedPermissionsBoundary {
        permissions_boundary_type: Some(PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy),
        permissions_boundary_arn: Some(arn.clone()),
    })
}

/// AWS: no tags are no member, not an empty list.
pub(crate) fn tags(tags: &state::Tags) -> Option<Vec<Tag>> {
    (!tags.is_empty()).then(|| tag::list(tags))
}

pub(crate) fn user(tx: &Tx<'_>, user: &User, detail: Detail) -> api_iam::User {
    let is_full = detail == Detail::Full;
    api_iam::User {
        arn: state::arn(&tx.scope().account, "user", &user.path, &user.name).to_string(),
        path: user.path.clone(),
        user_name: user.name.clone(),
        user_id: user.id.clone(),
        create_date: user.created,
        permissions_boundary: boundary(user.boundary.as_ref()).filter(|_| is_full),
        tags: tags(&user.tags).filter(|_| is_full),
    }
}

pub(crate) fn group(tx: &Tx<'_>, group: &Group) -> api_iam::Group {
    api_iam::Group {
        arn: state::arn(&tx.scope().account, "group", &group.path, &group.name).to_string(),
        path: group.path.clone(),
        group_name: group.name.clone(),
        group_id: group.id.clone(),
        create_date: group.created,
    }
}

pub(crate) fn role(tx: &Tx<'_>, role: &Role, detail: Detail) -> api_iam::Role {
    let is_full = detail == Detail::Full;
    api_iam::Role {
        arn: state::arn(&tx.scope().account, "role", &role.path, &role.name).to_string(),
        path: role.path.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        create_date: role.created,
        assume_role_policy_document: Some(document::encode(&role.trust)),
        description: role.description.clone(),
        max_session_duration: Some(role.max_session_seconds),
        permissions_boundary: boundary(role.boundary.as_ref()).filter(|_| is_full),
        tags: tags(&role.tags).filter(|_| is_full),
    }
}

pub(crate) fn profile(tx: &Tx<'_>, profile: &Profile, detail: Detail) -> Result<api_iam::InstanceProfile, Fault> {
    let found = profile.role.as_ref().map(|name| tx.get(&ROLES, name.clone())).transpose()?.flatten();
    Ok(api_iam::InstanceProfile {
        arn: state::arn(&tx.scope().account, "instance-profile", &profile.path, &profile.name).to_string(),
        path: profile.path.clone(),
        instance_profile_name: profile.name.clone(),
        instance_profile_id: profile.id.clone(),
        create_date: profile.created,
        roles: found.iter().map(|found| role(tx, found, Detail::Listed)).collect(),
        tags: tags(&profile.tags).filter(|_| detail == Detail::Full),
    })
}

pub(crate) fn policy(tx: &Tx<'_>, policy: &ManagedPolicy, detail: Detail) -> Result<api_iam::Policy, Fault> {
    let arn = state::arn(&tx.scope().account, "policy", &policy.path, &policy.name).to_string();
    let (attached, bounds) = document::count_uses(tx, &arn)?;
    Ok(api_iam::Policy {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(policy.id.clone()),
        arn: Some(arn),
        path: Some(policy.path.clone()),
        default_version_id: Some(format!("v{}", policy.default_version)),
        attachment_count: Some(attached),
        permissions_boundary_usage_count: Some(bounds),
        is_attachable: Some(true),
        description: policy.description.clone().filter(|_| detail == Detail::Full),
        create_date: Some(policy.created),
        update_date: Some(policy.updated),
        tags: match detail {
            Detail::Full => Some(tag::list(&policy.tags)),
            Detail::Created => tags(&policy.tags),
            Detail::Listed => None,
        },
    })
}

pub(crate) fn aws_policy(tx: &Tx<'_>, policy: &AwsPolicy) -> Result<api_iam::Policy, Fault> {
    let (attached, bounds) = document::count_uses(tx, &policy.arn)?;
    Ok(api_iam::Policy {
        policy_name: Some(policy.name.clone()),
        policy_id: Some(policy.id.clone()),
        arn: Some(policy.arn.clone()),
        path: Some(policy.path.clone()),
        default_version_id: Some("v1".into()),
        attachment_count: Some(attached),
        permissions_boundary_usage_count: Some(bounds),
        is_attachable: Some(true),
        create_date: Some(AWS_POLICIES_SINCE),
        update_date: Some(AWS_POLICIES_SINCE),
        ..Default::default()
    })
}

pub(crate) fn version(number: u64, version: &Version, default: u64, has_document: bool) -> PolicyVersion {
    PolicyVersion {
        document: has_document.then(|| document::encode(&version.text)),
        version_id: Some(format!("v{number}")),
        is_default_version: Some(number == default),
        create_date: Some(version.created),
    }
}

/// The only version of one of AWS's own policies that is known here.
pub(crate) fn aws_version(policy: &AwsPolicy, has_document: bool) -> PolicyVersion {
    let only = Version { text: policy.text.clone(), created: AWS_POLICIES_SINCE };
    version(1, &only, 1, has_document)
}

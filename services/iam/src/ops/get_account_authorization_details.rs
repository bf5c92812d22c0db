use crate::{
    Iam,
    describe::{self, Detail},
    document, lookup, managed,
    page::{self, Page},
    state::{GROUPS, Group, INLINE, MEMBERS, ManagedPolicy, POLICIES, PROFILES, ROLES, Role, USERS, User, VERSIONS},
};
use api_iam::{
    EntityType, GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsRequest,
    GetAccountAuthorizationDetailsResponse, GroupDetail, ManagedPolicyDetail, PolicyDetail, RoleDetail, UserDetail,
};
use base::Fault;
use kernel::{Access, Call, Outcome, Read, Tx};

/// One entry of the list, whatever it is.
enum Entry {
    User(UserDetail),
    Group(GroupDetail),
    Role(RoleDetail),
    Policy(ManagedPolicyDetail),
}

impl Read<GetAccountAuthorizationDetails> for Iam {
    fn access(_: &Call, _: &GetAccountAuthorizationDetailsRequest) -> Access {
        Access::any()
    }

    fn read(
        tx: &Tx<'_>,
        _: &Call,
        input: GetAccountAuthorizationDetailsRequest,
    ) -> Outcome<GetAccountAuthorizationDetailsResponse> {
        let filter = input.filter.unwrap_or_default();
        let wants = |kind: EntityType| filter.is_empty() || filter.contains(&kind);
        let mut all = Vec::new();
        if wants(EntityType::User) {
            for row in tx.scan(&USERS, ()) {
                let (key, found) = row?;
                all.push((format!("1/{key}"), Entry::User(user(tx, &found)?)));
            }
        }
        if wants(EntityType::Group) {
            for row in tx.scan(&GROUPS, ()) {
                let (key, found) = row?;
                all.push((format!("2/{key}"), Entry::Group(group(tx, &found)?)));
            }
        }
        if wants(EntityType::Role) {
            for row in tx.scan(&ROLES, ()) {
                let (key, found) = row?;
                all.push((format!("3/{key}"), Entry::Role(role(tx, &key, &found)?)));
            }
        }
        if wants(EntityType::LocalManagedPolicy) {
            for row in tx.scan(&POLICIES, ()) {
                let (key, found) = row?;
                all.push((format!("4/{key}"), Entry::Policy(policy(tx, &found)?)));
            }
        }
        if wants(EntityType::AWSManagedPolicy) {
            for (arn, found) in managed::all() {
                let shown = describe::aws_policy(tx, found)?;
                // AWS: of its own policies it lists those that are in use.
                if shown.attachment_count > Some(0) || shown.permissions_boundary_usage_count > Some(0) {
                    let versions = vec![describe::aws_version(found, true)];
                    all.push((format!("5/{arn}"), Entry::Policy(detail(shown, versions))));
                }
            }
        }
        let Page { items, is_truncated, marker } = page::page(all, input.marker.as_deref(), input.max_items)?;
        let (mut users, mut groups, mut roles, mut policies) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for entry in items {
            match entry {
                Entry::User(found) => users.push(found),
                Entry::Group(found) => groups.push(found),
                Entry::Role(found) => roles.push(found),
                Entry::Policy(found) => policies.push(found),
            }
        }
        Ok(GetAccountAuthorizationDetailsResponse {
            user_detail_list: Some(users),
            group_detail_list: Some(groups),
            role_detail_list: Some(roles),
            policies: Some(policies),
            is_truncated,
            marker,
        })
    }
}

fn user(tx: &Tx<'_>, found: &User) -> Result<UserDetail, Fault> {
    let mut groups = Vec::new();
    for row in tx.scan(&MEMBERS, (found.id.as_str(),)) {
        let ((_, group), _) = row?;
        groups.extend(tx.get(&GROUPS, group)?.map(|group| group.name));
    }
    let shown = describe::user(tx, found, Detail::Full);
    Ok(UserDetail {
        path: Some(shown.path),
        user_name: Some(shown.user_name),
        user_id: Some(shown.user_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        user_policy_list: Some(inline(tx, &found.id)?),
        group_list: Some(groups),
        attached_managed_policies: Some(attached(tx, &found.id)?),
        permissions_boundary: shown.permissions_boundary,
        tags: shown.tags,
    })
}

fn group(tx: &Tx<'_>, found: &Group) -> Result<GroupDetail, Fault> {
    let shown = describe::group(tx, found);
    Ok(GroupDetail {
        path: Some(shown.path),
        group_name: Some(shown.group_name),
        group_id: Some(shown.group_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        group_policy_list: Some(inline(tx, &found.id)?),
        attached_managed_policies: Some(attached(tx, &found.id)?),
    })
}

fn role(tx: &Tx<'_>, key: &str, found: &Role) -> Result<RoleDetail, Fault> {
    let mut profiles = Vec::new();
    for row in tx.scan(&PROFILES, ()) {
        let (_, profile) = row?;
        if profile.role.as_deref() == Some(key) {
            profiles.push(describe::profile(tx, &profile, Detail::Listed)?);
        }
    }
    let shown = describe::role(tx, found, Detail::Full);
    Ok(RoleDetail {
        path: Some(shown.path),
        role_name: Some(shown.role_name),
        role_id: Some(shown.role_id),
        arn: Some(shown.arn),
        create_date: Some(shown.create_date),
        assume_role_policy_document: shown.assume_role_policy_document,
        instance_profile_list: Some(profiles),
        role_policy_list: Some(inline(tx, &found.id)?),
        attached_managed_policies: Some(attached(tx, &found.id)?),
        permissions_boundary: shown.permissions_boundary,
        tags: shown.tags,
    })
}

fn policy(tx: &Tx<'_>, found: &ManagedPolicy) -> Result<ManagedPolicyDetail, Fault> {
    let mut versions = Vec::new();
    for row in tx.scan(&VERSIONS, (found.id.as_str(),)) {
        let ((_, number), version) = row?;
        versions.push(describe::version(number, &version, found.default_version, true));
    }
    Ok(detail(describe::policy(tx, found, Detail::Full)?, versions))
}

fn detail(shown: api_iam::Policy, versions: Vec<api_iam::PolicyVersion>) -> ManagedPolicyDetail {
    ManagedPolicyDetail {
        policy_name: shown.policy_name,
        policy_id: shown.policy_id,
        arn: shown.arn,
        path: shown.path,
        default_version_id: shown.default_version_id,
        attachment_count: shown.attachment_count,
        permissions_boundary_usage_count: shown.permissions_boundary_usage_count,
        is_attachable: shown.is_attachable,
        description: shown.description,
        create_date: shown.create_date,
        update_date: shown.update_date,
        policy_version_list: Some(versions),
    }
}

fn inline(tx: &Tx<'_>, owner: &str) -> Result<Vec<PolicyDetail>, Fault> {
    let rows = tx.scan(&INLINE, (owner,));
    let shown = rows.map(|row| {
        let ((_, name), policy) = row?;
        Ok(PolicyDetail { policy_name: Some(name), policy_document: Some(document::encode(&policy.text)) })
    });
    shown.collect()
}

fn attached(tx: &Tx<'_>, owner: &str) -> Result<Vec<api_iam::AttachedPolicy>, Fault> {
    Ok(lookup::attached(tx, owner)?.into_iter().map(|(_, policy)| policy).collect())
}

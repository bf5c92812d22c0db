use crate::{
    Iam, lookup,
    page::{self, Page},
    state::{ATTACHED, GROUPS, Group, ROLES, Role, USERS, User},
};
use api_iam::{
    EntityType, ListEntitiesForPolicy, ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup,
    PolicyRole, PolicyUsageType, PolicyUser,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<ListEntitiesForPolicy> for Iam {
    fn access(_: &Call, input: &ListEntitiesForPolicyRequest) -> Access {
        Access::to(&input.policy_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListEntitiesForPolicyRequest) -> Outcome<ListEntitiesForPolicyResponse> {
        lookup::policy(tx, &input.policy_arn)?;
        let prefix = input.path_prefix.as_deref().unwrap_or("/");
        let wants = |kind: EntityType| input.entity_filter.is_none_or(|wanted| wanted == kind);
        let uses = |id: &str, boundary: Option<&String>| -> Outcome<bool> {
            if input.policy_usage_filter == Some(PolicyUsageType::PermissionsBoundary) {
                return Ok(boundary == Some(&input.policy_arn));
            }
            let is_attached = tx.has(&ATTACHED, (id.to_owned(), input.policy_arn.clone()))?;
            let counts_boundary = input.policy_usage_filter.is_none();
            Ok(is_attached || (counts_boundary && boundary == Some(&input.policy_arn)))
        };
        let mut found = Vec::new();
        for (key, group) in tx.list(&GROUPS, ())? {
            if wants(EntityType::Group) && group.path.starts_with(prefix) && uses(&group.id, None)? {
                found.push((format!("group/{key}"), Holder::Group(group)));
            }
        }
        for (key, role) in tx.list(&ROLES, ())? {
            if wants(EntityType::Role) && role.path.starts_with(prefix) && uses(&role.id, role.boundary.as_ref())? {
                found.push((format!("role/{key}"), Holder::Role(role)));
            }
        }
        for (key, user) in tx.list(&USERS, ())? {
            if wants(EntityType::User) && user.path.starts_with(prefix) && uses(&user.id, user.boundary.as_ref())? {
                found.push((format!("user/{key}"), Holder::User(user)));
            }
        }
        let Page { items, is_truncated, marker } = page::page(found, input.marker.as_deref(), input.max_items)?;
        let (mut groups, mut roles, mut users) = (Vec::new(), Vec::new(), Vec::new());
        for item in items {
            match item {
                Holder::Group(group) => {
                    groups.push(PolicyGroup { group_name: Some(group.name), group_id: Some(group.id) })
                }
                Holder::Role(role) => roles.push(PolicyRole { role_name: Some(role.name), role_id: Some(role.id) }),
                Holder::User(user) => users.push(PolicyUser { user_name: Some(user.name), user_id: Some(user.id) }),
            }
        }
        Ok(ListEntitiesForPolicyResponse {
            policy_groups: Some(groups),
            policy_users: Some(users),
            policy_roles: Some(roles),
            is_truncated,
            marker,
        })
    }
}

/// Whoever uses a policy.
enum Holder {
    Group(Group),
    Role(Role),
    User(User),
}

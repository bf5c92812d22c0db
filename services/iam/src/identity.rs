//! What the kernel asks on every call: whose key it is, what its principal's policies are, who may assume a role.

use crate::{
    Iam, document,
    state::{self, KEYS, MEMBERS, POLICIES, PROFILES, PROVIDERS, ROLES, SESSIONS, Tags, USERS},
};
use base::{AccountId, Arn, Fault};
use kernel::{Context, Directory, Identity, IdentityPolicies, Key, NamedPolicy, Principal, ResourcePolicy, Scope, Tx};
use policy::Kind;

/// The default root credential: what scripts for local clouds already use. It stands for the root user of account
/// 000000000000.
const DEFAULT_KEY: &str = "test";
const DEFAULT_SECRET: &str = "test";

impl Identity for Iam {
    fn find_key(&self, tx: &Tx<'_>, access_key_id: &str) -> Result<Option<Key>, Fault> {
        if access_key_id == DEFAULT_KEY {
            let account = AccountId::default_root();
            return Ok(Some(long_term(DEFAULT_SECRET.into(), Principal::root(&account), account)));
        }
        let shared = tx.peek(&Scope::shared());
        if let Some(session) = shared.get(&SESSIONS, access_key_id.to_owned())? {
            return Ok(Some(Key {
                secret: session.secret,
                principal: session.principal,
                account: session.account,
                session_token: Some(session.token),
                expires: Some(session.expires),
                session_policies: session.policies,
                context: session.context,
            }));
        }
        let Some(key) = shared.get(&KEYS, access_key_id.to_owned())?.filter(|key| key.is_active) else {
            return Ok(None);
        };
        let Some(name) = key.user else {
            return Ok(Some(long_term(key.secret, Principal::root(&key.account), key.account)));
        };
        let Some(user) = shared.peek(&Scope::global(&key.account)).get(&USERS, name)? else { return Ok(None) };
        let arn = state::arn(&key.account, "user", &user.path, &user.name);
        Ok(Some(long_term(key.secret, Principal::user(&arn, user.id), key.account)))
    }

    fn policies(&self, tx: &Tx<'_>, principal: &Principal) -> Result<IdentityPolicies, Fault> {
        match principal {
            Principal::User { arn, .. } => of_user(tx, arn),
            Principal::AssumedRole { role_arn, user_id, .. } => of_role(tx, role_arn, user_id),
            // The root user needs none, and who has no account has none.
            _ => Ok(IdentityPolicies::default()),
        }
    }
}

fn long_term(secret: String, principal: Principal, account: AccountId) -> Key {
    Key {
        secret,
        principal,
        account,
        session_token: None,
        expires: None,
        session_policies: Vec::new(),
        context: Context::new(),
    }
}

fn of_user(tx: &Tx<'_>, arn: &str) -> Result<IdentityPolicies, Fault> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let Some(user) = tx.get(&USERS, state::fold(name))? else { return Ok(IdentityPolicies::default()) };
    let mut identity = Vec::new();
    document::all_of(tx, &user.id, &format!("user {}", user.name), &mut identity)?;
    for row in tx.scan(&MEMBERS, (user.id.as_str(),)) {
        let ((_, group), _) = row?;
        if let Some(group) = tx.get(&state::GROUPS, group)? {
            document::all_of(tx, &group.id, &format!("group {}", group.name), &mut identity)?;
        }
    }
    limited(tx, identity, user.boundary, user.tags)
}

fn of_role(tx: &Tx<'_>, arn: &str, user_id: &str) -> Result<IdentityPolicies, Fault> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let role = tx.get(&ROLES, state::fold(name))?;
    // AWS: the sessions of a role that was deleted may do nothing, not even when a role of its name is made again.
    let Some(role) = role.filter(|role| user_id.split(':').next() == Some(&role.id)) else {
        return Ok(IdentityPolicies::default());
    };
    let mut identity = Vec::new();
    document::all_of(tx, &role.id, &format!("role {}", role.name), &mut identity)?;
    limited(tx, identity, role.boundary, role.tags)
}

fn limited(
    tx: &Tx<'_>,
    identity: Vec<NamedPolicy>,
    boundary: Option<String>,
    tags: Tags,
) -> Result<IdentityPolicies, Fault> {
    let boundary = match boundary {
        None => None,
        // AWS: a boundary that is gone allows nothing.
        Some(arn) => {
            let text = document::find_managed(tx, &arn)?.unwrap_or_else(|| NOTHING.into());
            Some(NamedPolicy { name: arn, text })
        }
    };
    Ok(IdentityPolicies { identity, boundary, tags: tags.into_iter().collect() })
}

const NOTHING: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;

impl Directory for Iam {
    fn resource_policy(&self, tx: &Tx<'_>, resource: &Arn, action: &str) -> Result<Option<ResourcePolicy>, Fault> {
        let is_about_trust = action.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sts:"));
        let Some(name) = resource.resource_after("role").filter(|_| is_about_trust).and_then(last) else {
            return Ok(None);
        };
        let role = tx.get(&ROLES, state::fold(name))?;
        Ok(role.map(|role| ResourcePolicy {
            name: format!("trust policy of role {}", role.name),
            text: role.trust,
            kind: Kind::Trust,
            is_required: true,
        }))
    }

    fn tags(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let (kind, rest) = resource.resource.split_once('/').unwrap_or_default();
        let name = state::fold(last(rest).unwrap_or_default());
        let tags = match kind {
            "user" => tx.get(&USERS, name)?.map(|user| user.tags),
            "role" => tx.get(&ROLES, name)?.map(|role| role.tags),
            "policy" => tx.get(&POLICIES, name)?.map(|policy| policy.tags),
            "instance-profile" => tx.get(&PROFILES, name)?.map(|profile| profile.tags),
            "oidc-provider" => tx.get(&PROVIDERS, rest.to_owned())?.map(|provider| provider.tags),
            _ => None,
        };
        Ok(tags.unwrap_or_default().into_iter().collect())
    }

    /// The boundary that the user or role has. AWS: where one is to be set, the key is that one; the operation says it.
    fn conditions(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Vec<(String, String)>, Fault> {
        let (kind, rest) = resource.resource.split_once('/').unwrap_or_default();
        let name = state::fold(last(rest).unwrap_or_default());
        let boundary = match kind {
            "user" => tx.get(&USERS, name)?.and_then(|user| user.boundary),
            "role" => tx.get(&ROLES, name)?.and_then(|role| role.boundary),
            _ => None,
        };
        Ok(boundary.map(|arn| ("iam:PermissionsBoundary".to_owned(), arn)).into_iter().collect())
    }

    /// Operations name users, groups, roles and instance profiles without their path.
    fn full_name(&self, tx: &Tx<'_>, resource: &Arn) -> Result<Option<Arn>, Fault> {
        let Some((kind, name)) = resource.resource.split_once('/').filter(|(_, name)| !name.contains('/')) else {
            return Ok(None);
        };
        let folded = state::fold(name);
        let found = match kind {
            "user" => tx.get(&USERS, folded)?.map(|user| (user.path, user.name)),
            "group" => tx.get(&state::GROUPS, folded)?.map(|group| (group.path, group.name)),
            "role" => tx.get(&ROLES, folded)?.map(|role| (role.path, role.name)),
            "instance-profile" => tx.get(&PROFILES, folded)?.map(|profile| (profile.path, profile.name)),
            _ => None,
        };
        Ok(found.map(|(path, name)| state::arn(&tx.scope().account, kind, &path, &name)))
    }
}

/// The name at the end of a path.
fn last(path: &str) -> Option<&str> {
    path.rsplit('/').next()
}

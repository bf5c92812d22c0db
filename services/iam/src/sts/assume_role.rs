use super::credential::{self, Opening};
use crate::{
    Sts,
    state::{self, ROLES, SESSIONS},
};
use api_sts::{AssumeRole, AssumeRoleRequest, AssumeRoleResponse};
use kernel::{Access, Call, Context, Outcome, Principal, Scope, Tx, Write};

impl Write<AssumeRole> for Sts {
    fn access(call: &Call, input: &AssumeRoleRequest) -> Access {
        // The root user's try is refused in words of its own, whatever policies say.
        if matches!(call.principal, Principal::Root { .. }) {
            return Access::open();
        }
        let mut access = needing(Access::to(&input.role_arn), input);
        if input.tags.as_ref().is_some_and(|tags| !tags.is_empty()) {
            access = needing(access.and("sts:TagSession", &input.role_arn), input);
        }
        if input.source_identity.is_some() {
            access = needing(access.and("sts:SetSourceIdentity", &input.role_arn), input);
        }
        access
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AssumeRoleRequest) -> Outcome<AssumeRoleResponse> {
        if matches!(call.principal, Principal::Root { .. }) {
            return Err(credential::denied("Roles may not be assumed by root accounts."));
        }
        let (arn, account) = credential::role_arn(&input.role_arn)?;
        let theirs = tx.peek(&Scope::global(&account));
        let name = arn.resource.rsplit('/').next().unwrap_or_default();
        let role = theirs.get(&ROLES, state::fold(name))?;
        let Some(role) = role.filter(|role| state::arn(&account, "role", &role.path, &role.name) == arn) else {
            let who = call.principal.name();
            // AWS: who may not know learns no more than that it is not allowed.
            let message = format!("User: {who} is not authorized to perform: sts:AssumeRole on resource: {arn}");
            return Err(credential::denied(message));
        };
        let mine = tx.peek(&Scope::shared()).get(&SESSIONS, call.access_key_id.clone())?;
        let is_chained = matches!(call.principal, Principal::AssumedRole { .. });
        let seconds = credential::seconds(input.duration_seconds, role.max_session_seconds, is_chained)?;
        let policies = credential::policies(&theirs, input.policy, input.policy_arns)?;
        let inherited = mine.as_ref().map(|session| session.transitive.clone()).unwrap_or_default();
        let (tags, transitive) = credential::tags(input.tags, input.transitive_tag_keys, &inherited)?;
        // AWS: once set, the source identity stays through all roles that follow.
        let source_identity = mine.and_then(|session| session.source_identity).or(input.source_identity);
        let packed_policy_size = credential::packed_size(&policies, &tags)?;
        let principal = Principal::assumed_role(&arn, &role.id, &input.role_session_name);
        let context = Context::new();
        let opening = Opening {
            principal: principal.clone(),
            account,
            seconds,
            policies,
            tags,
            transitive,
            source_identity: source_identity.clone(),
            context,
        };
        Ok(AssumeRoleResponse {
            credentials: Some(credential::open(tx, call, opening)?),
            assumed_role_user: Some(credential::assumed(&principal)),
            packed_policy_size,
            source_identity,
        })
    }
}

/// What trust policies may ask about, for the need that was named last.
fn needing(access: Access, input: &AssumeRoleRequest) -> Access {
    let tags = input.tags.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    let mut access = access.with("sts:RoleSessionName", input.role_session_name.as_str()).with_tags(tags);
    if let Some(external_id) = &input.external_id {
        access = access.with("sts:ExternalId", external_id.as_str());
    }
    if let Some(source) = &input.source_identity {
        access = access.with("sts:SourceIdentity", source.as_str());
    }
    if let Some(keys) = &input.transitive_tag_keys {
        access = access.with_all("sts:TransitiveTagKeys", keys.iter().map(String::as_str));
    }
    access
}

use crate::{
    Iam,
    describe::{self, Detail},
    document, id,
    state::{self, ROLES, Role},
    tag,
};
use api_iam::{CreateRole, CreateRoleRequest, CreateRoleResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateRole> for Iam {
    fn access(call: &Call, input: &CreateRoleRequest) -> Access {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = state::arn(&call.account, "role", path, &input.role_name);
        let access = Access::to(arn).with_tags(tag::pairs(input.tags.iter().flatten()));
        match &input.permissions_boundary {
            Some(boundary) => access.with("iam:PermissionsBoundary", boundary.as_str()),
            None => access,
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateRoleRequest) -> Outcome<CreateRoleResponse> {
        let key = state::fold(&input.role_name);
        let path = input.path.unwrap_or_else(|| "/".into());
        if path.starts_with(state::SERVICE_ROLE_PATH) {
            return Err(errors::invalid_input_exception(format!(
                "Roles with the path {path} are made by CreateServiceLinkedRole only."
            )));
        }
        if tx.has(&ROLES, key.clone())? {
            let message = format!("Role with name {} already exists.", input.role_name);
            return Err(errors::entity_already_exists_exception(message));
        }
        document::check_trust(tx, &input.assume_role_policy_document)?;
        document::check_boundary(tx, input.permissions_boundary.as_ref())?;
        if tx.scan(&ROLES, ()).count() >= MOST_ROLES {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for RolesPerAccount: {MOST_ROLES}"
            )));
        }
        let role = Role {
            name: input.role_name,
            path,
            id: id::unique(&call.entropy, id::ROLE),
            created: call.now,
            trust: input.assume_role_policy_document,
            description: input.description,
            max_session_seconds: input.max_session_duration.unwrap_or(DEFAULT_SESSION_SECONDS),
            boundary: input.permissions_boundary,
            tags: tag::first(input.tags)?,
        };
        tx.put(&ROLES, key, &role)?;
        Ok(CreateRoleResponse { role: describe::role(tx, &role, Detail::Full) })
    }
}

/// AWS quota.
const MOST_ROLES: usize = 1000;
/// AWS: how long a role's sessions may last where the role does not say.
const DEFAULT_SESSION_SECONDS: i32 = 3600;

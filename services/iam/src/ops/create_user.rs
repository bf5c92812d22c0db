use crate::{
    Iam,
    describe::{self, Detail},
    document, id,
    state::{self, USERS, User},
    tag,
};
use api_iam::{CreateUser, CreateUserRequest, CreateUserResponse, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<CreateUser> for Iam {
    fn access(call: &Call, input: &CreateUserRequest) -> Access {
        let path = input.path.as_deref().unwrap_or("/");
        let arn = state::arn(&call.account, "user", path, &input.user_name);
        let access = Access::to(arn).with_tags(tag::pairs(input.tags.iter().flatten()));
        match &input.permissions_boundary {
            Some(boundary) => access.with("iam:PermissionsBoundary", boundary.as_str()),
            None => access,
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateUserRequest) -> Outcome<CreateUserResponse> {
        let key = state::fold(&input.user_name);
        if tx.has(&USERS, key.clone())? {
            let message = format!("User with name {} already exists.", input.user_name);
            return Err(errors::entity_already_exists_exception(message));
        }
        document::check_boundary(tx, input.permissions_boundary.as_ref())?;
        if tx.scan(&USERS, ()).count() >= MOST_USERS {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for UsersPerAccount: {MOST_USERS}"
            )));
        }
        let user = User {
            name: input.user_name,
            path: input.path.unwrap_or_else(|| "/".into()),
            id: id::unique(&call.entropy, id::USER),
            created: call.now,
            boundary: input.permissions_boundary,
            tags: tag::first(input.tags)?,
        };
        tx.put(&USERS, key, &user)?;
        Ok(CreateUserResponse { user: Some(describe::user(tx, &user, Detail::Full)) })
    }
}

/// AWS quota.
const MOST_USERS: usize = 5000;

use crate::{
    Iam,
    family::Owner,
    id,
    state::{self, AccessKey, KEYS, KEYS_OF, Mark, User},
};
use api_iam::{CreateAccessKey, CreateAccessKeyRequest, CreateAccessKeyResponse, StatusType_, errors};
use kernel::{Access, Call, Outcome, Principal, Scope, Tx, Write};
use shape::ApiError;

impl Write<CreateAccessKey> for Iam {
    fn access(call: &Call, input: &CreateAccessKeyRequest) -> Access {
        match input.user_name.clone().or_else(|| state::caller_name(&call.principal)) {
            Some(name) => Owner::User.access(call, &name),
            None => Access::any(),
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: CreateAccessKeyRequest) -> Outcome<CreateAccessKeyResponse> {
        let (owner, user) = key_owner(tx, call, input.user_name)?;
        if tx.scan(&KEYS_OF, (owner.as_str(),)).count() >= MOST_KEYS {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for AccessKeysPerUser: {MOST_KEYS}"
            )));
        }
        let access_key_id = id::long_term_key(&call.entropy);
        let key = AccessKey {
            account: call.account.clone(),
            user: user.as_ref().map(|user| state::fold(&user.name)),
            secret: id::secret(&call.entropy),
            is_active: true,
            created: call.now,
        };
        tx.put(&KEYS_OF, (owner, access_key_id.clone()), &Mark {})?;
        tx.in_scope(&Scope::shared()).put(&KEYS, access_key_id.clone(), &key)?;
        Ok(CreateAccessKeyResponse {
            access_key: api_iam::AccessKey {
                user_name: user.map(|user| user.name).unwrap_or_default(),
                access_key_id,
                status: StatusType_::Active,
                secret_access_key: key.secret,
                create_date: Some(key.created),
            },
        })
    }
}

/// AWS quota.
const MOST_KEYS: usize = 2;

/// Whose keys an operation is about: the id under which they are kept, and the user, who is not there for the root
/// user.
pub(super) fn key_owner(tx: &Tx<'_>, call: &Call, name: Option<String>) -> Outcome<(String, Option<User>)> {
    match name.or_else(|| state::caller_name(&call.principal)) {
        Some(name) => state::user(tx, &name).map(|user| (user.id.clone(), Some(user))),
        None if matches!(call.principal, Principal::Root { .. }) => Ok(("root".to_owned(), None)),
        None => {
            Err(ApiError::new("ValidationError", 400, "Must specify userName when calling with non-User credentials"))
        }
    }
}

/// One key of that owner.
pub(super) fn own_key(tx: &Tx<'_>, owner: &str, access_key_id: &str) -> Outcome<AccessKey> {
    let is_theirs = tx.has(&KEYS_OF, (owner.to_owned(), access_key_id.to_owned()))?;
    let key = if is_theirs { tx.peek(&Scope::shared()).get(&KEYS, access_key_id.to_owned())? } else { None };
    let message = || format!("The Access Key with id {access_key_id} cannot be found.");
    key.ok_or_else(|| errors::no_such_entity_exception(message()))
}

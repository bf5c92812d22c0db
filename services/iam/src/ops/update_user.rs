use crate::{
    Iam,
    family::Owner,
    state::{self, KEYS, KEYS_OF, USERS},
};
use api_iam::{UpdateUser, UpdateUserOutputNothing, UpdateUserRequest, errors};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<UpdateUser> for Iam {
    fn access(call: &Call, input: &UpdateUserRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateUserRequest) -> Outcome<UpdateUserOutputNothing> {
        let mut user = state::user(tx, &input.user_name)?;
        let old = state::fold(&user.name);
        user.name = input.new_user_name.unwrap_or(user.name);
        user.path = input.new_path.unwrap_or(user.path);
        let new = state::fold(&user.name);
        if new != old {
            if tx.has(&USERS, new.clone())? {
                let message = format!("User with name {} already exists.", user.name);
                return Err(errors::entity_already_exists_exception(message));
            }
            tx.delete(&USERS, old);
            // Keys know their user by name.
            for ((_, key_id), _) in tx.list(&KEYS_OF, (user.id.as_str(),))? {
                let mut shared = tx.in_scope(&Scope::shared());
                if let Some(mut key) = shared.get(&KEYS, key_id.clone())? {
                    key.user = Some(new.clone());
                    shared.put(&KEYS, key_id, &key)?;
                }
            }
        }
        tx.put(&USERS, new, &user)?;
        Ok(UpdateUserOutputNothing {})
    }
}

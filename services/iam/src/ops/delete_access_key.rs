use crate::{
    Iam,
    family::Owner,
    state::{self, KEYS, KEYS_OF},
};
use api_iam::{DeleteAccessKey, DeleteAccessKeyOutputNothing, DeleteAccessKeyRequest};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<DeleteAccessKey> for Iam {
    fn access(call: &Call, input: &DeleteAccessKeyRequest) -> Access {
        match input.user_name.clone().or_else(|| state::caller_name(&call.principal)) {
            Some(name) => Owner::User.access(call, &name),
            None => Access::any(),
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteAccessKeyRequest) -> Outcome<DeleteAccessKeyOutputNothing> {
        let (owner, _) = super::create_access_key::key_owner(tx, call, input.user_name)?;
        super::create_access_key::own_key(tx, &owner, &input.access_key_id)?;
        tx.delete(&KEYS_OF, (owner, input.access_key_id.clone()));
        tx.in_scope(&Scope::shared()).delete(&KEYS, input.access_key_id);
        Ok(DeleteAccessKeyOutputNothing {})
    }
}

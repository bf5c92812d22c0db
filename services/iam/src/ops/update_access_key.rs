use crate::{
    Iam,
    family::Owner,
    state::{self, KEYS},
};
use api_iam::{StatusType_, UpdateAccessKey, UpdateAccessKeyOutputNothing, UpdateAccessKeyRequest, errors};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<UpdateAccessKey> for Iam {
    fn access(call: &Call, input: &UpdateAccessKeyRequest) -> Access {
        match input.user_name.clone().or_else(|| state::caller_name(&call.principal)) {
            Some(name) => Owner::User.access(call, &name),
            None => Access::any(),
        }
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UpdateAccessKeyRequest) -> Outcome<UpdateAccessKeyOutputNothing> {
        let (owner, _) = super::create_access_key::key_owner(tx, call, input.user_name)?;
        let mut key = super::create_access_key::own_key(tx, &owner, &input.access_key_id)?;
        if input.status == StatusType_::Expired {
            return Err(errors::invalid_input_exception(
                "A key is made Active or Inactive; only time makes one Expired.",
            ));
        }
        key.is_active = input.status == StatusType_::Active;
        tx.in_scope(&Scope::shared()).put(&KEYS, input.access_key_id, &key)?;
        Ok(UpdateAccessKeyOutputNothing {})
    }
}

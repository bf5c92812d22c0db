use crate::{
    Iam,
    family::Owner,
    lookup,
    state::{self, KEYS_OF, MEMBERS, USERS},
};
use api_iam::{DeleteUser, DeleteUserOutputNothing, DeleteUserRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteUser> for Iam {
    fn access(call: &Call, input: &DeleteUserRequest) -> Access {
        Owner::User.access(call, &input.user_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteUserRequest) -> Outcome<DeleteUserOutputNothing> {
        let user = state::user(tx, &input.user_name)?;
        if tx.scan(&MEMBERS, (user.id.as_str(),)).next().transpose()?.is_some() {
            return Err(errors::delete_conflict_exception("Cannot delete entity, must remove users from group first."));
        }
        lookup::check_bare(tx, &user.id)?;
        if tx.scan(&KEYS_OF, (user.id.as_str(),)).next().transpose()?.is_some() {
            return Err(errors::delete_conflict_exception("Cannot delete entity, must delete access keys first."));
        }
        tx.delete(&USERS, state::fold(&user.name));
        Ok(DeleteUserOutputNothing {})
    }
}

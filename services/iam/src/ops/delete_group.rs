use crate::{
    Iam,
    family::Owner,
    lookup,
    state::{self, GROUPS, MEMBERS, USERS},
};
use api_iam::{DeleteGroup, DeleteGroupOutputNothing, DeleteGroupRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteGroup> for Iam {
    fn access(call: &Call, input: &DeleteGroupRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: DeleteGroupRequest) -> Outcome<DeleteGroupOutputNothing> {
        let group = state::group(tx, &input.group_name)?;
        let name = state::fold(&group.name);
        for (_, user) in tx.list(&USERS, ())? {
            if tx.has(&MEMBERS, (user.id, name.clone()))? {
                return Err(errors::delete_conflict_exception(
                    "Cannot delete entity, must remove users from group first.",
                ));
            }
        }
        lookup::check_bare(tx, &group.id)?;
        tx.delete(&GROUPS, name);
        Ok(DeleteGroupOutputNothing {})
    }
}

use crate::{
    Iam,
    family::Owner,
    state::{self, GROUPS, MEMBERS, Mark, USERS},
};
use api_iam::{UpdateGroup, UpdateGroupOutputNothing, UpdateGroupRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UpdateGroup> for Iam {
    fn access(call: &Call, input: &UpdateGroupRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UpdateGroupRequest) -> Outcome<UpdateGroupOutputNothing> {
        let mut group = state::group(tx, &input.group_name)?;
        let old = state::fold(&group.name);
        group.name = input.new_group_name.unwrap_or(group.name);
        group.path = input.new_path.unwrap_or(group.path);
        let new = state::fold(&group.name);
        if new != old {
            if tx.has(&GROUPS, new.clone())? {
                let message = format!("Group with name {} already exists.", group.name);
                return Err(errors::entity_already_exists_exception(message));
            }
            tx.delete(&GROUPS, old.clone());
            for (_, user) in tx.list(&USERS, ())? {
                if tx.has(&MEMBERS, (user.id.clone(), old.clone()))? {
                    tx.delete(&MEMBERS, (user.id.clone(), old.clone()));
                    tx.put(&MEMBERS, (user.id, new.clone()), &Mark {})?;
                }
            }
        }
        tx.put(&GROUPS, new, &group)?;
        Ok(UpdateGroupOutputNothing {})
    }
}

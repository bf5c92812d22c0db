use crate::{
    Iam,
    family::Owner,
    state::{self, MEMBERS, Mark},
};
use api_iam::{AddUserToGroup, AddUserToGroupOutputNothing, AddUserToGroupRequest, errors};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AddUserToGroup> for Iam {
    fn access(call: &Call, input: &AddUserToGroupRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: AddUserToGroupRequest) -> Outcome<AddUserToGroupOutputNothing> {
        let group = state::group(tx, &input.group_name)?;
        let user = state::user(tx, &input.user_name)?;
        let key = (user.id.clone(), state::fold(&group.name));
        if !tx.has(&MEMBERS, key.clone())? && tx.scan(&MEMBERS, (user.id.as_str(),)).count() >= MOST_GROUPS {
            return Err(errors::limit_exceeded_exception(format!(
                "Cannot exceed quota for GroupsPerUser: {MOST_GROUPS}"
            )));
        }
        tx.put(&MEMBERS, key, &Mark {})?;
        Ok(AddUserToGroupOutputNothing {})
    }
}

/// AWS quota.
const MOST_GROUPS: usize = 10;

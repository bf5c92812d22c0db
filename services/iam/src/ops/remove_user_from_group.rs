use crate::{
    Iam,
    family::Owner,
    state::{self, MEMBERS},
};
use api_iam::{RemoveUserFromGroup, RemoveUserFromGroupOutputNothing, RemoveUserFromGroupRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<RemoveUserFromGroup> for Iam {
    fn access(call: &Call, input: &RemoveUserFromGroupRequest) -> Access {
        Owner::Group.access(call, &input.group_name)
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: RemoveUserFromGroupRequest,
    ) -> Outcome<RemoveUserFromGroupOutputNothing> {
        let group = state::group(tx, &input.group_name)?;
        let user = state::user(tx, &input.user_name)?;
        // AWS: removing who is no member succeeds.
        tx.delete(&MEMBERS, (user.id, state::fold(&group.name)));
        Ok(RemoveUserFromGroupOutputNothing {})
    }
}

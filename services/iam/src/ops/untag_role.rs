use crate::{
    Iam,
    family::Owner,
    state::{self, ROLES},
    tag,
};
use api_iam::{UntagRole, UntagRoleOutputNothing, UntagRoleRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagRole> for Iam {
    fn access(call: &Call, input: &UntagRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name).with_all("aws:TagKeys", input.tag_keys.iter().map(String::as_str))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UntagRoleRequest) -> Outcome<UntagRoleOutputNothing> {
        let mut found = state::own_role(tx, &input.role_name)?;
        tag::remove(&mut found.tags, &input.tag_keys);
        tx.put(&ROLES, state::fold(&found.name), &found)?;
        Ok(UntagRoleOutputNothing {})
    }
}

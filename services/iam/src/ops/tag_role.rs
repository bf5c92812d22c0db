use crate::{
    Iam,
    family::Owner,
    state::{self, ROLES},
    tag,
};
use api_iam::{TagRole, TagRoleOutputNothing, TagRoleRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagRole> for Iam {
    fn access(call: &Call, input: &TagRoleRequest) -> Access {
        Owner::Role.access(call, &input.role_name).with_tags(tag::pairs(&input.tags))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: TagRoleRequest) -> Outcome<TagRoleOutputNothing> {
        let mut found = state::own_role(tx, &input.role_name)?;
        tag::add(&mut found.tags, input.tags)?;
        tx.put(&ROLES, state::fold(&found.name), &found)?;
        Ok(TagRoleOutputNothing {})
    }
}

use crate::{
    Iam,
    family::Owner,
    state::{self, USERS},
    tag,
};
use api_iam::{TagUser, TagUserOutputNothing, TagUserRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagUser> for Iam {
    fn access(call: &Call, input: &TagUserRequest) -> Access {
        Owner::User.access(call, &input.user_name).with_tags(tag::pairs(&input.tags))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: TagUserRequest) -> Outcome<TagUserOutputNothing> {
        let mut found = state::user(tx, &input.user_name)?;
        tag::add(&mut found.tags, input.tags)?;
        tx.put(&USERS, state::fold(&found.name), &found)?;
        Ok(TagUserOutputNothing {})
    }
}

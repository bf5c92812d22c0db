use crate::{
    Iam,
    family::Owner,
    state::{self, USERS},
    tag,
};
use api_iam::{UntagUser, UntagUserOutputNothing, UntagUserRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagUser> for Iam {
    fn access(call: &Call, input: &UntagUserRequest) -> Access {
        Owner::User.access(call, &input.user_name).with_all("aws:TagKeys", input.tag_keys.iter().map(String::as_str))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UntagUserRequest) -> Outcome<UntagUserOutputNothing> {
        let mut found = state::user(tx, &input.user_name)?;
        tag::remove(&mut found.tags, &input.tag_keys);
        tx.put(&USERS, state::fold(&found.name), &found)?;
        Ok(UntagUserOutputNothing {})
    }
}

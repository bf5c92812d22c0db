use crate::{
    Iam,
    state::{self, PROFILES},
    tag,
};
use api_iam::{TagInstanceProfile, TagInstanceProfileOutputNothing, TagInstanceProfileRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagInstanceProfile> for Iam {
    fn access(call: &Call, input: &TagInstanceProfileRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
            .with_tags(tag::pairs(&input.tags))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: TagInstanceProfileRequest) -> Outcome<TagInstanceProfileOutputNothing> {
        let mut found = state::profile(tx, &input.instance_profile_name)?;
        tag::add(&mut found.tags, input.tags)?;
        tx.put(&PROFILES, state::fold(&found.name), &found)?;
        Ok(TagInstanceProfileOutputNothing {})
    }
}

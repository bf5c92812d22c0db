use crate::{
    Iam,
    state::{self, PROFILES},
    tag,
};
use api_iam::{UntagInstanceProfile, UntagInstanceProfileOutputNothing, UntagInstanceProfileRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagInstanceProfile> for Iam {
    fn access(call: &Call, input: &UntagInstanceProfileRequest) -> Access {
        Access::to(call.global_arn("iam", format_args!("instance-profile/{}", input.instance_profile_name)))
            .with_all("aws:TagKeys", input.tag_keys.iter().map(String::as_str))
    }

    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UntagInstanceProfileRequest,
    ) -> Outcome<UntagInstanceProfileOutputNothing> {
        let mut found = state::profile(tx, &input.instance_profile_name)?;
        tag::remove(&mut found.tags, &input.tag_keys);
        tx.put(&PROFILES, state::fold(&found.name), &found)?;
        Ok(UntagInstanceProfileOutputNothing {})
    }
}

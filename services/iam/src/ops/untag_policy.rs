use crate::{
    Iam, lookup,
    state::{self, POLICIES},
    tag,
};
use api_iam::{UntagPolicy, UntagPolicyOutputNothing, UntagPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagPolicy> for Iam {
    fn access(_: &Call, input: &UntagPolicyRequest) -> Access {
        Access::to(&input.policy_arn).with_all("aws:TagKeys", input.tag_keys.iter().map(String::as_str))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UntagPolicyRequest) -> Outcome<UntagPolicyOutputNothing> {
        let mut found = lookup::own_policy(tx, &input.policy_arn)?;
        tag::remove(&mut found.tags, &input.tag_keys);
        tx.put(&POLICIES, state::fold(&found.name), &found)?;
        Ok(UntagPolicyOutputNothing {})
    }
}

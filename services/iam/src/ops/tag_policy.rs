use crate::{
    Iam, lookup,
    state::{self, POLICIES},
    tag,
};
use api_iam::{TagPolicy, TagPolicyOutputNothing, TagPolicyRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagPolicy> for Iam {
    fn access(_: &Call, input: &TagPolicyRequest) -> Access {
        Access::to(&input.policy_arn).with_tags(tag::pairs(&input.tags))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: TagPolicyRequest) -> Outcome<TagPolicyOutputNothing> {
        let mut found = lookup::own_policy(tx, &input.policy_arn)?;
        tag::add(&mut found.tags, input.tags)?;
        tx.put(&POLICIES, state::fold(&found.name), &found)?;
        Ok(TagPolicyOutputNothing {})
    }
}

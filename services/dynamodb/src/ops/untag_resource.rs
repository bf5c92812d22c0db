use crate::{DynamoDb, state};
use api_dynamodb::{UntagResource, UntagResourceInput, shapes::UntagResourceOutputNothing};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagResource> for DynamoDb {
    fn access(call: &Call, input: &UntagResourceInput) -> Access {
        Access::to(state::arn(call, &input.resource_arn)).with_all("aws:TagKeys", input.tag_keys.iter().cloned())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UntagResourceInput) -> Outcome<UntagResourceOutputNothing> {
        let mut table = state::get_tagged(tx, call, &input.resource_arn)?;
        table.tags.retain(|key, _| !input.tag_keys.contains(key));
        state::put_table(tx, &table)?;
        Ok(UntagResourceOutputNothing {})
    }
}

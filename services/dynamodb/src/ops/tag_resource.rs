use crate::{DynamoDb, declare, state};
use api_dynamodb::{TagResource, TagResourceInput, shapes::TagResourceOutputNothing};
use kernel::{Access, Call, Outcome, Tx, Write};

/// AWS quota: tags per resource.
const MOST_TAGS: usize = 50;

impl Write<TagResource> for DynamoDb {
    fn access(call: &Call, input: &TagResourceInput) -> Access {
        let tags = input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
        Access::to(state::arn(call, &input.resource_arn)).with_tags(tags)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: TagResourceInput) -> Outcome<TagResourceOutputNothing> {
        let mut table = state::get_tagged(tx, call, &input.resource_arn)?;
        table.tags.extend(input.tags.into_iter().map(|tag| (tag.key, tag.value)));
        if table.tags.len() > MOST_TAGS {
            return Err(declare::invalid("Too many tags: a resource has at most 50"));
        }
        state::put_table(tx, &table)?;
        Ok(TagResourceOutputNothing {})
    }
}

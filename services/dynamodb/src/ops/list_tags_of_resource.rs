use crate::{DynamoDb, state};
use api_dynamodb::{ListTagsOfResource, ListTagsOfResourceInput, ListTagsOfResourceOutput, Tag};
use kernel::{Access, Call, Outcome, Read, Tx};
use shape::ApiError;

impl Read<ListTagsOfResource> for DynamoDb {
    fn access(call: &Call, input: &ListTagsOfResourceInput) -> Access {
        Access::to(state::arn(call, &input.resource_arn))
    }

    /// All at once: a table has at most fifty tags.
    fn read(tx: &Tx<'_>, call: &Call, input: ListTagsOfResourceInput) -> Outcome<ListTagsOfResourceOutput> {
        if input.next_token.is_some_and(|token| !token.is_empty()) {
            return Err(ApiError::validation("Invalid NextToken"));
        }
        let table = state::get_tagged(tx, call, &input.resource_arn)?;
        let tags = table.tags.into_iter().map(|(key, value)| Tag { key, value }).collect();
        Ok(ListTagsOfResourceOutput { tags: Some(tags), next_token: None })
    }
}

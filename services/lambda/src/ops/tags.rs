//! TagResource, UntagResource, ListTags: of functions.

use crate::{
    Lambda,
    name::Name,
    settings::wrong,
    state::{self, FUNCTIONS},
};
use api_lambda::{
    ListTags, ListTagsRequest, ListTagsResponse, TagResource, TagResourceOutputNothing, TagResourceRequest,
    UntagResource, UntagResourceOutputNothing, UntagResourceRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

/// AWS quota.
const MOST_TAGS: usize = 50;

impl Write<TagResource> for Lambda {
    fn access(_: &Call, input: &TagResourceRequest) -> Access {
        let tags = input.tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        Access::to(&input.resource).with_tags(tags)
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: TagResourceRequest) -> Outcome<TagResourceOutputNothing> {
        let name = Name::of_function(call, &input.resource)?;
        let mut tx = tx.in_scope(&name.scope);
        let mut function = state::get_function(&tx, &name)?;
        function.tags.extend(input.tags);
        if function.tags.len() > MOST_TAGS {
            return Err(wrong(format!("The number of tags exceeds the limit of {MOST_TAGS}.")));
        }
        tx.put(&FUNCTIONS, name.function.clone(), &function)?;
        Ok(TagResourceOutputNothing {})
    }
}

impl Write<UntagResource> for Lambda {
    fn access(_: &Call, input: &UntagResourceRequest) -> Access {
        Access::to(&input.resource).with_all("aws:TagKeys", input.tag_keys.clone())
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: UntagResourceRequest) -> Outcome<UntagResourceOutputNothing> {
        let name = Name::of_function(call, &input.resource)?;
        let mut tx = tx.in_scope(&name.scope);
        let mut function = state::get_function(&tx, &name)?;
        function.tags.retain(|key, _| !input.tag_keys.contains(key));
        tx.put(&FUNCTIONS, name.function.clone(), &function)?;
        Ok(UntagResourceOutputNothing {})
    }
}

impl Read<ListTags> for Lambda {
    fn access(_: &Call, input: &ListTagsRequest) -> Access {
        Access::to(&input.resource)
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListTagsRequest) -> Outcome<ListTagsResponse> {
        let name = Name::of_function(call, &input.resource)?;
        let function = state::get_function(&tx.peek(&name.scope), &name)?;
        Ok(ListTagsResponse { tags: Some(function.tags) })
    }
}

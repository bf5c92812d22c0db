use crate::{
    Ssm,
    state::{self, TAGS, Tags},
};
use api_ssm::{
    AddTagsToResource, AddTagsToResourceRequest, AddTagsToResourceResult, ListTagsForResource,
    ListTagsForResourceRequest, ListTagsForResourceResult, RemoveTagsFromResource, RemoveTagsFromResourceRequest,
    RemoveTagsFromResourceResult, ResourceTypeForTagging, Tag, errors,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

/// AWS quota: tags of a parameter.
const MOST_TAGS: usize = 50;

pub(super) fn check(tags: &Tags) -> Outcome<()> {
    if tags.0.len() > MOST_TAGS {
        return Err(errors::too_many_tags_error("The Targets parameter includes too many tags."));
    }
    Ok(())
}

/// That the resource is a parameter that is there.
fn check_resource(tx: &Tx<'_>, kind: ResourceTypeForTagging, id: &str) -> Outcome<()> {
    if kind != ResourceTypeForTagging::Parameter {
        return Err(ApiError::not_implemented(format_args!("tags of a resource of type {kind}")));
    }
    if state::find_latest(tx, id)?.is_none() {
        return Err(errors::invalid_resource_id(
            "The resource ID is not valid. Verify that you entered the correct ID and try again.",
        ));
    }
    Ok(())
}

impl Write<AddTagsToResource> for Ssm {
    fn access(call: &Call, input: &AddTagsToResourceRequest) -> Access {
        let tags = input.tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
        Access::to(state::arn(call, &input.resource_id)).with_tags(tags)
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: AddTagsToResourceRequest) -> Outcome<AddTagsToResourceResult> {
        check_resource(tx, input.resource_type, &input.resource_id)?;
        let mut tags = Tags(state::tags(tx, &input.resource_id)?);
        tags.0.extend(input.tags.into_iter().map(|tag| (tag.key, tag.value)));
        check(&tags)?;
        tx.put(&TAGS, input.resource_id, &tags)?;
        Ok(AddTagsToResourceResult {})
    }
}

impl Write<RemoveTagsFromResource> for Ssm {
    fn access(call: &Call, input: &RemoveTagsFromResourceRequest) -> Access {
        Access::to(state::arn(call, &input.resource_id)).with_all("aws:TagKeys", input.tag_keys.iter().cloned())
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: RemoveTagsFromResourceRequest) -> Outcome<RemoveTagsFromResourceResult> {
        check_resource(tx, input.resource_type, &input.resource_id)?;
        let mut tags = Tags(state::tags(tx, &input.resource_id)?);
        tags.0.retain(|key, _| !input.tag_keys.contains(key));
        tx.put(&TAGS, input.resource_id, &tags)?;
        Ok(RemoveTagsFromResourceResult {})
    }
}

impl Read<ListTagsForResource> for Ssm {
    fn access(call: &Call, input: &ListTagsForResourceRequest) -> Access {
        Access::to(state::arn(call, &input.resource_id))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListTagsForResourceRequest) -> Outcome<ListTagsForResourceResult> {
        check_resource(tx, input.resource_type, &input.resource_id)?;
        let tags = state::tags(tx, &input.resource_id)?.into_iter().map(|(key, value)| Tag { key, value });
        Ok(ListTagsForResourceResult { tag_list: Some(tags.collect()) })
    }
}

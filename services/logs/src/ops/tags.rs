//! Tags of log groups, by ARN and, in the older operations, by name.

use crate::{
    Logs,
    state::{self, GROUPS},
};
use api_logs::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse, ListTagsLogGroup,
    ListTagsLogGroupRequest, ListTagsLogGroupResponse, TagLogGroup, TagLogGroupOutputNothing, TagLogGroupRequest,
    TagResource, TagResourceOutputNothing, TagResourceRequest, UntagLogGroup, UntagLogGroupOutputNothing,
    UntagLogGroupRequest, UntagResource, UntagResourceOutputNothing, UntagResourceRequest, errors,
};
use base::Arn;
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::Map;

/// AWS quota: tags of a resource.
const MOST_TAGS: usize = 50;

fn name_of(call: &Call, arn: &str) -> Outcome<String> {
    let parsed: Option<Arn> = arn.parse().ok();
    let parsed = parsed.filter(|arn| arn.account == call.account.as_str() && arn.region == call.region.as_str());
    let name = parsed.as_ref().and_then(state::name_in).map(str::to_owned);
    name.ok_or_else(|| errors::resource_not_found_exception("The specified resource does not exist."))
}

fn add(tx: &mut Tx<'_>, name: String, tags: Map<String>) -> Outcome<()> {
    let mut group = state::group(tx, &name)?;
    group.tags.extend(tags);
    if group.tags.len() > MOST_TAGS {
        return Err(errors::too_many_tags_exception("The resource can have no more than 50 tags."));
    }
    Ok(tx.put(&GROUPS, name, &group)?)
}

fn remove(tx: &mut Tx<'_>, name: String, keys: &[String]) -> Outcome<()> {
    let mut group = state::group(tx, &name)?;
    group.tags.retain(|key, _| !keys.contains(key));
    Ok(tx.put(&GROUPS, name, &group)?)
}

fn pairs(tags: &Map<String>) -> impl Iterator<Item = (&str, &str)> {
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

impl Write<TagResource> for Logs {
    fn access(_: &Call, input: &TagResourceRequest) -> Access {
        Access::to(&input.resource_arn).with_tags(pairs(&input.tags))
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: TagResourceRequest) -> Outcome<TagResourceOutputNothing> {
        add(tx, name_of(call, &input.resource_arn)?, input.tags)?;
        Ok(TagResourceOutputNothing {})
    }
}

impl Write<UntagResource> for Logs {
    fn access(_: &Call, input: &UntagResourceRequest) -> Access {
        Access::to(&input.resource_arn).with_all("aws:TagKeys", input.tag_keys.clone())
    }
    fn write(tx: &mut Tx<'_>, call: &Call, input: UntagResourceRequest) -> Outcome<UntagResourceOutputNothing> {
        remove(tx, name_of(call, &input.resource_arn)?, &input.tag_keys)?;
        Ok(UntagResourceOutputNothing {})
    }
}

impl Read<ListTagsForResource> for Logs {
    fn access(_: &Call, input: &ListTagsForResourceRequest) -> Access {
        Access::to(&input.resource_arn)
    }
    fn read(tx: &Tx<'_>, call: &Call, input: ListTagsForResourceRequest) -> Outcome<ListTagsForResourceResponse> {
        let group = state::group(tx, &name_of(call, &input.resource_arn)?)?;
        Ok(ListTagsForResourceResponse { tags: Some(group.tags) })
    }
}

impl Write<TagLogGroup> for Logs {
    fn access(call: &Call, input: &TagLogGroupRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name)).with_tags(pairs(&input.tags))
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: TagLogGroupRequest) -> Outcome<TagLogGroupOutputNothing> {
        add(tx, input.log_group_name, input.tags)?;
        Ok(TagLogGroupOutputNothing {})
    }
}

impl Write<UntagLogGroup> for Logs {
    fn access(call: &Call, input: &UntagLogGroupRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name)).with_all("aws:TagKeys", input.tags.clone())
    }
    fn write(tx: &mut Tx<'_>, _: &Call, input: UntagLogGroupRequest) -> Outcome<UntagLogGroupOutputNothing> {
        remove(tx, input.log_group_name, &input.tags)?;
        Ok(UntagLogGroupOutputNothing {})
    }
}

impl Read<ListTagsLogGroup> for Logs {
    fn access(call: &Call, input: &ListTagsLogGroupRequest) -> Access {
        Access::to(state::streams_arn(call, &input.log_group_name))
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListTagsLogGroupRequest) -> Outcome<ListTagsLogGroupResponse> {
        Ok(ListTagsLogGroupResponse { tags: Some(state::group(tx, &input.log_group_name)?.tags) })
    }
}

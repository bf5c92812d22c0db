use crate::{
    CloudFront,
    state::{DISTRIBUTIONS, Distribution},
};
use api_cloudfront::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResult, Tag, TagResource, TagResourceRequest,
    Tags, UntagResource, UntagResourceRequest, errors,
};
use base::Arn;
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use std::collections::BTreeMap;

/// AWS quota: tags per resource.
const MOST_TAGS: usize = 50;

pub(super) fn from_shape(tags: &Tags) -> impl Iterator<Item = (&str, &str)> {
    tags.items.iter().flatten().map(|tag| (tag.key.as_str(), tag.value.as_deref().unwrap_or_default()))
}

/// Adds to `tags`, and says what AWS says against bad ones.
pub(super) fn add(tags: &mut BTreeMap<String, String>, new: &Tags) -> Outcome<()> {
    tags.extend(from_shape(new).map(|(key, value)| (key.to_owned(), value.to_owned())));
    if tags.len() > MOST_TAGS {
        return Err(errors::invalid_tagging("The tagging specified is not valid: there are more than 50 tags."));
    }
    Ok(())
}

/// The distribution that an ARN names. Only distributions have tags here.
fn tagged(tx: &Tx<'_>, resource: &str) -> Outcome<(String, Distribution)> {
    let arn: Option<Arn> = resource.parse().ok();
    let id = arn.as_ref().filter(|arn| arn.service == "cloudfront" && arn.account == tx.scope().account.as_str());
    let Some(id) = id.and_then(|arn| arn.resource_after("distribution")) else {
        return Err(errors::no_such_resource("A resource that was specified is not valid."));
    };
    let found = tx.get(&DISTRIBUTIONS, id)?;
    let missing = || errors::no_such_resource("The specified resource does not exist.");
    Ok((id.to_owned(), found.ok_or_else(missing)?))
}

impl Write<TagResource> for CloudFront {
    fn access(_: &Call, input: &TagResourceRequest) -> Access {
        Access::to(&input.resource).with_tags(from_shape(&input.tags))
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: TagResourceRequest,
    ) -> Outcome<api_cloudfront::TagResourceOutputNothing> {
        let (id, mut distribution) = tagged(tx, &input.resource)?;
        add(&mut distribution.tags, &input.tags)?;
        tx.put(&DISTRIBUTIONS, id, &distribution)?;
        Ok(Default::default())
    }
}

impl Write<UntagResource> for CloudFront {
    fn access(_: &Call, input: &UntagResourceRequest) -> Access {
        Access::to(&input.resource).with_all("aws:TagKeys", input.tag_keys.items.iter().flatten().cloned())
    }
    fn write(
        tx: &mut Tx<'_>,
        _: &Call,
        input: UntagResourceRequest,
    ) -> Outcome<api_cloudfront::UntagResourceOutputNothing> {
        let (id, mut distribution) = tagged(tx, &input.resource)?;
        for key in input.tag_keys.items.iter().flatten() {
            distribution.tags.remove(key);
        }
        tx.put(&DISTRIBUTIONS, id, &distribution)?;
        Ok(Default::default())
    }
}

impl Read<ListTagsForResource> for CloudFront {
    fn access(_: &Call, input: &ListTagsForResourceRequest) -> Access {
        Access::to(&input.resource)
    }
    fn read(tx: &Tx<'_>, _: &Call, input: ListTagsForResourceRequest) -> Outcome<ListTagsForResourceResult> {
        let (_, distribution) = tagged(tx, &input.resource)?;
        let tags = distribution.tags.into_iter().map(|(key, value)| Tag { key, value: Some(value) });
        Ok(ListTagsForResourceResult { tags: Tags { items: Some(tags.collect()) } })
    }
}

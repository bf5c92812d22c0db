//! Tags of pools.

use crate::{
    Cognito,
    state::{Pool, get_pool, put_pool},
};
use api_cognito_idp::{
    ListTagsForResource, ListTagsForResourceRequest, ListTagsForResourceResponse, TagResource, TagResourceRequest,
    TagResourceResponse, UntagResource, UntagResourceRequest, UntagResourceResponse, errors,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

/// AWS quota: tags of a pool.
const MOST_TAGS: usize = 50;

fn pool_of(tx: &Tx<'_>, arn: &str) -> Outcome<Pool> {
    let id = arn.rsplit_once(":userpool/").map(|(_, id)| id);
    get_pool(tx, id.ok_or_else(|| errors::invalid_parameter_exception("Invalid ARN"))?)
}

impl Write<TagResource> for Cognito {
    fn access(_: &Call, input: &TagResourceRequest) -> Access {
        Access::to(&input.resource_arn).with_tags(input.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: TagResourceRequest) -> Outcome<TagResourceResponse> {
        let mut pool = pool_of(tx, &input.resource_arn)?;
        let tags = pool.settings.user_pool_tags.get_or_insert_default();
        tags.extend(input.tags);
        if tags.len() > MOST_TAGS {
            let said = format!("A user pool has at most {MOST_TAGS} tags.");
            return Err(errors::invalid_parameter_exception(said));
        }
        put_pool(tx, &pool)?;
        Ok(TagResourceResponse {})
    }
}

impl Write<UntagResource> for Cognito {
    fn access(_: &Call, input: &UntagResourceRequest) -> Access {
        Access::to(&input.resource_arn).with_all("aws:TagKeys", input.tag_keys.iter().cloned())
    }

    fn write(tx: &mut Tx<'_>, _: &Call, input: UntagResourceRequest) -> Outcome<UntagResourceResponse> {
        let mut pool = pool_of(tx, &input.resource_arn)?;
        pool.settings.user_pool_tags.get_or_insert_default().retain(|key, _| !input.tag_keys.contains(key));
        put_pool(tx, &pool)?;
        Ok(UntagResourceResponse {})
    }
}

impl Read<ListTagsForResource> for Cognito {
    fn access(_: &Call, input: &ListTagsForResourceRequest) -> Access {
        Access::to(&input.resource_arn)
    }

    fn read(tx: &Tx<'_>, _: &Call, input: ListTagsForResourceRequest) -> Outcome<ListTagsForResourceResponse> {
        let pool = pool_of(tx, &input.resource_arn)?;
        Ok(ListTagsForResourceResponse { tags: Some(pool.settings.user_pool_tags.unwrap_or_default()) })
    }
}

use crate::{ApiGateway, arn, tags::Tagged};
use api_apigatewayv2::{UntagResource, UntagResourceOutputNothing, UntagResourceRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<UntagResource> for ApiGateway {
    fn access(call: &Call, input: &UntagResourceRequest) -> Access {
        Access::to(arn::of_tags(call, &input.resource_arn)).with_all("aws:TagKeys", input.tag_keys.clone())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: UntagResourceRequest) -> Outcome<UntagResourceOutputNothing> {
        let tagged = Tagged::parse(&input.resource_arn)?;
        tagged.change(tx, call, |tags| tags.retain(|key, _| !input.tag_keys.contains(key)))?;
        Ok(UntagResourceOutputNothing {})
    }
}

use crate::{ApiGateway, arn, tags::Tagged};
use api_apigatewayv2::{TagResource, TagResourceRequest, TagResourceResponse};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<TagResource> for ApiGateway {
    fn access(call: &Call, input: &TagResourceRequest) -> Access {
        let tags = input.tags.iter().flatten().map(|(key, value)| (key.as_str(), value.as_str()));
        Access::to(arn::of_tags(call, &input.resource_arn)).with_tags(tags)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: TagResourceRequest) -> Outcome<TagResourceResponse> {
        let new = input.tags.unwrap_or_default();
        Tagged::parse(&input.resource_arn)?.change(tx, call, |tags| tags.extend(new))?;
        Ok(TagResourceResponse {})
    }
}

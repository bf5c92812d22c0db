use crate::{ApiGateway, arn, tags::Tagged};
use api_apigatewayv2::{GetTags, GetTagsRequest, GetTagsResponse};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetTags> for ApiGateway {
    fn access(call: &Call, input: &GetTagsRequest) -> Access {
        Access::to(arn::of_tags(call, &input.resource_arn))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetTagsRequest) -> Outcome<GetTagsResponse> {
        Ok(GetTagsResponse { tags: Some(Tagged::parse(&input.resource_arn)?.get(tx, call)?) })
    }
}

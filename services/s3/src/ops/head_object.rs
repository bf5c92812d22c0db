use super::get_object::{answer, look, read_access};
use crate::{S3, recast::recast};
use api_s3::{GetObjectRequest, HeadObject, HeadObjectOutput, HeadObjectRequest};
use kernel::{Access, Call, Cloud, Outcome, Serve};
use shape::Operation;

impl Serve<HeadObject> for S3 {
    fn access(_: &Call, input: &HeadObjectRequest) -> Access {
        as_get(input.clone()).map_or_else(|_| Access::any(), |input| read_access(&input))
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: HeadObjectRequest) -> Outcome<HeadObjectOutput> {
        let input = as_get(input)?;
        let found = look(cloud, HeadObject::SPEC, call, &input)?;
        recast(answer(&found, &input)?.0, &api_s3::GetObjectOutput, &api_s3::HeadObjectOutput)
    }
}

/// HEAD is GET without the body.
fn as_get(input: HeadObjectRequest) -> Outcome<GetObjectRequest> {
    recast(input, &api_s3::HeadObjectRequest, &api_s3::GetObjectRequest)
}

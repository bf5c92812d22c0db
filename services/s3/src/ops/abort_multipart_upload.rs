use crate::{S3, state, upload::Place};
use api_s3::{AbortMultipartUpload, AbortMultipartUploadOutput, AbortMultipartUploadRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<AbortMultipartUpload> for S3 {
    fn access(_: &Call, input: &AbortMultipartUploadRequest) -> Access {
        Access::to(state::object_arn(&input.bucket, &input.key))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: AbortMultipartUploadRequest) -> Outcome<AbortMultipartUploadOutput> {
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            expected_owner: input.expected_bucket_owner,
        };
        place.find(tx, call)?;
        place.forget(tx)?;
        Ok(AbortMultipartUploadOutput {})
    }
}

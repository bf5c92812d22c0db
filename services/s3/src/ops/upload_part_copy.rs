use super::copy_object::{and_source, find_source};
use crate::{
    S3, body,
    domain::{condition::Conditions, range, source},
    errors,
    object::quoted,
    recast::with_checksum,
    state::{self, BLOB_OWNER},
    upload::{self, Place},
};
use api_s3::{CopyPartResult, ServerSideEncryption, UploadPartCopy, UploadPartCopyOutput, UploadPartCopyRequest};
use base::Fault;
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};
use shape::Operation;

impl Serve<UploadPartCopy> for S3 {
    fn access(_: &Call, input: &UploadPartCopyRequest) -> Access {
        and_source(Access::to(state::object_arn(&input.bucket, &input.key)), &input.copy_source)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: UploadPartCopyRequest) -> Outcome<UploadPartCopyOutput> {
        let number = upload::check_number(input.part_number)?;
        let source = source::parse(&input.copy_source)?;
        let conditions = Conditions {
            matches: input.copy_source_if_match,
            none_match: input.copy_source_if_none_match,
            modified_since: input.copy_source_if_modified_since,
            unmodified_since: input.copy_source_if_unmodified_since,
        };
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            expected_owner: input.expected_bucket_owner,
        };
        let upload = cloud.read(&api_s3::API, &Scope::shared(), |tx| place.find(tx, call))?;
        let expected = input.expected_source_bucket_owner.as_deref();
        let found = find_source(cloud, UploadPartCopy::SPEC, call, &source, expected, &conditions)?;
        let size = found.object.size_bytes;
        let part = match &input.copy_source_range {
            None => 0..size,
            Some(header) => range::parse_exact(header, size).ok_or_else(|| {
                let said = "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last \
                            are the zero-based offsets of the first and last bytes to copy";
                errors::invalid_argument(said, "x-amz-copy-source-range", header)
            })?,
        };
        if part.end - part.start > body::LARGEST_BODY_BYTES {
            return Err(body::too_large());
        }
        let reader = cloud.blobs().owned_by(BLOB_OWNER).find(&found.object.blob, part).await?;
        let reader = reader.ok_or_else(|| Fault::internal("an object's blob is not there"))?;
        let received = body::copy(cloud, reader, upload.algorithm).await?;
        let part = upload::name_part(cloud, call, place, number, received).await?;
        let result = CopyPartResult {
            e_tag: Some(quoted(&part.etag)),
            last_modified: Some(part.modified),
            ..CopyPartResult::default()
        };
        Ok(UploadPartCopyOutput {
            copy_source_version_id: found.shown_id(),
            copy_part_result: Some(with_checksum(result, &api_s3::CopyPartResult, Some(&part.checksum))?),
            server_side_encryption: Some(ServerSideEncryption::Aes256),
        })
    }
}

use crate::{
    S3,
    domain::checksum::Algorithm,
    object,
    state::{self, UPLOADS, Upload},
};
use api_s3::{
    ChecksumType, CreateMultipartUpload, CreateMultipartUploadOutput, CreateMultipartUploadRequest,
    ServerSideEncryption,
};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};

impl Write<CreateMultipartUpload> for S3 {
    fn access(_: &Call, input: &CreateMultipartUploadRequest) -> Access {
        object::write_access(&input.bucket, &input.key, input.acl, input.tagging.as_deref())
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: CreateMultipartUploadRequest,
    ) -> Outcome<CreateMultipartUploadOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let algorithm = input.checksum_algorithm.map(Algorithm::of_model).transpose()?.unwrap_or_default();
        // AWS: without a word the checksum is one of the parts' checksums, but for CRC64NVME.
        let is_composite =
            input.checksum_type.map_or(algorithm != Algorithm::Crc64nvme, |kind| kind == ChecksumType::Composite);
        algorithm.check_type(is_composite)?;
        let upload = Upload {
            initiated: call.now,
            initiator: call.principal.name().to_owned(),
            about: object::about(tx, &input)?,
            algorithm,
            is_chosen: input.checksum_algorithm.is_some(),
            is_composite,
        };
        // The time in front keeps the uploads of a key in the order in which they began.
        let id = format!("{:012x}{}", call.now.millis(), call.entropy.hex(52));
        tx.in_scope(&Scope::shared()).put(
            &UPLOADS,
            (input.bucket.as_str(), input.key.as_str(), id.as_str()),
            &upload,
        )?;
        let kind = if is_composite { ChecksumType::Composite } else { ChecksumType::FullObject };
        Ok(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            server_side_encryption: Some(ServerSideEncryption::Aes256),
            checksum_algorithm: input.checksum_algorithm,
            checksum_type: upload.is_chosen.then_some(kind),
        })
    }
}

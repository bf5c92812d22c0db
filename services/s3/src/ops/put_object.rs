use crate::{
    S3,
    body::{self, Announced},
    domain::checksum::{self, Algorithm},
    object::{self, quoted},
    recast::{recast, with_checksum},
    stack,
    state::{self, BLOB_OWNER, Object},
};
use api_s3::{CreateMultipartUploadRequest, PutObject, PutObjectOutput, PutObjectRequest, ServerSideEncryption};
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};

impl Serve<PutObject> for S3 {
    fn access(_: &Call, input: &PutObjectRequest) -> Access {
        object::write_access(&input.bucket, &input.key, input.acl, input.tagging.as_deref())
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, mut input: PutObjectRequest) -> Outcome<PutObjectOutput> {
        let announced = Announced {
            md5: input.content_md5.take(),
            checksum: checksum::said([
                input.checksum_crc32.take(),
                input.checksum_crc32_c.take(),
                input.checksum_crc64_nvme.take(),
                input.checksum_sha1.take(),
                input.checksum_sha256.take(),
            ])?,
            algorithm: input.checksum_algorithm.map(Algorithm::of_model).transpose()?,
        };
        let (incoming, if_match, if_none_match) =
            (std::mem::take(&mut input.body), input.if_match.take(), input.if_none_match.take());
        let owner = input.expected_bucket_owner.clone();
        let input: CreateMultipartUploadRequest =
            recast(input, &api_s3::PutObjectRequest, &api_s3::CreateMultipartUploadRequest)?;
        let about = cloud.read(&api_s3::API, &Scope::shared(), |tx| {
            state::bucket(tx, call, &input.bucket, owner.as_deref())?;
            object::check_write(tx, (&input.bucket, &input.key), if_match.as_deref(), if_none_match.as_deref())?;
            object::about(tx, &input)
        })?;
        let received = body::receive(cloud, incoming, announced).await?;
        let object = Object {
            blob: received.blob.id.clone(),
            size_bytes: received.blob.size_bytes,
            etag: hex::encode(received.blob.md5),
            about,
            checksum: Some(received.checksum.clone()),
            parts: Vec::new(),
            upload_id: None,
        };
        let etag = object.etag.clone();
        let (own_call, shared) = (call.clone(), Scope::shared());
        let named = cloud.write(&api_s3::API, &shared, move |tx| {
            let bucket = state::bucket(tx, &own_call, &input.bucket, owner.as_deref())?;
            object::check_write(tx, (&input.bucket, &input.key), if_match.as_deref(), if_none_match.as_deref())?;
            stack::push(tx, &own_call, (&input.bucket, &bucket), &input.key, Some(object))
        });
        let version_id = match named.await {
            Ok(version_id) => version_id,
            Err(error) => {
                cloud.blobs().owned_by(BLOB_OWNER).delete(&received.blob.id).await?;
                return Err(error);
            }
        };
        let output = PutObjectOutput {
            e_tag: Some(quoted(&etag)),
            server_side_encryption: Some(ServerSideEncryption::Aes256),
            version_id,
            ..PutObjectOutput::default()
        };
        with_checksum(output, &api_s3::PutObjectOutput, Some(&received.checksum))
    }
}

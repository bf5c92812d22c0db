use crate::{
    S3,
    body::{self, Announced},
    domain::checksum::{self, Algorithm},
    errors,
    object::quoted,
    recast::with_checksum,
    state,
    upload::{self, Place},
};
use api_s3::{ServerSideEncryption, UploadPart, UploadPartOutput, UploadPartRequest};
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};

impl Serve<UploadPart> for S3 {
    fn access(_: &Call, input: &UploadPartRequest) -> Access {
        Access::to(state::object_arn(&input.bucket, &input.key))
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: UploadPartRequest) -> Outcome<UploadPartOutput> {
        let number = upload::check_number(input.part_number)?;
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            expected_owner: input.expected_bucket_owner,
        };
        let upload = cloud.read(&api_s3::API, &Scope::shared(), |tx| place.find(tx, call))?;
        let checksum = checksum::said([
            input.checksum_crc32,
            input.checksum_crc32_c,
            input.checksum_crc64_nvme,
            input.checksum_sha1,
            input.checksum_sha256,
        ])?;
        let said = checksum.as_ref().map(|(algorithm, _)| *algorithm);
        let asked = input.checksum_algorithm.map(Algorithm::of_model).transpose()?;
        let trailing = input.body.announced_trailers().iter().find_map(|name| Algorithm::of_header(name));
        let actual = said.or(trailing).or(asked).unwrap_or(upload.algorithm);
        if upload.is_chosen && actual != upload.algorithm {
            return Err(errors::invalid_request(format!(
                "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                upload.algorithm.word(),
                actual.word()
            )));
        }
        let announced = Announced { md5: input.content_md5, checksum, algorithm: Some(actual) };
        let received = body::receive(cloud, input.body, announced).await?;
        let part = upload::name_part(cloud, call, place, number, received).await?;
        let output = UploadPartOutput {
            server_side_encryption: Some(ServerSideEncryption::Aes256),
            e_tag: Some(quoted(&part.etag)),
            ..UploadPartOutput::default()
        };
        with_checksum(output, &api_s3::UploadPartOutput, Some(&part.checksum))
    }
}

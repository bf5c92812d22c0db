//! Encryption at rest: what AWS calls SSE-S3, which every bucket has.

use crate::{S3, errors, state};
use api_s3::{
    DeleteBucketEncryption, DeleteBucketEncryptionOutputNothing, DeleteBucketEncryptionRequest, GetBucketEncryption,
    GetBucketEncryptionOutput, GetBucketEncryptionRequest, PutBucketEncryption, PutBucketEncryptionOutputNothing,
    PutBucketEncryptionRequest, ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration,
    ServerSideEncryptionRule,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "encryption";

impl Write<PutBucketEncryption> for S3 {
    fn access(_: &Call, input: &PutBucketEncryptionRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutBucketEncryptionRequest,
    ) -> Outcome<PutBucketEncryptionOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let rules = &input.server_side_encryption_configuration.rules;
        let defaults = rules.iter().filter_map(|rule| rule.apply_server_side_encryption_by_default.as_ref());
        if defaults
            .clone()
            .any(|given| given.sse_algorithm != ServerSideEncryption::Aes256 || given.kms_master_key_id.is_some())
        {
            return Err(errors::kms_not_implemented());
        }
        if rules.is_empty() {
            return Err(errors::malformed_xml());
        }
        let setting = input.server_side_encryption_configuration;
        state::put_setting(tx, &input.bucket, KIND, &api_s3::ServerSideEncryptionConfiguration, setting)?;
        Ok(PutBucketEncryptionOutputNothing {})
    }
}

impl Read<GetBucketEncryption> for S3 {
    fn access(_: &Call, input: &GetBucketEncryptionRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketEncryptionRequest) -> Outcome<GetBucketEncryptionOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found = state::find_setting::<ServerSideEncryptionConfiguration>(
            tx,
            &input.bucket,
            KIND,
            &api_s3::ServerSideEncryptionConfiguration,
        )?;
        let found = found.unwrap_or_else(sse_s3);
        Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) })
    }
}

impl Write<DeleteBucketEncryption> for S3 {
    fn access(_: &Call, input: &DeleteBucketEncryptionRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketEncryptionRequest,
    ) -> Outcome<DeleteBucketEncryptionOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketEncryptionOutputNothing {})
    }
}

/// AWS: since January 2023 every bucket encrypts so, also one whose configuration was deleted.
fn sse_s3() -> ServerSideEncryptionConfiguration {
    let default =
        ServerSideEncryptionByDefault { sse_algorithm: ServerSideEncryption::Aes256, kms_master_key_id: None };
    ServerSideEncryptionConfiguration {
        rules: vec![ServerSideEncryptionRule { apply_server_side_encryption_by_default: Some(default) }],
    }
}

//! Whether the bucket keeps versions.

use crate::{
    S3,
    state::{self, BUCKETS, Bucket, Versioning},
};
use api_s3::{
    BucketVersioningStatus, GetBucketVersioning, GetBucketVersioningOutput, GetBucketVersioningRequest, MFADelete,
    PutBucketVersioning, PutBucketVersioningOutputNothing, PutBucketVersioningRequest,
};
use kernel::{Access, Call, Outcome, Read, Scope, Tx, Write};
use shape::ApiError;

impl Write<PutBucketVersioning> for S3 {
    fn access(_: &Call, input: &PutBucketVersioningRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutBucketVersioningRequest,
    ) -> Outcome<PutBucketVersioningOutputNothing> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if input.versioning_configuration.mfa_delete == Some(MFADelete::Enabled) {
            return Err(ApiError::not_implemented("MFA delete of s3"));
        }
        let versioning = match input.versioning_configuration.status {
            Some(BucketVersioningStatus::Enabled) => Versioning::Enabled,
            Some(BucketVersioningStatus::Suspended) => Versioning::Suspended,
            None => {
                let said = "The Versioning element must be specified";
                return Err(ApiError::new("IllegalVersioningConfigurationException", 400, said));
            }
        };
        tx.in_scope(&Scope::shared()).put(&BUCKETS, input.bucket, &Bucket { versioning, ..bucket })?;
        Ok(PutBucketVersioningOutputNothing {})
    }
}

impl Read<GetBucketVersioning> for S3 {
    fn access(_: &Call, input: &GetBucketVersioningRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketVersioningRequest) -> Outcome<GetBucketVersioningOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let status = match bucket.versioning {
            Versioning::Never => None,
            Versioning::Enabled => Some(BucketVersioningStatus::Enabled),
            Versioning::Suspended => Some(BucketVersioningStatus::Suspended),
        };
        Ok(GetBucketVersioningOutput { status, mfa_delete: None })
    }
}

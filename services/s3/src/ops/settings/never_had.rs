//! Configurations that no bucket here ever has: what AWS answers about a bucket that never had them, which clients ask
//! for all the same.

use crate::{S3, errors, state};
use api_s3::{
    GetBucketAccelerateConfiguration, GetBucketAccelerateConfigurationOutput, GetBucketAccelerateConfigurationRequest,
    GetBucketLogging, GetBucketLoggingOutput, GetBucketLoggingRequest, GetBucketReplication,
    GetBucketReplicationOutput, GetBucketReplicationRequest, GetBucketRequestPayment, GetBucketRequestPaymentOutput,
    GetBucketRequestPaymentRequest, GetObjectLockConfiguration, GetObjectLockConfigurationOutput,
    GetObjectLockConfigurationRequest, Payer,
};
use kernel::{Access, Call, Outcome, Read, Tx};

impl Read<GetBucketLogging> for S3 {
    fn access(_: &Call, input: &GetBucketLoggingRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketLoggingRequest) -> Outcome<GetBucketLoggingOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(GetBucketLoggingOutput {})
    }
}

impl Read<GetBucketAccelerateConfiguration> for S3 {
    fn access(_: &Call, input: &GetBucketAccelerateConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetBucketAccelerateConfigurationRequest,
    ) -> Outcome<GetBucketAccelerateConfigurationOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(GetBucketAccelerateConfigurationOutput { status: None })
    }
}

impl Read<GetBucketRequestPayment> for S3 {
    fn access(_: &Call, input: &GetBucketRequestPaymentRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketRequestPaymentRequest) -> Outcome<GetBucketRequestPaymentOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        Ok(GetBucketRequestPaymentOutput { payer: Some(Payer::BucketOwner) })
    }
}

impl Read<GetBucketReplication> for S3 {
    fn access(_: &Call, input: &GetBucketReplicationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketReplicationRequest) -> Outcome<GetBucketReplicationOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let said = "The replication configuration was not found";
        Err(errors::no_such_setting("ReplicationConfigurationNotFoundError", said, &input.bucket))
    }
}

impl Read<GetObjectLockConfiguration> for S3 {
    fn access(_: &Call, input: &GetObjectLockConfigurationRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetObjectLockConfigurationRequest,
    ) -> Outcome<GetObjectLockConfigurationOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let said = "Object Lock configuration does not exist for this bucket";
        Err(errors::no_such_setting("ObjectLockConfigurationNotFoundError", said, &input.bucket))
    }
}

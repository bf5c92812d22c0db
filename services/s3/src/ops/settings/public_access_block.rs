//! What is refused although a policy or an ACL would let everybody in.

use crate::{S3, errors, state};
use api_s3::{
    DeletePublicAccessBlock, DeletePublicAccessBlockOutputNothing, DeletePublicAccessBlockRequest,
    GetPublicAccessBlock, GetPublicAccessBlockOutput, GetPublicAccessBlockRequest, PublicAccessBlockConfiguration,
    PutPublicAccessBlock, PutPublicAccessBlockOutputNothing, PutPublicAccessBlockRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "publicAccessBlock";

impl Write<PutPublicAccessBlock> for S3 {
    fn access(_: &Call, input: &PutPublicAccessBlockRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutPublicAccessBlockRequest,
    ) -> Outcome<PutPublicAccessBlockOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let given = input.public_access_block_configuration;
        let said = |setting: Option<bool>| Some(setting.unwrap_or(false));
        let setting = PublicAccessBlockConfiguration {
            block_public_acls: said(given.block_public_acls),
            ignore_public_acls: said(given.ignore_public_acls),
            block_public_policy: said(given.block_public_policy),
            restrict_public_buckets: said(given.restrict_public_buckets),
        };
        state::put_setting(tx, &input.bucket, KIND, &api_s3::PublicAccessBlockConfiguration, setting)?;
        Ok(PutPublicAccessBlockOutputNothing {})
    }
}

impl Read<GetPublicAccessBlock> for S3 {
    fn access(_: &Call, input: &GetPublicAccessBlockRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetPublicAccessBlockRequest) -> Outcome<GetPublicAccessBlockOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found = state::find_setting::<PublicAccessBlockConfiguration>(
            tx,
            &input.bucket,
            KIND,
            &api_s3::PublicAccessBlockConfiguration,
        )?;
        let found = found.ok_or_else(|| {
            errors::no_such_setting(
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
                &input.bucket,
            )
        })?;
        Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(found) })
    }
}

impl Write<DeletePublicAccessBlock> for S3 {
    fn access(_: &Call, input: &DeletePublicAccessBlockRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeletePublicAccessBlockRequest,
    ) -> Outcome<DeletePublicAccessBlockOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeletePublicAccessBlockOutputNothing {})
    }
}

//! Who owns objects, and whether there are ACLs.

use crate::{S3, errors, state};
use api_s3::{
    DeleteBucketOwnershipControls, DeleteBucketOwnershipControlsOutputNothing, DeleteBucketOwnershipControlsRequest,
    GetBucketOwnershipControls, GetBucketOwnershipControlsOutput, GetBucketOwnershipControlsRequest, OwnershipControls,
    PutBucketOwnershipControls, PutBucketOwnershipControlsOutputNothing, PutBucketOwnershipControlsRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

const KIND: &str = "ownershipControls";

impl Write<PutBucketOwnershipControls> for S3 {
    fn access(_: &Call, input: &PutBucketOwnershipControlsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: PutBucketOwnershipControlsRequest,
    ) -> Outcome<PutBucketOwnershipControlsOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        if input.ownership_controls.rules.len() != 1 {
            return Err(errors::malformed_xml());
        }
        let setting = input.ownership_controls;
        state::put_setting(tx, &input.bucket, KIND, &api_s3::OwnershipControls, setting)?;
        Ok(PutBucketOwnershipControlsOutputNothing {})
    }
}

impl Read<GetBucketOwnershipControls> for S3 {
    fn access(_: &Call, input: &GetBucketOwnershipControlsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(
        tx: &Tx<'_>,
        call: &Call,
        input: GetBucketOwnershipControlsRequest,
    ) -> Outcome<GetBucketOwnershipControlsOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found = state::find_setting::<OwnershipControls>(tx, &input.bucket, KIND, &api_s3::OwnershipControls)?;
        let found = found.ok_or_else(|| {
            errors::no_such_setting(
                "OwnershipControlsNotFoundError",
                "The bucket ownership controls were not found",
                &input.bucket,
            )
        })?;
        Ok(GetBucketOwnershipControlsOutput { ownership_controls: Some(found) })
    }
}

impl Write<DeleteBucketOwnershipControls> for S3 {
    fn access(_: &Call, input: &DeleteBucketOwnershipControlsRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketOwnershipControlsRequest,
    ) -> Outcome<DeleteBucketOwnershipControlsOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketOwnershipControlsOutputNothing {})
    }
}

//! The bucket's tags.

use crate::{S3, domain::tags, state};
use api_s3::{
    DeleteBucketTagging, DeleteBucketTaggingOutputNothing, DeleteBucketTaggingRequest, GetBucketTagging,
    GetBucketTaggingOutput, GetBucketTaggingRequest, PutBucketTagging, PutBucketTaggingOutputNothing,
    PutBucketTaggingRequest, Tagging,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};
use shape::ApiError;

const KIND: &str = "tagging";

impl Write<PutBucketTagging> for S3 {
    fn access(_: &Call, input: &PutBucketTaggingRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutBucketTaggingRequest) -> Outcome<PutBucketTaggingOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let given = tags::of_set(input.tagging.tag_set.clone());
        tags::check(&given, tags::MOST_BUCKET_TAGS)?;
        // AWS: what a stack has set stays set; only the stack itself says it again.
        let known: Option<Tagging> = state::find_setting(tx, &input.bucket, KIND, &api_s3::Tagging)?;
        let system = known.map(|known| tags::of_set(known.tag_set)).unwrap_or_default();
        let is_new = |tag: &&(String, String)| tags::is_system(&tag.0) && !system.contains(tag);
        if call.invoked_by.is_none() && given.iter().any(|tag| is_new(&tag)) {
            let said = "System tags cannot be added/updated by requester";
            return Err(shape::ApiError::new("InvalidTag", 400, said));
        }
        let setting = input.tagging;
        state::put_setting(tx, &input.bucket, KIND, &api_s3::Tagging, setting)?;
        Ok(PutBucketTaggingOutputNothing {})
    }
}

impl Read<GetBucketTagging> for S3 {
    fn access(_: &Call, input: &GetBucketTaggingRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetBucketTaggingRequest) -> Outcome<GetBucketTaggingOutput> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let found = state::find_setting::<Tagging>(tx, &input.bucket, KIND, &api_s3::Tagging)?;
        let found = found.ok_or_else(|| ApiError::new("NoSuchTagSet", 404, "The TagSet does not exist"))?;
        Ok(GetBucketTaggingOutput { tag_set: found.tag_set })
    }
}

impl Write<DeleteBucketTagging> for S3 {
    fn access(_: &Call, input: &DeleteBucketTaggingRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(
        tx: &mut Tx<'_>,
        call: &Call,
        input: DeleteBucketTaggingRequest,
    ) -> Outcome<DeleteBucketTaggingOutputNothing> {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        state::delete_setting(tx, &input.bucket, KIND);
        Ok(DeleteBucketTaggingOutputNothing {})
    }
}

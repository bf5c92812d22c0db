//! The bucket's tags.

use crate::{S3, domain::tags, errors, state};
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
        let mut system = known.map(|known| tags::of_set(known.tag_set)).unwrap_or_default();
        system.retain(|(key, _)| tags::is_system(key));
        if call.invoked_by.is_none() {
            if given.iter().any(|tag| tags::is_system(&tag.0) && !system.contains(tag)) {
                return Err(tags::system_tag());
            }
            if system.iter().any(|(key, _)| !given.iter().any(|(one, _)| one == key)) {
                return Err(ApiError::new("InvalidTag", 400, "System tags cannot be removed by requester"));
            }
        }
        if given.is_empty() {
            // AWS: an empty set is none.
            state::delete_setting(tx, &input.bucket, KIND);
        } else {
            state::put_setting(tx, &input.bucket, KIND, &api_s3::Tagging, input.tagging)?;
        }
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
        let found =
            found.ok_or_else(|| errors::no_such_setting("NoSuchTagSet", "The TagSet does not exist", &input.bucket))?;
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
        // What a stack has set stays set, here as well.
        let known: Option<Tagging> = state::find_setting(tx, &input.bucket, KIND, &api_s3::Tagging)?;
        let mut kept = known.map(|known| known.tag_set).unwrap_or_default();
        kept.retain(|tag| call.invoked_by.is_none() && tags::is_system(&tag.key));
        if kept.is_empty() {
            state::delete_setting(tx, &input.bucket, KIND);
        } else {
            state::put_setting(tx, &input.bucket, KIND, &api_s3::Tagging, Tagging { tag_set: kept })?;
        }
        Ok(DeleteBucketTaggingOutputNothing {})
    }
}

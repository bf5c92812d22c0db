//! Tags of objects.

use crate::{
    S3,
    domain::tags,
    object::{self, Target},
};
use api_s3::{
    DeleteObjectTagging, DeleteObjectTaggingOutput, DeleteObjectTaggingRequest, GetObjectTagging,
    GetObjectTaggingOutput, GetObjectTaggingRequest, PutObjectTagging, PutObjectTaggingOutput, PutObjectTaggingRequest,
};
use kernel::{Access, Call, Outcome, Read, Tx, Write};

impl Write<PutObjectTagging> for S3 {
    fn access(_: &Call, input: &PutObjectTaggingRequest) -> Access {
        let target = target("PUT", &input.bucket, &input.key, input.version_id.as_deref(), None);
        let given = &input.tagging.tag_set;
        let mut access = object::versioned("s3:PutObjectTagging", "s3:PutObjectVersionTagging", target);
        for tag in given {
            access = access.with(&format!("s3:RequestObjectTag/{}", tag.key), tag.value.as_str());
        }
        access.with_all("s3:RequestObjectTagKeys", given.iter().map(|tag| tag.key.as_str()))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: PutObjectTaggingRequest) -> Outcome<PutObjectTaggingOutput> {
        let owner = input.expected_bucket_owner.as_deref();
        let found =
            object::find(tx, call, target("PUT", &input.bucket, &input.key, input.version_id.as_deref(), owner))?;
        let given = tags::of_set(input.tagging.tag_set);
        tags::check(&given, tags::MOST_OBJECT_TAGS)?;
        if given.iter().any(|(key, _)| tags::is_system(key)) {
            return Err(tags::system_tag());
        }
        object::change(tx, (&input.bucket, &input.key), &found, |object| object.about.tags = given)?;
        Ok(PutObjectTaggingOutput { version_id: found.shown_id() })
    }
}

impl Read<GetObjectTagging> for S3 {
    fn access(_: &Call, input: &GetObjectTaggingRequest) -> Access {
        let target = target("GET", &input.bucket, &input.key, input.version_id.as_deref(), None);
        object::versioned("s3:GetObjectTagging", "s3:GetObjectVersionTagging", target)
    }

    fn read(tx: &Tx<'_>, call: &Call, input: GetObjectTaggingRequest) -> Outcome<GetObjectTaggingOutput> {
        let owner = input.expected_bucket_owner.as_deref();
        let found =
            object::find(tx, call, target("GET", &input.bucket, &input.key, input.version_id.as_deref(), owner))?;
        Ok(GetObjectTaggingOutput { version_id: found.shown_id(), tag_set: tags::to_set(&found.object.about.tags) })
    }
}

impl Write<DeleteObjectTagging> for S3 {
    fn access(_: &Call, input: &DeleteObjectTaggingRequest) -> Access {
        let target = target("DELETE", &input.bucket, &input.key, input.version_id.as_deref(), None);
        object::versioned("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging", target)
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteObjectTaggingRequest) -> Outcome<DeleteObjectTaggingOutput> {
        let owner = input.expected_bucket_owner.as_deref();
        let found =
            object::find(tx, call, target("DELETE", &input.bucket, &input.key, input.version_id.as_deref(), owner))?;
        object::change(tx, (&input.bucket, &input.key), &found, |object| object.about.tags.clear())?;
        Ok(DeleteObjectTaggingOutput { version_id: found.shown_id() })
    }
}

fn target<'a>(
    method: &'static str,
    bucket: &'a str,
    key: &'a str,
    version_id: Option<&'a str>,
    expected_owner: Option<&'a str>,
) -> Target<'a> {
    Target { bucket, key, version_id, expected_owner, method }
}

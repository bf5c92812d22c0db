use crate::{
    S3,
    object::{self, Target},
    stack::{self, Removed},
    state::{self, Bucket},
};
use api_s3::{DeleteObject, DeleteObjectOutput, DeleteObjectRequest};
use kernel::{Access, Call, Outcome, Tx, Write};

impl Write<DeleteObject> for S3 {
    fn access(_: &Call, input: &DeleteObjectRequest) -> Access {
        delete_access(&input.bucket, &input.key, input.version_id.as_deref())
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteObjectRequest) -> Outcome<DeleteObjectOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        object::check_write(tx, (&input.bucket, &input.key), input.if_match.as_deref(), None)?;
        let removed = remove(tx, call, (&input.bucket, &bucket), &input.key, input.version_id.as_deref())?;
        Ok(DeleteObjectOutput {
            delete_marker: removed.is_marker.then_some(true),
            version_id: removed.version_id.filter(|_| object::shown_id(&bucket, "").is_some()),
        })
    }
}

pub(super) fn delete_access(bucket: &str, key: &str, version_id: Option<&str>) -> Access {
    let target = Target { bucket, key, version_id, expected_owner: None, method: "DELETE" };
    object::versioned("s3:DeleteObject", "s3:DeleteObjectVersion", target)
}

pub(super) fn remove(
    tx: &mut Tx<'_>,
    call: &Call,
    bucket: (&str, &Bucket),
    key: &str,
    version_id: Option<&str>,
) -> Outcome<Removed> {
    match version_id {
        Some(id) => stack::delete_version(tx, bucket.0, key, id),
        None => stack::delete(tx, call, bucket, key),
    }
}

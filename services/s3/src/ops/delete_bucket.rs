use crate::{
    S3,
    state::{self, BUCKETS, NEWEST, PARTS, SETTINGS, UPLOADS},
};
use api_s3::{DeleteBucket, DeleteBucketOutputNothing, DeleteBucketRequest};
use kernel::{Access, Call, Outcome, Scope, Tx, Write};
use shape::ApiError;

impl Write<DeleteBucket> for S3 {
    fn access(_: &Call, input: &DeleteBucketRequest) -> Access {
        Access::to(state::bucket_arn(&input.bucket))
    }

    fn write(tx: &mut Tx<'_>, call: &Call, input: DeleteBucketRequest) -> Outcome<DeleteBucketOutputNothing> {
        let name = input.bucket.as_str();
        state::bucket(tx, call, name, input.expected_bucket_owner.as_deref())?;
        let mut tx = tx.in_scope(&Scope::shared());
        if tx.scan(&NEWEST, (name,)).next().transpose()?.is_some() {
            let said = if tx.scan(&NEWEST, (name,)).all(|row| row.is_ok_and(|(_, version)| version.object.is_none())) {
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
            } else {
                "The bucket you tried to delete is not empty"
            };
            return Err(ApiError::new("BucketNotEmpty", 409, said));
        }
        // AWS: uploads that were never completed do not keep a bucket.
        for ((_, key, id), _) in tx.list(&UPLOADS, (name,))? {
            for ((id, number), part) in tx.list(&PARTS, (id.as_str(),))? {
                state::discard(&mut tx, &part.blob)?;
                tx.delete(&PARTS, (id, number));
            }
            tx.delete(&UPLOADS, (name, key.as_str(), id.as_str()));
        }
        tx.delete_prefix(&SETTINGS, (name,));
        tx.delete(&BUCKETS, name);
        Ok(DeleteBucketOutputNothing {})
    }
}

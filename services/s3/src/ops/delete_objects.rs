use super::delete_object::{delete_access, remove};
use crate::{S3, errors, object, state};
use api_s3::{DeleteObjects, DeleteObjectsOutput, DeleteObjectsRequest, DeletedObject, Error, ObjectIdentifier};
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve, Tx};
use shape::{ApiError, Operation};

/// AWS: one request names at most this many objects.
const MOST_OBJECTS: usize = 1000;

/// Every object is allowed or denied by itself, so the answer says which were not.
impl Serve<DeleteObjects> for S3 {
    fn access(_: &Call, _: &DeleteObjectsRequest) -> Access {
        Access::open()
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: DeleteObjectsRequest) -> Outcome<DeleteObjectsOutput> {
        let (name, owner) = (input.bucket, input.expected_bucket_owner);
        let is_quiet = input.delete.quiet == Some(true);
        if input.delete.objects.is_empty() || input.delete.objects.len() > MOST_OBJECTS {
            return Err(errors::malformed_xml());
        }
        let (mut allowed, mut refused) = (Vec::new(), Vec::new());
        for wanted in input.delete.objects {
            let access = delete_access(&name, &wanted.key, wanted.version_id.as_deref());
            match cloud.authorize(DeleteObjects::SPEC, call, &access) {
                Ok(()) => allowed.push(wanted),
                Err(error) => refused.push(told(&wanted, &error)),
            }
        }
        let call = call.clone();
        let (deleted, mut failed) = cloud
            .write(&api_s3::API, &Scope::shared(), move |tx| {
                state::bucket(tx, &call, &name, owner.as_deref())?;
                let (mut deleted, mut failed) = (Vec::new(), Vec::new());
                for wanted in allowed {
                    match delete(tx, &call, &name, &wanted) {
                        Ok(gone) => deleted.push(gone),
                        Err(error) if error.fault.is_none() => failed.push(told(&wanted, &error)),
                        Err(error) => return Err(error),
                    }
                }
                Ok((deleted, failed))
            })
            .await?;
        failed.extend(refused);
        Ok(DeleteObjectsOutput { deleted: (!is_quiet).then_some(deleted), errors: Some(failed) })
    }
}

fn delete(tx: &mut Tx<'_>, call: &Call, name: &str, wanted: &ObjectIdentifier) -> Outcome<DeletedObject> {
    let bucket = state::bucket(tx, call, name, None)?;
    object::check_write(tx, (name, &wanted.key), wanted.e_tag.as_deref(), None)?;
    let removed = remove(tx, call, (name, &bucket), &wanted.key, wanted.version_id.as_deref())?;
    Ok(DeletedObject {
        key: Some(wanted.key.clone()),
        version_id: wanted.version_id.clone(),
        delete_marker: removed.is_marker.then_some(true),
        delete_marker_version_id: removed.version_id.filter(|_| removed.is_marker),
    })
}

fn told(wanted: &ObjectIdentifier, error: &ApiError) -> Error {
    Error {
        key: Some(wanted.key.clone()),
        version_id: wanted.version_id.clone(),
        code: Some(error.code.into()),
        message: Some(error.message.clone()),
    }
}

use crate::{
    S3, body,
    domain::{
        checksum::Algorithm,
        condition::{Conditions, Verdict},
        source::{self, Source},
    },
    errors,
    object::{self, Found, Target, quoted},
    recast::{recast, with_checksum},
    stack,
    state::{self, BLOB_OWNER, Object},
};
use api_s3::{
    CopyObject, CopyObjectOutput, CopyObjectRequest, CopyObjectResult, CreateMultipartUploadRequest, MetadataDirective,
    ServerSideEncryption, TaggingDirective,
};
use base::Fault;
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};
use shape::{Operation, OperationSpec};

impl Serve<CopyObject> for S3 {
    fn access(_: &Call, input: &CopyObjectRequest) -> Access {
        let access = object::write_access(&input.bucket, &input.key, input.acl, input.tagging.as_deref());
        and_source(access, &input.copy_source)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: CopyObjectRequest) -> Outcome<CopyObjectOutput> {
        let source = source::parse(&input.copy_source)?;
        let conditions = Conditions {
            matches: input.copy_source_if_match.clone(),
            none_match: input.copy_source_if_none_match.clone(),
            modified_since: input.copy_source_if_modified_since,
            unmodified_since: input.copy_source_if_unmodified_since,
        };
        let expected = input.expected_source_bucket_owner.as_deref();
        let found = find_source(cloud, CopyObject::SPEC, call, &source, expected, &conditions)?;
        if found.object.size_bytes > body::LARGEST_BODY_BYTES {
            let said =
                "The specified copy source is larger than the maximum allowable size for a copy source: 5368709120";
            return Err(errors::invalid_request(said));
        }
        check_change(&input, &source)?;
        let copied = copied(cloud, call, &input, &found).await?;
        let checksum = copied.checksum.clone();
        let etag = copied.etag.clone();
        let blob = copied.blob.clone();
        let (own_call, shared, modified) = (call.clone(), Scope::shared(), call.now);
        let named = cloud.write(&api_s3::API, &shared, move |tx| {
            let bucket = state::bucket(tx, &own_call, &input.bucket, input.expected_bucket_owner.as_deref())?;
            let key = (input.bucket.as_str(), input.key.as_str());
            object::check_write(tx, key, input.if_match.as_deref(), input.if_none_match.as_deref())?;
            stack::push(tx, &own_call, (&input.bucket, &bucket), &input.key, Some(copied))
        });
        let version_id = match named.await {
            Ok(version_id) => version_id,
            Err(error) => {
                cloud.blobs().owned_by(BLOB_OWNER).delete(&blob).await?;
                return Err(error);
            }
        };
        let result = CopyObjectResult {
            e_tag: Some(quoted(&etag)),
            last_modified: Some(modified),
            ..CopyObjectResult::default()
        };
        Ok(CopyObjectOutput {
            copy_object_result: Some(with_checksum(result, &api_s3::CopyObjectResult, checksum.as_ref())?),
            copy_source_version_id: found.shown_id(),
            version_id,
            server_side_encryption: Some(ServerSideEncryption::Aes256),
        })
    }
}

/// Reading the source, which must be allowed as well.
pub(super) fn and_source(access: Access, header: &str) -> Access {
    // What is no source is refused when the operation runs.
    let Ok(source) = source::parse(header) else { return access };
    let arn = state::object_arn(&source.bucket, &source.key);
    match source.version_id {
        None => access.and("s3:GetObject", arn),
        Some(id) => access.and("s3:GetObjectVersion", arn).with("s3:VersionId", id),
    }
}

pub(super) fn find_source(
    cloud: &Cloud,
    spec: &'static OperationSpec,
    call: &Call,
    source: &Source,
    expected_owner: Option<&str>,
    conditions: &Conditions,
) -> Outcome<Found> {
    let target = Target {
        bucket: &source.bucket,
        key: &source.key,
        version_id: source.version_id.as_deref(),
        expected_owner,
        method: "GET",
    };
    let found = cloud.read(&api_s3::API, &Scope::shared(), |tx| {
        // AWS: the source may be in another region.
        let home = tx.get(&state::BUCKETS, source.bucket.as_str())?.map(|bucket| call.in_region(bucket.region));
        object::find(tx, home.as_ref().unwrap_or(call), target)
    });
    let found = found.map_err(|error| object::hide_absence(cloud, spec, call, &source.bucket, error))?;
    match conditions.check(&found.object.etag, found.modified) {
        Verdict::Go => Ok(found),
        // AWS: a copy that is not made is a failed condition, whichever it was.
        Verdict::NotModified => Err(errors::precondition_failed("x-amz-copy-source-If-None-Match")),
        Verdict::Failed(condition) => Err(errors::precondition_failed(condition)),
    }
}

/// AWS: copying an object onto itself has to change something.
fn check_change(input: &CopyObjectRequest, source: &Source) -> Outcome<()> {
    let is_itself = source.bucket == input.bucket && source.key == input.key && source.version_id.is_none();
    let is_change = input.metadata_directive == Some(MetadataDirective::Replace)
        || input.storage_class.is_some()
        || input.website_redirect_location.is_some()
        || input.server_side_encryption.is_some()
        || input.checksum_algorithm.is_some();
    if is_itself && !is_change {
        return Err(errors::invalid_request(
            "This copy request is illegal because it is trying to copy an object to itself without changing the \
             object's metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    Ok(())
}

/// The new object, its bytes on disk.
async fn copied(cloud: &Cloud, call: &Call, input: &CopyObjectRequest, found: &Found) -> Outcome<Object> {
    let given: CreateMultipartUploadRequest =
        recast(input.clone(), &api_s3::CopyObjectRequest, &api_s3::CreateMultipartUploadRequest)?;
    let mut about = cloud.read(&api_s3::API, &Scope::shared(), |tx| {
        state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        object::about(tx, &given)
    })?;
    let kept = &found.object.about;
    if input.metadata_directive != Some(MetadataDirective::Replace) {
        // AWS: neither the storage class, the redirect nor the ACL is copied.
        about = state::About {
            storage_class: about.storage_class,
            redirect: about.redirect,
            is_public: about.is_public,
            tags: about.tags,
            ..kept.clone()
        };
    }
    if input.tagging_directive != Some(TaggingDirective::Replace) {
        about.tags = kept.tags.clone();
    }
    let blobs = cloud.blobs().owned_by(BLOB_OWNER);
    let wanted = input.checksum_algorithm.map(Algorithm::of_model).transpose()?;
    let known = found.object.checksum.as_ref().filter(|sum| !sum.is_composite);
    let keeps_hashes =
        found.object.parts.is_empty() && wanted.is_none_or(|wanted| known.is_some_and(|sum| sum.algorithm == wanted));
    if keeps_hashes {
        let (blob, size_bytes) = blobs.concat(std::slice::from_ref(&found.object.blob)).await?;
        return Ok(Object { blob, size_bytes, about, ..found.object.clone() });
    }
    // AWS: a copy is one piece, whatever its source was: its hashes are made anew.
    let size = found.object.size_bytes;
    let reader = blobs.find(&found.object.blob, 0..size).await?;
    let reader = reader.ok_or_else(|| Fault::internal("an object's blob is not there"))?;
    let algorithm = wanted.or(found.object.checksum.as_ref().map(|sum| sum.algorithm)).unwrap_or_default();
    let received = body::copy(cloud, reader, algorithm).await?;
    Ok(Object {
        blob: received.blob.id,
        size_bytes: size,
        etag: hex::encode(received.blob.md5),
        about,
        checksum: Some(received.checksum),
        parts: Vec::new(),
        upload_id: None,
    })
}

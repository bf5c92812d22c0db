use crate::{
    S3,
    domain::checksum::{self, Algorithm, Checksum, Hasher},
    errors, object,
    object::quoted,
    recast::with_checksum,
    stack,
    state::{self, BLOB_OWNER, NEWEST, OLDER, Object, ObjectPart, PARTS, Part, Upload},
    upload::Place,
};
use api_s3::{
    ChecksumType, CompleteMultipartUpload, CompleteMultipartUploadOutput, CompleteMultipartUploadRequest,
    CompletedPart, ServerSideEncryption,
};
use base::Fault;
use blob::BlobId;
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve, Tx};
use md5::{Digest, Md5};
use shape::ApiError;

/// AWS: every part but the last is at least 5 MiB.
const LEAST_PART_BYTES: u64 = 5 << 20;
/// AWS: an object is at most 50 TB.
const LARGEST_OBJECT_BYTES: u64 = 50 << 40;

impl Serve<CompleteMultipartUpload> for S3 {
    fn access(_: &Call, input: &CompleteMultipartUploadRequest) -> Access {
        Access::to(state::object_arn(&input.bucket, &input.key))
    }

    async fn serve(
        &self,
        cloud: &Cloud,
        call: &Call,
        mut input: CompleteMultipartUploadRequest,
    ) -> Outcome<CompleteMultipartUploadOutput> {
        let place = Place {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            upload_id: input.upload_id.clone(),
            expected_owner: input.expected_bucket_owner.clone(),
        };
        let listed = input.multipart_upload.take().and_then(|given| given.parts).unwrap_or_default();
        let looked = cloud.read(&api_s3::API, &Scope::shared(), |tx| {
            if let Some(completed) = find_completed(tx, call, &place)? {
                return Ok(Looked::Completed(completed));
            }
            let upload = place.find(tx, call)?;
            let key = (place.bucket.as_str(), place.key.as_str());
            object::check_write(tx, key, input.if_match.as_deref(), input.if_none_match.as_deref())?;
            Ok::<_, ApiError>(Looked::Open(upload, find_parts(tx, &place.upload_id, &listed)?))
        });
        let (upload, parts) = match looked? {
            Looked::Open(upload, parts) => (upload, parts),
            Looked::Completed((version_id, object)) => return answer(call, place, version_id, &object),
        };
        check(&input, &upload, &parts)?;
        let object = Object { upload_id: Some(place.upload_id.clone()), ..joined(cloud, &upload, &parts).await? };
        if let Err(error) = compare(&input, object.checksum.as_ref()) {
            cloud.blobs().owned_by(BLOB_OWNER).delete(&object.blob).await?;
            return Err(error);
        }
        let (own_call, own_place, own_object) = (call.clone(), place.clone(), object.clone());
        let shared = Scope::shared();
        let named = cloud.write(&api_s3::API, &shared, move |tx| {
            // Joining takes its time: a client that lost its patience may have come again and been quicker.
            if let Some(completed) = find_completed(tx, &own_call, &own_place)? {
                return Ok(completed);
            }
            own_place.find(tx, &own_call)?;
            let bucket = state::bucket(tx, &own_call, &own_place.bucket, None)?;
            let key = (own_place.bucket.as_str(), own_place.key.as_str());
            object::check_write(tx, key, input.if_match.as_deref(), input.if_none_match.as_deref())?;
            own_place.forget(tx)?;
            let kept = Some(own_object.clone());
            let version_id = stack::push(tx, &own_call, (&own_place.bucket, &bucket), &own_place.key, kept)?;
            Ok((version_id, own_object))
        });
        let named: Outcome<_> = named.await;
        if named.as_ref().map_or(true, |(_, kept)| kept.blob != object.blob) {
            cloud.blobs().owned_by(BLOB_OWNER).delete(&object.blob).await?;
        }
        let (version_id, kept) = named?;
        answer(call, place, version_id, &kept)
    }
}

/// What a completion finds.
enum Looked {
    Open(Upload, Vec<(u64, Part)>),
    /// It was completed before: its version id, where the bucket shows them, and the object.
    Completed((Option<String>, Object)),
}

/// AWS: completing an upload again succeeds, whatever the request asks for then.
fn find_completed(tx: &Tx<'_>, call: &Call, place: &Place) -> Outcome<Option<(Option<String>, Object)>> {
    let bucket = state::bucket(tx, call, &place.bucket, place.expected_owner.as_deref())?;
    let shared = tx.peek(&Scope::shared());
    let key = (place.bucket.as_str(), place.key.as_str());
    let newest = shared.get(&NEWEST, key)?.map(Ok);
    let older = shared.scan(&OLDER, key).map(|row| row.map(|(_, version)| version));
    for version in newest.into_iter().chain(older) {
        let version = version?;
        let object = version.object.filter(|object| object.upload_id.as_ref() == Some(&place.upload_id));
        if let Some(object) = object {
            return Ok(Some((object::shown_id(&bucket, &version.id), object)));
        }
    }
    Ok(None)
}

fn answer(
    call: &Call,
    place: Place,
    version_id: Option<String>,
    object: &Object,
) -> Outcome<CompleteMultipartUploadOutput> {
    let output = CompleteMultipartUploadOutput {
        location: Some(format!("https://{}.s3.{}.amazonaws.com/{}", place.bucket, call.region, place.key)),
        bucket: Some(place.bucket),
        key: Some(place.key),
        e_tag: Some(quoted(&object.etag)),
        server_side_encryption: Some(ServerSideEncryption::Aes256),
        version_id,
        ..CompleteMultipartUploadOutput::default()
    };
    with_checksum(output, &api_s3::CompleteMultipartUploadOutput, object.checksum.as_ref())
}

/// The parts that the client lists, in its order, which has to be theirs.
fn find_parts(tx: &Tx<'_>, upload_id: &str, listed: &[CompletedPart]) -> Outcome<Vec<(u64, Part)>> {
    if listed.is_empty() {
        return Err(errors::malformed_xml());
    }
    let mut found: Vec<(u64, Part)> = Vec::with_capacity(listed.len());
    for wanted in listed {
        let number =
            wanted.part_number.and_then(|number| u64::try_from(number).ok()).ok_or_else(errors::malformed_xml)?;
        if found.last().is_some_and(|(before, _)| *before >= number) {
            let said = "The list of parts was not in ascending order. Parts must be ordered by part number.";
            return Err(ApiError::new("InvalidPartOrder", 400, said));
        }
        let part = tx.get(&PARTS, (upload_id, number))?;
        let etag = wanted.e_tag.as_deref().unwrap_or_default().trim_matches('"');
        let said = checksum::said([
            wanted.checksum_crc32.clone(),
            wanted.checksum_crc32_c.clone(),
            wanted.checksum_crc64_nvme.clone(),
            wanted.checksum_sha1.clone(),
            wanted.checksum_sha256.clone(),
        ])?;
        let is_same = |part: &Part| {
            part.etag == etag
                && said.as_ref().is_none_or(|(algorithm, value)| {
                    part.checksum.algorithm != *algorithm || part.checksum.value == *value
                })
        };
        found.push((number, part.filter(is_same).ok_or_else(invalid_part)?));
    }
    Ok(found)
}

fn invalid_part() -> ApiError {
    let said = "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
                specified entity tag may not match the part's entity tag.";
    ApiError::new("InvalidPart", 400, said)
}

fn check(input: &CompleteMultipartUploadRequest, upload: &Upload, parts: &[(u64, Part)]) -> Outcome<()> {
    let (_, all_but_last) = parts.split_last().ok_or_else(errors::malformed_xml)?;
    if all_but_last.iter().any(|(_, part)| part.size_bytes < LEAST_PART_BYTES) {
        let said = "Your proposed upload is smaller than the minimum allowed size";
        return Err(ApiError::new("EntityTooSmall", 400, said));
    }
    let size: u64 = parts.iter().map(|(_, part)| part.size_bytes).sum();
    if size > LARGEST_OBJECT_BYTES {
        return Err(crate::body::too_large());
    }
    if input.mpu_object_size.is_some_and(|said| u64::try_from(said) != Ok(size)) {
        let said = "The provided 'x-amz-mp-object-size' header does not match the size of the object";
        return Err(errors::invalid_request(said));
    }
    let kind = if upload.is_composite { ChecksumType::Composite } else { ChecksumType::FullObject };
    if input.checksum_type.is_some_and(|said| said != kind) {
        let said = format!(
            "The upload was created using the {kind} checksum mode. The complete request must use the same checksum mode."
        );
        return Err(errors::invalid_request(said));
    }
    Ok(())
}

/// One object out of the parts. Its bytes are on disk when this answers.
async fn joined(cloud: &Cloud, upload: &Upload, parts: &[(u64, Part)]) -> Outcome<Object> {
    let ids: Vec<BlobId> = parts.iter().map(|(_, part)| part.blob.clone()).collect();
    let (blob, size_bytes) = cloud.blobs().owned_by(BLOB_OWNER).concat(&ids).await?;
    let mut md5 = Md5::new();
    for (_, part) in parts {
        md5.update(hex::decode(&part.etag).map_err(|why| Fault::internal("an entity tag is broken").caused_by(why))?);
    }
    let has_sums = parts.iter().all(|(_, part)| part.checksum.algorithm == upload.algorithm);
    let checksum = if has_sums {
        let sums: Vec<_> = parts.iter().map(|(_, part)| (&part.checksum, part.size_bytes)).collect();
        Checksum::joined(upload.algorithm, upload.is_composite, &sums)
    } else {
        // Nobody chose an algorithm, and the parts came with others: the whole is read once more.
        hashed(cloud, &blob, upload.algorithm).await?
    };
    let shown = parts.iter().map(|(number, part)| ObjectPart {
        number: *number,
        size_bytes: part.size_bytes,
        checksum: upload.is_chosen.then(|| part.checksum.clone()),
    });
    Ok(Object {
        blob,
        size_bytes,
        etag: format!("{}-{}", hex::encode(md5.finalize()), parts.len()),
        about: upload.about.clone(),
        checksum: Some(checksum),
        parts: shown.collect(),
        upload_id: None,
    })
}

async fn hashed(cloud: &Cloud, blob: &BlobId, algorithm: Algorithm) -> Outcome<Checksum> {
    let reader = cloud.blobs().find(blob, 0..u64::MAX).await?;
    let mut reader = reader.ok_or_else(|| Fault::internal("a blob that was just made is not there"))?;
    let mut hasher = Hasher::new(algorithm);
    while let Some(chunk) = reader.next().await? {
        hasher.update(&chunk);
    }
    Ok(Checksum::whole(algorithm, &hasher.finish()))
}

/// What the client says about the whole.
fn compare(input: &CompleteMultipartUploadRequest, found: Option<&Checksum>) -> Outcome<()> {
    let said = checksum::said([
        input.checksum_crc32.clone(),
        input.checksum_crc32_c.clone(),
        input.checksum_crc64_nvme.clone(),
        input.checksum_sha1.clone(),
        input.checksum_sha256.clone(),
    ])?;
    match (said, found) {
        (Some((algorithm, value)), Some(found)) if algorithm != found.algorithm || value != found.value => {
            Err(errors::bad_digest(&algorithm.to_model().to_string()))
        }
        _ => Ok(()),
    }
}

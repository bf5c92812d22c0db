use crate::{
    S3, body,
    domain::{
        condition::{Conditions, Verdict},
        range::{self, Wanted},
    },
    errors,
    object::{self, Found, Target, quoted},
    recast::with_checksum,
    state::BLOB_OWNER,
};
use api_s3::{GetObject, GetObjectOutput, GetObjectRequest, ServerSideEncryption, StorageClass};
use base::Fault;
use kernel::{Access, Call, Cloud, Outcome, Scope, Serve};
use shape::{ApiError, Operation};
use std::ops::Range;

impl Serve<GetObject> for S3 {
    fn access(_: &Call, input: &GetObjectRequest) -> Access {
        read_access(input)
    }

    async fn serve(&self, cloud: &Cloud, call: &Call, input: GetObjectRequest) -> Outcome<GetObjectOutput> {
        for _ in 0..MOST_TRIES {
            let found = look(cloud, GetObject::SPEC, call, &input)?;
            let (mut output, part) = answer(&found, &input)?;
            let blobs = cloud.blobs().owned_by(BLOB_OWNER);
            // Between look and open it may have been replaced, and its blob deleted: then there is a newer one.
            if let Some(reader) = blobs.find(&found.object.blob, part).await? {
                output.body = body::stream(reader);
                return Ok(output);
            }
        }
        Err(Fault::internal("an object's blob is not there").into())
    }
}

/// An object that is replaced this often while it is being opened is given up.
const MOST_TRIES: usize = 8;

pub(super) fn read_access(input: &GetObjectRequest) -> Access {
    object::versioned("s3:GetObject", "s3:GetObjectVersion", target(input))
}

fn target(input: &GetObjectRequest) -> Target<'_> {
    Target {
        bucket: &input.bucket,
        key: &input.key,
        version_id: input.version_id.as_deref(),
        expected_owner: input.expected_bucket_owner.as_deref(),
        method: "GET",
    }
}

pub(super) fn look(
    cloud: &Cloud,
    spec: &'static shape::OperationSpec,
    call: &Call,
    input: &GetObjectRequest,
) -> Outcome<Found> {
    let found = cloud.read(&api_s3::API, &Scope::shared(), |tx| object::find(tx, call, target(input)));
    let found = found.map_err(|error| object::hide_absence(cloud, spec, call, &input.bucket, error))?;
    let conditions = Conditions {
        matches: input.if_match.clone(),
        none_match: input.if_none_match.clone(),
        modified_since: input.if_modified_since,
        unmodified_since: input.if_unmodified_since,
    };
    match conditions.check(&found.object.etag, found.modified) {
        Verdict::Go => Ok(found),
        Verdict::NotModified => Err(errors::not_modified(&found.object.etag, found.modified)),
        Verdict::Failed(condition) => Err(errors::precondition_failed(condition)),
    }
}

/// Everything but the body, and which bytes that is.
pub(super) fn answer(found: &Found, input: &GetObjectRequest) -> Outcome<(GetObjectOutput, Range<u64>)> {
    let object = &found.object;
    let (part, is_partial) = wanted(found, input)?;
    let about = &object.about;
    let or = |given: &Option<String>, kept: &Option<String>| given.clone().or_else(|| kept.clone());
    let content_type = or(&input.response_content_type, &about.content_type);
    let tag_count = i32::try_from(about.tags.len()).ok().filter(|count| *count > 0);
    let output = GetObjectOutput {
        accept_ranges: Some("bytes".into()),
        last_modified: Some(found.modified),
        content_length: i64::try_from(part.end - part.start).ok(),
        e_tag: Some(quoted(&object.etag)),
        version_id: found.shown_id(),
        cache_control: or(&input.response_cache_control, &about.cache_control),
        content_disposition: or(&input.response_content_disposition, &about.content_disposition),
        content_encoding: or(&input.response_content_encoding, &about.content_encoding),
        content_language: or(&input.response_content_language, &about.content_language),
        content_range: is_partial.then(|| range::content_range(&part, object.size_bytes)),
        content_type: Some(content_type.unwrap_or_else(|| "binary/octet-stream".into())),
        expires: input.response_expires.map(|at| at.http_date()).or_else(|| about.expires.clone()),
        website_redirect_location: about.redirect.clone(),
        server_side_encryption: Some(ServerSideEncryption::Aes256),
        metadata: (!about.metadata.is_empty()).then(|| about.metadata.clone()),
        storage_class: about.storage_class.as_deref().and_then(StorageClass::parse),
        parts_count: input.part_number.and_then(|_| i32::try_from(object.parts.len()).ok()).filter(|count| *count > 0),
        tag_count,
        ..GetObjectOutput::default()
    };
    let shows_checksum = input.checksum_mode.is_some();
    let checksum = match input.part_number.filter(|_| !object.parts.is_empty()) {
        _ if !shows_checksum => None,
        Some(number) => {
            let number = u64::try_from(number).unwrap_or(0);
            object.parts.iter().find(|part| part.number == number).and_then(|part| part.checksum.as_ref())
        }
        // AWS: the checksum of all says nothing about a part.
        None if is_partial => None,
        None => object.checksum.as_ref(),
    };
    Ok((with_checksum(output, &api_s3::GetObjectOutput, checksum)?, part))
}

fn wanted(found: &Found, input: &GetObjectRequest) -> Outcome<(Range<u64>, bool)> {
    let (size, parts) = (found.object.size_bytes, &found.object.parts);
    match (&input.range, input.part_number) {
        (Some(_), Some(_)) => {
            Err(errors::invalid_request("Cannot specify both Range header and partNumber query parameter"))
        }
        (None, None) => Ok((0..size, false)),
        (Some(header), None) => match range::parse(header, size) {
            Wanted::All => Ok((0..size, false)),
            Wanted::Part(part) => Ok((part, true)),
            Wanted::Nothing => Err(errors::invalid_range(header, size)),
        },
        (None, Some(1)) if parts.is_empty() => Ok((0..size, size > 0)),
        (None, Some(number)) => {
            let mut start = 0;
            for part in parts {
                if i64::try_from(part.number).is_ok_and(|known| known == i64::from(number)) {
                    return Ok((start..start + part.size_bytes, true));
                }
                start += part.size_bytes;
            }
            Err(ApiError::new("InvalidPartNumber", 416, "The requested partnumber is not satisfiable"))
        }
    }
}

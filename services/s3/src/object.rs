//! What the operations on objects share.

use crate::{
    domain::{condition, name, tags},
    errors,
    state::{self, About, Bucket, Object, Version},
};
use api_s3::{CreateMultipartUploadRequest, ObjectCannedACL, OwnershipControls, PublicAccessBlockConfiguration};
use base::Timestamp;
use kernel::{Access, Call, Cloud, Outcome, Tx};
use shape::{ApiError, OperationSpec};

/// A version that holds an object.
pub(crate) struct Found {
    pub(crate) bucket: Bucket,
    pub(crate) version_id: String,
    pub(crate) modified: Timestamp,
    pub(crate) object: Object,
}

impl Found {
    /// The version id, where the bucket shows them.
    pub(crate) fn shown_id(&self) -> Option<String> {
        shown_id(&self.bucket, &self.version_id)
    }
}

pub(crate) fn shown_id(bucket: &Bucket, id: &str) -> Option<String> {
    (bucket.versioning != state::Versioning::Never).then(|| id.to_owned())
}

/// Which object a request means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'a> {
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version_id: Option<&'a str>,
    pub(crate) expected_owner: Option<&'a str>,
    /// The request's, which a refusal names.
    pub(crate) method: &'static str,
}

pub(crate) fn find(tx: &Tx<'_>, call: &Call, target: Target<'_>) -> Outcome<Found> {
    let Target { bucket: name, key, version_id, expected_owner, method } = target;
    let bucket = state::bucket(tx, call, name, expected_owner)?;
    let version = state::find_version(tx, name, key, version_id)?;
    match version {
        Some(Version { id, modified, object: Some(object), .. }) => {
            Ok(Found { bucket, version_id: id, modified, object })
        }
        Some(marker) if version_id.is_some() => Err(errors::is_a_marker(key, &marker.id, method)),
        Some(marker) => Err(errors::hidden_by_marker(key, &marker.id)),
        None => Err(version_id.map_or_else(|| errors::no_such_key(key), |id| errors::no_such_version(key, id))),
    }
}

/// AWS: whether a key is missing is told only to those who may list the bucket.
pub(crate) fn hide_absence(
    cloud: &Cloud,
    spec: &'static OperationSpec,
    call: &Call,
    bucket: &str,
    error: ApiError,
) -> ApiError {
    if !error.is(&api_s3::errors::NoSuchKey) {
        return error;
    }
    let may_list = Access::action("s3:ListBucket", state::bucket_arn(bucket));
    cloud.authorize(spec, call, &may_list).err().unwrap_or(error)
}

/// The action on an object, or its twin for one version of it.
pub(crate) fn versioned(action: &str, twin: &str, target: Target<'_>) -> Access {
    let arn = state::object_arn(target.bucket, target.key);
    match target.version_id {
        None => Access::action(action, arn),
        Some(id) => Access::action(twin, arn).with("s3:VersionId", id),
    }
}

/// What must be allowed to write an object with this description.
pub(crate) fn write_access(bucket: &str, key: &str, acl: Option<ObjectCannedACL>, tagging: Option<&str>) -> Access {
    let arn = state::object_arn(bucket, key);
    let given = tagging.and_then(|header| tags::parse_header(header).ok()).unwrap_or_default();
    let with_tags = |mut access: Access| {
        for (key, value) in &given {
            access = access.with(&format!("s3:RequestObjectTag/{key}"), value.as_str());
        }
        let keys = given.iter().map(|(key, _)| key.as_str());
        if given.is_empty() { access } else { access.with_all("s3:RequestObjectTagKeys", keys) }
    };
    let mut access = with_tags(Access::action("s3:PutObject", &arn));
    if let Some(acl) = acl {
        access =
            access.with("s3:x-amz-acl", acl.as_str()).and("s3:PutObjectAcl", &arn).with("s3:x-amz-acl", acl.as_str());
    }
    if tagging.is_some() { with_tags(access.and("s3:PutObjectTagging", &arn)) } else { access }
}

/// What a request says about its object. The shape stands for its twins, PutObject's and CopyObject's.
pub(crate) fn about(tx: &Tx<'_>, input: &CreateMultipartUploadRequest) -> Outcome<About> {
    if !name::is_key(&input.key) {
        return Err(ApiError::new("KeyTooLongError", 400, "Your key is too long"));
    }
    if input.server_side_encryption.is_some_and(|kind| kind.as_str() != "AES256") {
        return Err(errors::kms_not_implemented());
    }
    let metadata = input.metadata.clone().unwrap_or_default();
    let size: usize = metadata.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > MOST_METADATA_BYTES {
        let said = "Your metadata headers exceed the maximum allowed metadata size";
        return Err(ApiError::new("MetadataTooLarge", 400, said));
    }
    Ok(About {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.as_deref().and_then(without_chunked),
        content_language: input.content_language.clone(),
        content_disposition: input.content_disposition.clone(),
        cache_control: input.cache_control.clone(),
        expires: input.expires.clone(),
        redirect: input.website_redirect_location.clone(),
        metadata,
        storage_class: input.storage_class.map(|class| class.to_string()).filter(|class| class != "STANDARD"),
        tags: input.tagging.as_deref().map(tags::parse_header).transpose()?.unwrap_or_default(),
        is_public: is_public(tx, &input.bucket, input.acl)?,
    })
}

/// AWS: user metadata is at most 2 KB.
const MOST_METADATA_BYTES: usize = 2048;

/// `aws-chunked` says how the body came, not what it is.
fn without_chunked(encoding: &str) -> Option<String> {
    let kept: Vec<_> = encoding.split(',').map(str::trim).filter(|one| *one != "aws-chunked").collect();
    (!kept.is_empty()).then(|| kept.join(","))
}

/// Whether a canned ACL lets everybody read, if the bucket takes it.
pub(crate) fn is_public(tx: &Tx<'_>, bucket: &str, acl: Option<ObjectCannedACL>) -> Outcome<bool> {
    match acl {
        None | Some(ObjectCannedACL::Private | ObjectCannedACL::BucketOwnerFullControl) => Ok(false),
        Some(other) => {
            check_acls_allowed(tx, bucket)?;
            match other {
                ObjectCannedACL::PublicRead => check_public_acl(tx, bucket).map(|()| true),
                ObjectCannedACL::BucketOwnerRead => Ok(false),
                other => Err(ApiError::not_implemented(format_args!("the canned ACL {other} of s3"))),
            }
        }
    }
}

pub(crate) fn check_acls_allowed(tx: &Tx<'_>, bucket: &str) -> Outcome<()> {
    let controls: Option<OwnershipControls> =
        state::find_setting(tx, bucket, "ownershipControls", &api_s3::OwnershipControls)?;
    let rule = controls.and_then(|controls| controls.rules.into_iter().next());
    match rule {
        Some(rule) if rule.object_ownership == api_s3::ObjectOwnership::BucketOwnerEnforced => {
            Err(errors::acl_not_supported())
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_public_acl(tx: &Tx<'_>, bucket: &str) -> Outcome<()> {
    let block = public_access_block(tx, bucket)?;
    if block.block_public_acls == Some(true) { Err(errors::access_denied()) } else { Ok(()) }
}

/// All off where the bucket has none.
pub(crate) fn public_access_block(tx: &Tx<'_>, bucket: &str) -> Outcome<PublicAccessBlockConfiguration> {
    let found = state::find_setting(tx, bucket, "publicAccessBlock", &api_s3::PublicAccessBlockConfiguration)?;
    Ok(found.unwrap_or_default())
}

/// If-Match and If-None-Match of a write.
pub(crate) fn check_write(
    tx: &Tx<'_>,
    (bucket, key): (&str, &str),
    if_match: Option<&str>,
    if_none_match: Option<&str>,
) -> Outcome<()> {
    if if_match.is_none() && if_none_match.is_none() {
        return Ok(());
    }
    let newest = state::find_version(tx, bucket, key, None)?.and_then(|version| version.object);
    match (if_none_match, &newest) {
        (None, _) => {}
        (Some("*"), None) => {}
        (Some("*"), Some(_)) => return Err(errors::precondition_failed("If-None-Match")),
        (Some(_), _) => {
            let said = "A header you provided implies functionality that is not implemented";
            return Err(ApiError::new("NotImplemented", 501, said));
        }
    }
    match (if_match, &newest) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(errors::no_such_key(key)),
        (Some(wanted), Some(object)) if condition::names(wanted, &object.etag) => Ok(()),
        (Some(_), Some(_)) => Err(errors::precondition_failed("If-Match")),
    }
}

/// Changes what is said about an object that was found in this transaction; its body and its times stay.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    (bucket, key): (&str, &str),
    found: &Found,
    change: impl FnOnce(&mut Object),
) -> Outcome<()> {
    let version = state::find_version(tx, bucket, key, Some(&found.version_id))?;
    let Some(mut version) = version else { return Err(errors::no_such_key(key)) };
    if let Some(object) = &mut version.object {
        change(object);
    }
    state::put_version(tx, bucket, key, &version)
}

pub(crate) fn quoted(etag: &str) -> String {
    format!("\"{etag}\"")
}

//! What the service keeps. Names of buckets are unique over all accounts, so every row is in the shared scope, below
//! its bucket's name.
//!
//! A key's versions are a stack: the newest stands in [`NEWEST`], the others below it in [`OLDER`]. A key that has no
//! newest version has none at all, so that listing objects reads one table, and listing versions walks both in step.

use crate::{
    domain::{
        checksum::{Algorithm, Checksum},
        tags::Tags,
    },
    errors,
};
use base::{AccountId, Arn, Region, Timestamp};
use blob::BlobId;
use kernel::{Call, Outcome, Principal, Record, Rows, Scope, Tx};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shape::{Schema, Shape};
use std::collections::BTreeMap;

/// One row per bucket, by name.
pub(crate) const BUCKETS: Rows<String, Bucket> = Rows::new("bucket");
/// One row per configuration of a bucket: bucket, then its name in the request (`cors`, `policy`).
pub(crate) const SETTINGS: Rows<(String, String), Setting> = Rows::new("setting");
/// The newest version of each key: bucket, key. Byte order is S3's order.
pub(crate) const NEWEST: Rows<(String, String), Version> = Rows::new("newest");
/// The other versions: bucket, key, and the height in the stack counted down, so that newer ones come first.
pub(crate) const OLDER: Rows<(String, String, u64), Version> = Rows::new("older");
/// Uploads in parts: bucket, key, upload id. Ids begin with their time, so older uploads of a key come first.
pub(crate) const UPLOADS: Rows<(String, String, String), Upload> = Rows::new("upload");
/// Their parts: upload id, part number.
pub(crate) const PARTS: Rows<(String, u64), Part> = Rows::new("part");
/// Blobs that no other row names any more, by id, until they are deleted.
pub(crate) const TRASH: Rows<String, Trash> = Rows::new("trash");

/// What the ids of this service's blobs begin with.
pub(crate) const BLOB_OWNER: &str = "s3-";

/// The version id of what was written while versioning was not enabled.
pub(crate) const NULL_VERSION: &str = "null";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bucket {
    pub(crate) owner: AccountId,
    pub(crate) region: Region,
    pub(crate) created: Timestamp,
    pub(crate) versioning: Versioning,
}
impl Record for Bucket {}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

/// A configuration document: its shape as JSON text, or a policy's own text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Setting(pub(crate) String);
impl Record for Setting {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Version {
    pub(crate) id: String,
    /// Its place in the stack of its key.
    pub(crate) height: u64,
    pub(crate) modified: Timestamp,
    /// When a newer version came to lie on it.
    pub(crate) noncurrent_since: Option<Timestamp>,
    /// None: a delete marker.
    pub(crate) object: Option<Object>,
}
impl Record for Version {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Object {
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
    /// Without quotes.
    pub(crate) etag: String,
    pub(crate) about: About,
    pub(crate) checksum: Option<Checksum>,
    /// Empty unless it was uploaded in parts.
    pub(crate) parts: Vec<ObjectPart>,
    /// The upload that it came from: completing it again answers the same.
    pub(crate) upload_id: Option<String>,
}

/// What a client says about an object.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) expires: Option<String>,
    pub(crate) redirect: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
    /// None: STANDARD.
    pub(crate) storage_class: Option<String>,
    pub(crate) tags: Tags,
    pub(crate) is_public: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ObjectPart {
    pub(crate) number: u64,
    pub(crate) size_bytes: u64,
    pub(crate) checksum: Option<Checksum>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) initiated: Timestamp,
    pub(crate) initiator: String,
    pub(crate) about: About,
    pub(crate) algorithm: Algorithm,
    /// The client chose the algorithm, so parts answer with it.
    pub(crate) is_chosen: bool,
    pub(crate) is_composite: bool,
}
impl Record for Upload {}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) blob: BlobId,
    pub(crate) size_bytes: u64,
    pub(crate) etag: String,
    pub(crate) modified: Timestamp,
    pub(crate) checksum: Checksum,
}
impl Record for Part {}

/// It says all by being there.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Trash {}
impl Record for Trash {}

pub(crate) fn bucket_arn(name: &str) -> Arn {
    Arn::new("s3", "", "", name)
}

pub(crate) fn object_arn(bucket: &str, key: &str) -> Arn {
    Arn::new("s3", "", "", format!("{bucket}/{key}"))
}

/// The canonical user id of an account: 64 digits that follow from its number.
pub(crate) fn canonical_id(account: &AccountId) -> String {
    hex::encode(Sha256::digest(format!("canonical user of {account}")))
}

/// The bucket, if this caller asks for it in the right place.
pub(crate) fn bucket(tx: &Tx<'_>, call: &Call, name: &str, expected_owner: Option<&str>) -> Outcome<Bucket> {
    let found = tx.peek(&Scope::shared()).get(&BUCKETS, name)?;
    let bucket = found.ok_or_else(|| errors::no_such_bucket(name))?;
    // Services reach a bucket through whichever region they run in.
    let is_service = matches!(call.principal, Principal::Service { .. } | Principal::CanonicalUser { .. });
    if bucket.region != call.region && !is_service && call.invoked_by.is_none() {
        return Err(errors::permanent_redirect(name, &bucket.region));
    }
    if expected_owner.is_some_and(|expected| expected != bucket.owner.as_str()) {
        return Err(errors::access_denied());
    }
    Ok(bucket)
}

/// The newest version of a key, or the one that is named.
pub(crate) fn find_version(tx: &Tx<'_>, bucket: &str, key: &str, id: Option<&str>) -> Outcome<Option<Version>> {
    let tx = tx.peek(&Scope::shared());
    let newest = tx.get(&NEWEST, (bucket, key))?;
    let Some(id) = id else { return Ok(newest) };
    if newest.as_ref().is_none_or(|version| version.id == id) {
        return Ok(newest);
    }
    for row in tx.scan(&OLDER, (bucket, key)) {
        let (_, version) = row?;
        if version.id == id {
            return Ok(Some(version));
        }
    }
    Ok(None)
}

/// Writes a version back in its place.
pub(crate) fn put_version(tx: &mut Tx<'_>, bucket: &str, key: &str, version: &Version) -> Outcome<()> {
    let mut tx = tx.in_scope(&Scope::shared());
    let newest = tx.get(&NEWEST, (bucket, key))?;
    if newest.is_some_and(|newest| newest.height == version.height) {
        tx.put(&NEWEST, (bucket, key), version)?;
    } else {
        tx.put(&OLDER, (bucket, key, u64::MAX - version.height), version)?;
    }
    Ok(())
}

pub(crate) fn find_setting_text(tx: &Tx<'_>, bucket: &str, kind: &str) -> Outcome<Option<String>> {
    Ok(tx.peek(&Scope::shared()).get(&SETTINGS, (bucket, kind))?.map(|setting| setting.0))
}

pub(crate) fn put_setting_text(tx: &mut Tx<'_>, bucket: &str, kind: &str, text: String) -> Outcome<()> {
    Ok(tx.in_scope(&Scope::shared()).put(&SETTINGS, (bucket, kind), &Setting(text))?)
}

pub(crate) fn delete_setting(tx: &mut Tx<'_>, bucket: &str, kind: &str) {
    tx.in_scope(&Scope::shared()).delete(&SETTINGS, (bucket, kind));
}

/// A configuration of a bucket, as the shape that the client sent.
pub(crate) fn find_setting<T: Shape>(
    tx: &Tx<'_>,
    bucket: &str,
    kind: &str,
    schema: &'static Schema,
) -> Outcome<Option<T>> {
    let Some(text) = find_setting_text(tx, bucket, kind)? else { return Ok(None) };
    let broken =
        |why: String| base::Fault::internal(format!("the {kind} setting of a bucket is broken")).caused_by(why);
    let json = serde_json::from_str(&text).map_err(|why| broken(why.to_string()))?;
    let value = wire::properties::decode(schema, &json).map_err(|problems| broken(format!("{problems:?}")))?;
    Ok(Some(T::from_value(value).map_err(|mismatch| broken(mismatch.to_string()))?))
}

pub(crate) fn put_setting<T: Shape>(
    tx: &mut Tx<'_>,
    bucket: &str,
    kind: &str,
    schema: &'static Schema,
    setting: T,
) -> Outcome<()> {
    put_setting_text(tx, bucket, kind, wire::properties::encode(schema, &setting.into_value()).to_string())
}

/// Lets go of a blob: the sweeper deletes it once this transaction is durable.
pub(crate) fn discard(tx: &mut Tx<'_>, blob: &BlobId) -> Outcome<()> {
    Ok(tx.in_scope(&Scope::shared()).put(&TRASH, blob.as_str(), &Trash {})?)
}

//! ListObjects and ListObjectsV2, which differ in how they go on.

use crate::{
    S3,
    domain::listing::{self, Entry, From, MOST_ENTRIES, Page, Query},
    errors, object,
    state::{self, NEWEST, Version},
};
use api_s3::{
    CommonPrefix, EncodingType, ListObjects, ListObjectsOutput, ListObjectsRequest, ListObjectsV2, ListObjectsV2Output,
    ListObjectsV2Request, Object, ObjectStorageClass, Owner,
};
use base::Fault;
use kernel::{Access, Call, Order, Outcome, Read, Scope, Tx};
use std::ops::Bound;

impl Read<ListObjects> for S3 {
    fn access(_: &Call, input: &ListObjectsRequest) -> Access {
        list_access(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_keys)
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListObjectsRequest) -> Outcome<ListObjectsOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let most = most_keys(input.max_keys, "maxKeys")?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let from = listing::behind_marker(input.marker.as_deref().unwrap_or_default(), &prefix, delimiter);
        let found = objects(tx, &input.bucket, &Query { prefix: &prefix, delimiter, most }, from)?;
        let owner = Owner { id: Some(state::canonical_id(&bucket.owner)) };
        let words = Words(input.encoding_type);
        // AWS: without a delimiter the last key says where to go on, and NextMarker is not given.
        let next = found.last().filter(|_| found.is_truncated && delimiter.is_some()).map(|last| words.write(last));
        Ok(ListObjectsOutput {
            is_truncated: Some(found.is_truncated),
            marker: Some(words.write(input.marker.as_deref().unwrap_or_default())),
            next_marker: next,
            name: Some(input.bucket),
            prefix: Some(words.write(&prefix)),
            delimiter: delimiter.map(|delimiter| words.write(delimiter)),
            max_keys: i32::try_from(most).ok(),
            common_prefixes: Some(words.groups(&found)),
            encoding_type: input.encoding_type,
            contents: Some(words.contents(found, Some(&owner))),
        })
    }
}

impl Read<ListObjectsV2> for S3 {
    fn access(_: &Call, input: &ListObjectsV2Request) -> Access {
        list_access(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_keys)
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListObjectsV2Request) -> Outcome<ListObjectsV2Output> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let most = most_keys(input.max_keys, "max-keys")?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let from = match &input.continuation_token {
            None => input.start_after.clone().filter(|after| !after.is_empty()).map(From::After),
            Some(token) => {
                let last = listing::read_token(token).filter(|last| !last.is_empty()).ok_or_else(|| {
                    errors::invalid_argument(
                        "The continuation token provided is incorrect",
                        "continuation-token",
                        token,
                    )
                })?;
                listing::behind_marker(&last, &prefix, delimiter)
            }
        };
        let found = objects(tx, &input.bucket, &Query { prefix: &prefix, delimiter, most }, from)?;
        let owner = Owner { id: Some(state::canonical_id(&bucket.owner)) };
        let words = Words(input.encoding_type);
        Ok(ListObjectsV2Output {
            is_truncated: Some(found.is_truncated),
            name: Some(input.bucket),
            prefix: Some(words.write(&prefix)),
            delimiter: delimiter.map(|delimiter| words.write(delimiter)),
            max_keys: i32::try_from(most).ok(),
            common_prefixes: Some(words.groups(&found)),
            encoding_type: input.encoding_type,
            key_count: i32::try_from(found.entries.len()).ok(),
            continuation_token: input.continuation_token,
            next_continuation_token: found.last().filter(|_| found.is_truncated).map(listing::token),
            start_after: input.start_after.map(|after| words.write(&after)),
            contents: Some(words.contents(found, (input.fetch_owner == Some(true)).then_some(&owner))),
        })
    }
}

/// ListBucket and the condition keys that go with it.
pub(super) fn list_access(bucket: &str, prefix: Option<&str>, delimiter: Option<&str>, most: Option<i32>) -> Access {
    let mut access = Access::to(state::bucket_arn(bucket));
    if let Some(prefix) = prefix {
        access = access.with("s3:prefix", prefix);
    }
    if let Some(delimiter) = delimiter {
        access = access.with("s3:delimiter", delimiter);
    }
    match most {
        Some(most) => access.with("s3:max-keys", most.to_string()),
        None => access,
    }
}

pub(super) fn most_keys(asked: Option<i32>, name: &str) -> Outcome<usize> {
    match asked {
        None => Ok(MOST_ENTRIES),
        Some(asked) => usize::try_from(asked).map(|asked| asked.min(MOST_ENTRIES)).map_err(|_| {
            errors::invalid_argument(
                format!("Argument {name} must be an integer between 0 and 2147483647"),
                name,
                asked,
            )
        }),
    }
}

/// One page of the keys whose newest version is an object.
fn objects(tx: &Tx<'_>, bucket: &str, query: &Query<'_>, from: Option<From>) -> Outcome<Page<Version>> {
    let shared = tx.peek(&Scope::shared());
    let scan = |from: From| {
        let rows = shared.scan_from(&NEWEST, (bucket,), bound(bucket, from), Order::Forward);
        rows.filter(|row| row.as_ref().map_or(true, |(_, version)| version.object.is_some()))
            .map(|row| row.map(|((_, key), version)| (key, version)))
    };
    Ok(listing::page(query, from, scan)?)
}

pub(super) fn bound(bucket: &str, from: From) -> Bound<(String, String)> {
    match from {
        From::Key(key) => Bound::Included((bucket.to_owned(), key)),
        From::After(key) => Bound::Excluded((bucket.to_owned(), key)),
    }
}

/// How keys are written in an answer.
#[derive(Clone, Copy)]
pub(super) struct Words(pub(super) Option<EncodingType>);

impl Words {
    pub(super) fn write(self, text: &str) -> String {
        if self.0.is_some() { listing::url_encoded(text) } else { text.to_owned() }
    }
    pub(super) fn groups<T>(self, page: &Page<T>) -> Vec<CommonPrefix> {
        page.groups().map(|prefix| CommonPrefix { prefix: Some(self.write(prefix)) }).collect()
    }
    fn contents(self, page: Page<Version>, owner: Option<&Owner>) -> Vec<Object> {
        let items = page.entries.into_iter().filter_map(|entry| match entry {
            Entry::Item(key, version) => Some((key, version)),
            Entry::Group(_) => None,
        });
        items.filter_map(|(key, version)| self.content(&key, version, owner)).collect()
    }
    fn content(self, key: &str, version: Version, owner: Option<&Owner>) -> Option<Object> {
        let found = version.object?;
        let class = found.about.storage_class.as_deref().unwrap_or("STANDARD");
        Some(Object {
            key: Some(self.write(key)),
            last_modified: Some(version.modified),
            e_tag: Some(object::quoted(&found.etag)),
            checksum_algorithm: found.checksum.as_ref().map(|sum| vec![sum.algorithm.to_model()]),
            checksum_type: found.checksum.as_ref().map(|sum| sum.kind()),
            size: i64::try_from(found.size_bytes).ok(),
            storage_class: ObjectStorageClass::parse(class),
            owner: owner.cloned(),
        })
    }
}

/// A scan's rows without their bucket.
pub(super) type Row<T> = Result<(String, T), Fault>;

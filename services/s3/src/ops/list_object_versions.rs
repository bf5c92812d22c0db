use super::list_objects::{Row, Words, bound, list_access, most_keys};
use crate::{
    S3,
    domain::listing::{self, Entry, From, Page, Query},
    errors, object,
    state::{self, NEWEST, OLDER, Version},
};
use api_s3::{
    DeleteMarkerEntry, ListObjectVersions, ListObjectVersionsOutput, ListObjectVersionsRequest, ObjectVersion,
    ObjectVersionStorageClass, Owner,
};
use kernel::{Access, Call, Order, Outcome, Read, Scope, Tx};

/// A version, and whether it is the newest.
type Listed = (Version, bool);

impl Read<ListObjectVersions> for S3 {
    fn access(_: &Call, input: &ListObjectVersionsRequest) -> Access {
        list_access(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), input.max_keys)
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListObjectVersionsRequest) -> Outcome<ListObjectVersionsOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let most = most_keys(input.max_keys, "max-keys")?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
        let within = input.version_id_marker.as_deref().filter(|id| !id.is_empty());
        if within.is_some() && marker.is_none() {
            let said = "A version-id marker cannot be specified without a key marker.";
            return Err(errors::invalid_argument(said, "version-id-marker", within.unwrap_or_default()));
        }
        let query = Query { prefix: &prefix, delimiter, most };
        let found = versions(tx, &input.bucket, &query, marker.zip(within), marker)?;
        let owner = Owner { id: Some(state::canonical_id(&bucket.owner)) };
        let words = Words(input.encoding_type);
        let last = found.entries.last().filter(|_| found.is_truncated);
        let next_version_id_marker = match last {
            Some(Entry::Item(_, (version, _))) => Some(version.id.clone()),
            _ => None,
        };
        let mut output = ListObjectVersionsOutput {
            is_truncated: Some(found.is_truncated),
            key_marker: Some(words.write(marker.unwrap_or_default())),
            version_id_marker: Some(within.unwrap_or_default().into()),
            next_key_marker: found.last().filter(|_| found.is_truncated).map(|last| words.write(last)),
            next_version_id_marker,
            name: Some(input.bucket),
            prefix: Some(words.write(&prefix)),
            delimiter: delimiter.map(|delimiter| words.write(delimiter)),
            max_keys: i32::try_from(most).ok(),
            common_prefixes: Some(words.groups(&found)),
            encoding_type: input.encoding_type,
            ..ListObjectVersionsOutput::default()
        };
        let (mut shown, mut markers) = (Vec::new(), Vec::new());
        for entry in found.entries {
            let Entry::Item(key, (version, is_latest)) = entry else { continue };
            match version.object {
                Some(_) => shown.extend(self::version(words.write(&key), version, is_latest, &owner)),
                None => markers.push(DeleteMarkerEntry {
                    owner: Some(owner.clone()),
                    key: Some(words.write(&key)),
                    version_id: Some(version.id),
                    is_latest: Some(is_latest),
                    last_modified: Some(version.modified),
                }),
            }
        }
        (output.versions, output.delete_markers) = (Some(shown), Some(markers));
        Ok(output)
    }
}

fn version(key: String, version: Version, is_latest: bool, owner: &Owner) -> Option<ObjectVersion> {
    let found = version.object?;
    Some(ObjectVersion {
        e_tag: Some(object::quoted(&found.etag)),
        checksum_algorithm: found.checksum.as_ref().map(|sum| vec![sum.algorithm.to_model()]),
        checksum_type: found.checksum.as_ref().map(|sum| sum.kind()),
        size: i64::try_from(found.size_bytes).ok(),
        // AWS: the model knows one class of versions.
        storage_class: Some(ObjectVersionStorageClass::Standard),
        key: Some(key),
        version_id: Some(version.id),
        is_latest: Some(is_latest),
        last_modified: Some(version.modified),
        owner: Some(owner.clone()),
    })
}

/// The stacks of all keys, one after another.
fn versions(
    tx: &Tx<'_>,
    bucket: &str,
    query: &Query<'_>,
    behind_version: Option<(&str, &str)>,
    marker: Option<&str>,
) -> Outcome<Page<Listed>> {
    let shared = tx.peek(&Scope::shared());
    let from = match behind_version {
        // The rest of this key's stack comes first.
        Some((key, _)) => Some(From::Key(key.to_owned())),
        None => listing::behind_marker(marker.unwrap_or_default(), query.prefix, query.delimiter),
    };
    let scan = |from: From| {
        let newest = shared.scan_from(&NEWEST, (bucket,), bound(bucket, from), Order::Forward);
        let stacks = newest.flat_map(|row| -> Vec<Row<Listed>> {
            let (key, newest) = match row {
                Ok(((_, key), newest)) => (key, newest),
                Err(fault) => return vec![Err(fault)],
            };
            let older = shared.scan(&OLDER, (bucket, key.as_str()));
            let below: Vec<_> = older.map(|row| row.map(|((_, key, _), version)| (key, (version, false)))).collect();
            std::iter::once(Ok((key, (newest, true)))).chain(below).collect()
        });
        let mut is_behind = behind_version.is_none();
        stacks.filter(move |row| match (row, behind_version) {
            (Ok((key, (version, _))), Some((marked, id))) if key == marked => {
                let was_behind = is_behind;
                is_behind |= version.id == id;
                was_behind
            }
            _ => true,
        })
    };
    Ok(listing::page(query, from, scan)?)
}

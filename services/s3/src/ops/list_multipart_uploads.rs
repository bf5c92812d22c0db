use super::list_objects::{Words, list_access, most_keys};
use crate::{
    S3,
    domain::listing::{self, Entry, From, Query},
    state::{self, UPLOADS, Upload},
};
use api_s3::{
    ChecksumType, Initiator, ListMultipartUploads, ListMultipartUploadsOutput, ListMultipartUploadsRequest,
    MultipartUpload, Owner, StorageClass,
};
use kernel::{Access, Call, Order, Outcome, Read, Scope, Tx};
use std::ops::Bound;

impl Read<ListMultipartUploads> for S3 {
    fn access(_: &Call, input: &ListMultipartUploadsRequest) -> Access {
        list_access(&input.bucket, input.prefix.as_deref(), input.delimiter.as_deref(), None)
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListMultipartUploadsRequest) -> Outcome<ListMultipartUploadsOutput> {
        let bucket = state::bucket(tx, call, &input.bucket, input.expected_bucket_owner.as_deref())?;
        let most = most_keys(input.max_uploads, "max-uploads")?;
        let prefix = input.prefix.clone().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().filter(|delimiter| !delimiter.is_empty());
        let marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
        // AWS: an upload id says nothing without a key.
        let within = marker.zip(input.upload_id_marker.as_deref().filter(|id| !id.is_empty()));
        let from = match within {
            Some((key, _)) => Some(From::Key(key.to_owned())),
            None => listing::behind_marker(marker.unwrap_or_default(), &prefix, delimiter),
        };
        let shared = tx.peek(&Scope::shared());
        let name = input.bucket.as_str();
        let scan = |from: From| {
            let bound = match from {
                From::Key(key) => match within.filter(|(marked, _)| *marked == key) {
                    Some((_, id)) => Bound::Excluded((name.to_owned(), key, id.to_owned())),
                    None => Bound::Included((name.to_owned(), key, String::new())),
                },
                // Behind all uploads of this key: no id is as high as this letter.
                From::After(key) => Bound::Included((name.to_owned(), key, '\u{10ffff}'.to_string())),
            };
            let rows = shared.scan_from(&UPLOADS, (name,), bound, Order::Forward);
            rows.map(|row| row.map(|((_, key, id), upload)| (key, (id, upload))))
        };
        let found = listing::page(&Query { prefix: &prefix, delimiter, most }, from, scan)?;
        let words = Words(input.encoding_type);
        let owner = Owner { id: Some(state::canonical_id(&bucket.owner)) };
        let last = found.entries.last().filter(|_| found.is_truncated);
        let next_upload_id_marker = match last {
            Some(Entry::Item(_, (id, _))) => Some(id.clone()),
            _ => None,
        };
        Ok(ListMultipartUploadsOutput {
            key_marker: Some(words.write(marker.unwrap_or_default())),
            upload_id_marker: Some(within.map_or("", |(_, id)| id).into()),
            next_key_marker: found.last().filter(|_| found.is_truncated).map(|last| words.write(last)),
            next_upload_id_marker,
            prefix: Some(words.write(&prefix)),
            delimiter: delimiter.map(|delimiter| words.write(delimiter)),
            max_uploads: i32::try_from(most).ok(),
            is_truncated: Some(found.is_truncated),
            common_prefixes: Some(words.groups(&found)),
            encoding_type: input.encoding_type,
            uploads: Some(
                found
                    .entries
                    .into_iter()
                    .filter_map(|entry| match entry {
                        Entry::Item(key, (id, upload)) => Some(shown(words.write(&key), id, upload, &owner)),
                        Entry::Group(_) => None,
                    })
                    .collect(),
            ),
            bucket: Some(input.bucket),
        })
    }
}

fn shown(key: String, id: String, upload: Upload, owner: &Owner) -> MultipartUpload {
    let kind = if upload.is_composite { ChecksumType::Composite } else { ChecksumType::FullObject };
    MultipartUpload {
        upload_id: Some(id),
        key: Some(key),
        initiated: Some(upload.initiated),
        storage_class: StorageClass::parse(upload.about.storage_class.as_deref().unwrap_or("STANDARD")),
        owner: Some(owner.clone()),
        initiator: Some(Initiator { id: Some(upload.initiator) }),
        checksum_algorithm: upload.is_chosen.then(|| upload.algorithm.to_model()),
        checksum_type: upload.is_chosen.then_some(kind),
    }
}

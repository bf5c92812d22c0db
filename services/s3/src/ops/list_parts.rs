use crate::{
    S3, errors,
    object::quoted,
    recast::with_checksum,
    state::{self, PARTS},
    upload::Place,
};
use api_s3::{ChecksumType, Initiator, ListParts, ListPartsOutput, ListPartsRequest, Owner, Part, StorageClass};
use kernel::{Access, Call, Order, Outcome, Read, Scope, Tx};
use std::ops::Bound;

/// AWS: a page has at most this many parts.
const MOST_LISTED: usize = 1000;

impl Read<ListParts> for S3 {
    fn access(_: &Call, input: &ListPartsRequest) -> Access {
        Access::to(state::object_arn(&input.bucket, &input.key))
    }

    fn read(tx: &Tx<'_>, call: &Call, input: ListPartsRequest) -> Outcome<ListPartsOutput> {
        let place = Place {
            bucket: input.bucket,
            key: input.key,
            upload_id: input.upload_id,
            expected_owner: input.expected_bucket_owner,
        };
        let upload = place.find(tx, call)?;
        let bucket = state::bucket(tx, call, &place.bucket, None)?;
        let asked = input.max_parts.map_or(Ok(MOST_LISTED), usize::try_from).map_err(|_| {
            let said = "Argument max-parts must be an integer between 0 and 2147483647";
            errors::invalid_argument(said, "max-parts", input.max_parts.unwrap_or_default())
        })?;
        let most = asked.min(MOST_LISTED);
        let marker = input.part_number_marker.unwrap_or(0);
        let after = u64::try_from(marker).map_err(|_| {
            let said = "Argument part-number-marker must be an integer between 0 and 2147483647";
            errors::invalid_argument(said, "part-number-marker", marker)
        })?;
        let shared = tx.peek(&Scope::shared());
        let from = Bound::Excluded((place.upload_id.as_str(), after));
        let rows = shared.scan_from(&PARTS, (place.upload_id.as_str(),), from, Order::Forward);
        let mut found = rows.take(most + 1).collect::<Result<Vec<_>, _>>()?;
        let is_truncated = found.len() > most;
        found.truncate(most);
        let last = found.last().map_or(after, |((_, number), _)| *number);
        let parts = found.into_iter().map(|((_, number), part)| {
            let shown = Part {
                part_number: i32::try_from(number).ok(),
                last_modified: Some(part.modified),
                e_tag: Some(quoted(&part.etag)),
                size: i64::try_from(part.size_bytes).ok(),
                ..Part::default()
            };
            with_checksum(shown, &api_s3::Part, upload.is_chosen.then_some(&part.checksum))
        });
        let parts = parts.collect::<Outcome<Vec<_>>>()?;
        let kind = if upload.is_composite { ChecksumType::Composite } else { ChecksumType::FullObject };
        Ok(ListPartsOutput {
            bucket: Some(place.bucket),
            key: Some(place.key),
            upload_id: Some(place.upload_id),
            part_number_marker: Some(marker),
            next_part_number_marker: i32::try_from(last).ok(),
            max_parts: i32::try_from(most).ok(),
            is_truncated: Some(is_truncated),
            parts: Some(parts),
            initiator: Some(Initiator { id: Some(upload.initiator) }),
            owner: Some(Owner { id: Some(state::canonical_id(&bucket.owner)) }),
            storage_class: StorageClass::parse(upload.about.storage_class.as_deref().unwrap_or("STANDARD")),
            checksum_algorithm: upload.is_chosen.then(|| upload.algorithm.to_model()),
            checksum_type: upload.is_chosen.then_some(kind),
        })
    }
}

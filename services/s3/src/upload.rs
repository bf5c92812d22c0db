//! What the operations on uploads in parts share.

use crate::{
    body::Received,
    errors,
    state::{self, BLOB_OWNER, PARTS, Part, UPLOADS, Upload},
};
use kernel::{Call, Cloud, Outcome, Scope, Tx};

/// AWS: parts are numbered from 1 to 10,000.
pub(crate) const MOST_PARTS: i32 = 10_000;

/// Which part of which upload a request means.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) upload_id: String,
    pub(crate) expected_owner: Option<String>,
}

impl Place {
    pub(crate) fn find(&self, tx: &Tx<'_>, call: &Call) -> Outcome<Upload> {
        state::bucket(tx, call, &self.bucket, self.expected_owner.as_deref())?;
        let key = (self.bucket.as_str(), self.key.as_str(), self.upload_id.as_str());
        tx.peek(&Scope::shared()).get(&UPLOADS, key)?.ok_or_else(errors::no_such_upload)
    }

    /// Forgets the upload and its parts.
    pub(crate) fn forget(&self, tx: &mut Tx<'_>) -> Outcome<()> {
        let mut tx = tx.in_scope(&Scope::shared());
        for ((id, number), part) in tx.list(&PARTS, (self.upload_id.as_str(),))? {
            state::discard(&mut tx, &part.blob)?;
            tx.delete(&PARTS, (id, number));
        }
        tx.delete(&UPLOADS, (self.bucket.as_str(), self.key.as_str(), self.upload_id.as_str()));
        Ok(())
    }
}

pub(crate) fn check_number(number: i32) -> Outcome<u64> {
    let said = "Part number must be an integer between 1 and 10000, inclusive";
    match u64::try_from(number) {
        Ok(place) if (1..=MOST_PARTS).contains(&number) => Ok(place),
        _ => Err(errors::invalid_argument(said, "partNumber", number)),
    }
}

/// Names a part that is on disk, in place of the one that had its number before.
pub(crate) async fn name_part(
    cloud: &Cloud,
    call: &Call,
    place: Place,
    number: u64,
    received: Received,
) -> Outcome<Part> {
    let part = Part {
        size_bytes: received.blob.size_bytes,
        etag: hex::encode(received.blob.md5),
        blob: received.blob.id,
        modified: call.now,
        checksum: received.checksum,
    };
    let (own_call, shared, own_part) = (call.clone(), Scope::shared(), part.clone());
    let named = cloud.write(&api_s3::API, &shared, move |tx| {
        place.find(tx, &own_call)?;
        let mut tx = tx.in_scope(&Scope::shared());
        if let Some(before) = tx.get(&PARTS, (place.upload_id.as_str(), number))? {
            state::discard(&mut tx, &before.blob)?;
        }
        tx.put(&PARTS, (place.upload_id.as_str(), number), &own_part)?;
        Ok(())
    });
    if let Err(error) = named.await {
        cloud.blobs().owned_by(BLOB_OWNER).delete(&part.blob).await?;
        return Err(error);
    }
    Ok(part)
}

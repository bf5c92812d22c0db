//! The versions of a key: what lies on top, and what comes to light when it goes.

use crate::state::{Bucket, NEWEST, NULL_VERSION, OLDER, Object, Version, Versioning, discard};
use kernel::{Call, Outcome, Scope, Tx};

/// What a deletion did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Removed {
    /// The version that is gone, or the delete marker that was laid; absent without versioning.
    pub(crate) version_id: Option<String>,
    /// A delete marker was laid or removed.
    pub(crate) is_marker: bool,
}

/// Lays an object (or, for None, a delete marker) on the stack. Answers with its version id where the bucket has them.
pub(crate) fn push(
    tx: &mut Tx<'_>,
    call: &Call,
    (name, bucket): (&str, &Bucket),
    key: &str,
    object: Option<Object>,
) -> Outcome<Option<String>> {
    let mut tx = tx.in_scope(&Scope::shared());
    let newest = tx.get(&NEWEST, (name, key))?;
    let height = newest.as_ref().map_or(1, |newest| newest.height + 1);
    let id = match bucket.versioning {
        Versioning::Enabled => call.entropy.text(VERSION_ALPHABET, VERSION_LENGTH),
        Versioning::Never | Versioning::Suspended => NULL_VERSION.to_owned(),
    };
    if let Some(newest) = newest {
        if newest.id == id {
            discard_version(&mut tx, &newest)?;
        } else {
            let buried = Version { noncurrent_since: Some(call.now), ..newest };
            tx.put(&OLDER, (name, key, u64::MAX - buried.height), &buried)?;
            if id == NULL_VERSION {
                // AWS: a key has at most one version without an id.
                drop_older(&mut tx, name, key, NULL_VERSION)?;
            }
        }
    }
    let version = Version { id: id.clone(), height, modified: call.now, noncurrent_since: None, object };
    tx.put(&NEWEST, (name, key), &version)?;
    Ok((bucket.versioning != Versioning::Never).then_some(id))
}

/// DeleteObject without a version id: a marker where the bucket keeps versions, else the object goes.
pub(crate) fn delete(tx: &mut Tx<'_>, call: &Call, (name, bucket): (&str, &Bucket), key: &str) -> Outcome<Removed> {
    if bucket.versioning == Versioning::Never {
        let mut tx = tx.in_scope(&Scope::shared());
        if let Some(newest) = tx.get(&NEWEST, (name, key))? {
            discard_version(&mut tx, &newest)?;
            tx.delete(&NEWEST, (name, key));
        }
        return Ok(Removed::default());
    }
    let version_id = push(tx, call, (name, bucket), key, None)?;
    Ok(Removed { version_id, is_marker: true })
}

/// Removes one version for good. What is not there is removed already.
pub(crate) fn delete_version(tx: &mut Tx<'_>, name: &str, key: &str, id: &str) -> Outcome<Removed> {
    let mut tx = tx.in_scope(&Scope::shared());
    let newest = tx.get(&NEWEST, (name, key))?.filter(|newest| newest.id == id);
    let gone = match newest {
        None => drop_older(&mut tx, name, key, id)?,
        Some(newest) => {
            discard_version(&mut tx, &newest)?;
            let below = tx.scan(&OLDER, (name, key)).next().transpose()?;
            match below {
                None => tx.delete(&NEWEST, (name, key)),
                Some((place, below)) => {
                    tx.delete(&OLDER, place);
                    tx.put(&NEWEST, (name, key), &Version { noncurrent_since: None, ..below })?;
                }
            }
            Some(newest)
        }
    };
    let is_marker = gone.is_some_and(|version| version.object.is_none());
    Ok(Removed { version_id: Some(id.to_owned()), is_marker })
}

fn drop_older(tx: &mut Tx<'_>, name: &str, key: &str, id: &str) -> Outcome<Option<Version>> {
    let mut found = None;
    for row in tx.scan(&OLDER, (name, key)) {
        let (place, version) = row?;
        if version.id == id {
            found = Some((place, version));
            break;
        }
    }
    let Some((place, version)) = found else { return Ok(None) };
    discard_version(tx, &version)?;
    tx.delete(&OLDER, place);
    Ok(Some(version))
}

fn discard_version(tx: &mut Tx<'_>, version: &Version) -> Outcome<()> {
    match &version.object {
        Some(object) => discard(tx, &object.blob),
        None => Ok(()),
    }
}

const VERSION_ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
/// AWS: version ids are opaque, and as long as this today.
const VERSION_LENGTH: usize = 32;

//! Rows with types: what a service declares once per kind, as a constant.
//!
//! A row's key is `scope ++ table ++ key`. The scope (account, region, service) is bytes that the kernel supplies. Its
//! value is one byte, the version of the record, and then the record as a MessagePack map by field name: a new
//! field with a serde default needs no new version; anything else does, and an `upgrade`.

use crate::{
    key::{KeyPart, KeyPrefix},
    read::{KeyRange, Order, Read},
    tx::Tx,
};
use base::Fault;
use serde::{Serialize, de::DeserializeOwned};
use std::{fmt, marker::PhantomData, ops::Bound};

/// What a row holds.
pub trait Record: Serialize + DeserializeOwned {
    const VERSION: u8 = 1;
    /// Reads what an older version wrote: `bytes` are the map without the version, for [`decode`].
    fn upgrade(version: u8, bytes: &[u8]) -> Result<Self, Fault> {
        let _ = bytes;
        Err(Fault::internal(format!("a record of version {version} has no way to version {}", Self::VERSION)))
    }
}

/// Reads the map of a record, in an `upgrade`.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    rmp_serde::from_slice(bytes).map_err(|error| Fault::internal("a record cannot be read").caused_by(error))
}

/// One kind of rows: its name, what its keys and its records are.
pub struct Rows<K, V> {
    table: &'static str,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> Rows<K, V> {
    pub const fn new(table: &'static str) -> Self {
        Self { table, types: PhantomData }
    }
    pub const fn table(&self) -> &'static str {
        self.table
    }
    /// The prefix of all rows of this kind in `scope`: what one watches.
    pub fn prefix(&self, scope: &[u8]) -> Vec<u8> {
        let mut bytes = scope.to_vec();
        self.table.encode(&mut bytes);
        bytes
    }
}

impl<K: KeyPart<Owned = K>, V: Record> Rows<K, V> {
    pub fn key(&self, scope: &[u8], key: impl KeyPart<Owned = K>) -> Vec<u8> {
        let mut bytes = self.prefix(scope);
        key.encode(&mut bytes);
        bytes
    }

    pub fn get(&self, read: &dyn Read, scope: &[u8], key: impl KeyPart<Owned = K>) -> Result<Option<V>, Fault> {
        let found = read.get(&self.key(scope, key))?;
        found.map(|bytes| self.decode_record(&bytes)).transpose()
    }

    pub fn put(&self, tx: &mut Tx<'_>, scope: &[u8], key: impl KeyPart<Owned = K>, record: &V) -> Result<(), Fault> {
        tx.put(&self.key(scope, key), self.encode_record(record)?);
        Ok(())
    }

    pub fn delete(&self, tx: &mut Tx<'_>, scope: &[u8], key: impl KeyPart<Owned = K>) {
        tx.delete(&self.key(scope, key));
    }

    /// Deletes every row whose key begins with `prefix`.
    pub fn delete_prefix(&self, tx: &mut Tx<'_>, scope: &[u8], prefix: impl KeyPrefix<K>) {
        tx.delete_range(self.range(scope, prefix));
    }

    /// The rows whose key begins with `prefix`, `()` for all.
    pub fn scan_prefix<'a>(
        &'a self,
        read: &'a dyn Read,
        scope: &[u8],
        prefix: impl KeyPrefix<K>,
        order: Order,
    ) -> impl Iterator<Item = Result<(K, V), Fault>> + 'a {
        self.rows_in(read, scope, self.range(scope, prefix), order)
    }

    /// The rows whose key begins with `prefix`, in `order`, from the key `from` on: with it (`Included`), behind it
    /// (`Excluded`), or all (`Unbounded`). Backward, that is from `from` downwards.
    pub fn scan_from<'a>(
        &'a self,
        read: &'a dyn Read,
        scope: &[u8],
        prefix: impl KeyPrefix<K>,
        from: Bound<impl KeyPart<Owned = K>>,
        order: Order,
    ) -> impl Iterator<Item = Result<(K, V), Fault>> + 'a {
        let mut range = self.range(scope, prefix);
        // A key's bytes say where they end, so a zero more is the next possible key.
        let after = |mut key: Vec<u8>| {
            key.push(0);
            key
        };
        let bound = match from {
            Bound::Unbounded => None,
            Bound::Included(key) => Some((self.key(scope, key), true)),
            Bound::Excluded(key) => Some((self.key(scope, key), false)),
        };
        match (bound, order) {
            (None, _) => {}
            (Some((key, true)), Order::Forward) => range.start = range.start.max(key),
            (Some((key, false)), Order::Forward) => range.start = range.start.max(after(key)),
            (Some((key, true)), Order::Backward) => range.end = least(range.end, after(key)),
            (Some((key, false)), Order::Backward) => range.end = least(range.end, key),
        }
        self.rows_in(read, scope, range, order)
    }

    fn rows_in<'a>(
        &'a self,
        read: &'a dyn Read,
        scope: &[u8],
        range: KeyRange,
        order: Order,
    ) -> impl Iterator<Item = Result<(K, V), Fault>> + 'a {
        let skipped = self.prefix(scope).len();
        read.scan(range, order).map(move |row| {
            let (key, value) = row?;
            Ok((self.decode_key(&key[skipped..])?, self.decode_record(&value)?))
        })
    }

    /// All keys that begin with `prefix`.
    pub fn range(&self, scope: &[u8], prefix: impl KeyPrefix<K>) -> KeyRange {
        let mut bytes = self.prefix(scope);
        prefix.encode_prefix(&mut bytes);
        KeyRange::prefix(&bytes)
    }

    fn decode_key(&self, mut bytes: &[u8]) -> Result<K, Fault> {
        let key = K::decode(&mut bytes).filter(|_| bytes.is_empty());
        key.ok_or_else(|| Fault::internal(format!("a key of table {} cannot be read", self.table)))
    }

    pub fn encode_record(&self, record: &V) -> Result<Vec<u8>, Fault> {
        let mut bytes = vec![V::VERSION];
        rmp_serde::encode::write_named(&mut bytes, record).map_err(|error| {
            Fault::internal(format!("a record of table {} cannot be written", self.table)).caused_by(error)
        })?;
        Ok(bytes)
    }

    fn decode_record(&self, bytes: &[u8]) -> Result<V, Fault> {
        let what = || format!("a record of table {} cannot be read", self.table);
        match bytes.split_first() {
            Some((version, map)) if *version == V::VERSION => {
                decode(map).map_err(|fault| Fault::internal(what()).caused_by(fault))
            }
            Some((version, map)) if *version < V::VERSION => V::upgrade(*version, map),
            Some((version, _)) => Err(Fault::internal(format!(
                "{}: it has version {version}, this maquette knows up to {}",
                what(),
                V::VERSION
            ))),
            None => Err(Fault::internal(format!("{}: it is empty", what()))),
        }
    }
}

fn least(end: Option<Vec<u8>>, other: Vec<u8>) -> Option<Vec<u8>> {
    Some(match end {
        Some(end) => end.min(other),
        None => other,
    })
}

impl<K, V> fmt::Debug for Rows<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Rows").field(&self.table).finish()
    }
}

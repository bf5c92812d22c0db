//! Rows, seen from one account and region of one service.

use base::{AccountId, Fault, Region};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Bound};
use store::{KeyPart, KeyPrefix, Order, Record, Rows};

/// The rows of one account and region.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Scope {
    pub account: AccountId,
    pub region: Region,
}

impl Scope {
    pub fn new(account: &AccountId, region: &Region) -> Self {
        Self { account: account.clone(), region: region.clone() }
    }
    /// The scope of a service without regions.
    pub fn global(account: &AccountId) -> Self {
        Self::new(account, &Region::global())
    }
    /// The scope of names that are unique over all accounts: buckets.
    pub fn shared() -> Self {
        Self::global(&AccountId::new("999999999999").expect("twelve digits"))
    }
    pub(crate) fn key(&self, service: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        (self.account.as_str(), self.region.as_str(), service).encode(&mut bytes);
        bytes
    }
}

/// A snapshot or a transaction, scoped to (account, region) of one service. It is lent to a closure and cannot leave.
pub struct Tx<'a> {
    rows: Handle<'a>,
    service: &'static str,
    scope: Scope,
    key: Vec<u8>,
}

enum Handle<'a> {
    Snapshot(&'a dyn store::Read),
    Write(&'a mut dyn WriteRows),
}

/// What a write transaction offers, without its lifetimes.
trait WriteRows {
    fn read(&self) -> &dyn store::Read;
    fn put(&mut self, key: &[u8], value: Vec<u8>);
    fn delete(&mut self, key: &[u8]);
    fn delete_range(&mut self, range: store::KeyRange);
}

impl WriteRows for store::Tx<'_> {
    fn read(&self) -> &dyn store::Read {
        self
    }
    fn put(&mut self, key: &[u8], value: Vec<u8>) {
        store::Tx::put(self, key, value);
    }
    fn delete(&mut self, key: &[u8]) {
        store::Tx::delete(self, key);
    }
    fn delete_range(&mut self, range: store::KeyRange) {
        store::Tx::delete_range(self, range);
    }
}

impl<'a> Tx<'a> {
    pub(crate) fn snapshot(snapshot: &'a dyn store::Read, service: &'static str, scope: Scope) -> Self {
        let key = scope.key(service);
        Self { rows: Handle::Snapshot(snapshot), service, scope, key }
    }
    pub(crate) fn write<'batch: 'a>(tx: &'a mut store::Tx<'batch>, service: &'static str, scope: Scope) -> Self {
        let key = scope.key(service);
        Self { rows: Handle::Write(tx), service, scope, key }
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Reads in another account or region.
    pub fn peek(&self, scope: &Scope) -> Tx<'_> {
        Tx {
            rows: Handle::Snapshot(self.read()),
            service: self.service,
            key: scope.key(self.service),
            scope: scope.clone(),
        }
    }
    /// Reads and writes in another account or region.
    pub fn in_scope(&mut self, scope: &Scope) -> Tx<'_> {
        self.narrowed(self.service, scope.clone())
    }
    pub(crate) fn of_service(&mut self, service: &'static str) -> Tx<'_> {
        self.narrowed(service, self.scope.clone())
    }
    pub(crate) fn peek_service(&self, service: &'static str) -> Tx<'_> {
        Tx { rows: Handle::Snapshot(self.read()), service, key: self.scope.key(service), scope: self.scope.clone() }
    }
    fn narrowed(&mut self, service: &'static str, scope: Scope) -> Tx<'_> {
        let rows = match &mut self.rows {
            Handle::Snapshot(snapshot) => Handle::Snapshot(*snapshot),
            Handle::Write(tx) => Handle::Write(&mut **tx),
        };
        Tx { rows, service, key: scope.key(service), scope }
    }

    fn read(&self) -> &dyn store::Read {
        match &self.rows {
            Handle::Snapshot(snapshot) => *snapshot,
            Handle::Write(tx) => tx.read(),
        }
    }
    fn writer(&mut self) -> &mut dyn WriteRows {
        match &mut self.rows {
            Handle::Write(tx) => &mut **tx,
            // A `&mut Tx` over a snapshot is never lent to a handler: Read gets `&Tx`.
            Handle::Snapshot(_) => unreachable!("a snapshot is read only"),
        }
    }

    pub fn get<K: KeyPart<Owned = K>, V: Record>(
        &self,
        rows: &Rows<K, V>,
        key: impl KeyPart<Owned = K>,
    ) -> Result<Option<V>, Fault> {
        rows.get(self.read(), &self.key, key)
    }
    pub fn has<K: KeyPart<Owned = K>, V: Record>(
        &self,
        rows: &Rows<K, V>,
        key: impl KeyPart<Owned = K>,
    ) -> Result<bool, Fault> {
        Ok(self.read().get(&rows.key(&self.key, key))?.is_some())
    }
    pub fn put<K: KeyPart<Owned = K>, V: Record>(
        &mut self,
        rows: &Rows<K, V>,
        key: impl KeyPart<Owned = K>,
        record: &V,
    ) -> Result<(), Fault> {
        let (key, value) = (rows.key(&self.key, key), rows.encode_record(record)?);
        self.writer().put(&key, value);
        Ok(())
    }
    pub fn delete<K: KeyPart<Owned = K>, V: Record>(&mut self, rows: &Rows<K, V>, key: impl KeyPart<Owned = K>) {
        let key = rows.key(&self.key, key);
        self.writer().delete(&key);
    }
    /// Deletes every row whose key begins with `prefix`; `()` for all.
    pub fn delete_prefix<K: KeyPart<Owned = K>, V: Record>(&mut self, rows: &Rows<K, V>, prefix: impl KeyPrefix<K>) {
        let range = rows.range(&self.key, prefix);
        self.writer().delete_range(range);
    }
    /// The rows whose key begins with `prefix` (`()` for all), in key order. Lazy: what is not taken is not read.
    pub fn scan<'t, K: KeyPart<Owned = K>, V: Record>(
        &'t self,
        rows: &'t Rows<K, V>,
        prefix: impl KeyPrefix<K>,
    ) -> impl Iterator<Item = Result<(K, V), Fault>> + 't {
        rows.scan_prefix(self.read(), &self.key, prefix, Order::Forward)
    }
    /// The same in either order, from a key on.
    pub fn scan_from<'t, K: KeyPart<Owned = K>, V: Record>(
        &'t self,
        rows: &'t Rows<K, V>,
        prefix: impl KeyPrefix<K>,
        from: Bound<impl KeyPart<Owned = K>>,
        order: Order,
    ) -> impl Iterator<Item = Result<(K, V), Fault>> + 't {
        rows.scan_from(self.read(), &self.key, prefix, from, order)
    }
    /// All rows whose key begins with `prefix`.
    pub fn list<K: KeyPart<Owned = K>, V: Record>(
        &self,
        rows: &Rows<K, V>,
        prefix: impl KeyPrefix<K>,
    ) -> Result<Vec<(K, V)>, Fault> {
        self.scan(rows, prefix).collect()
    }

    /// Every account and region in which something was ever written, for reconcilers.
    pub fn scopes(&self) -> Result<Vec<Scope>, Fault> {
        let shared = self.peek(&Scope::shared());
        let kernel = shared.peek_service(KERNEL);
        let found = kernel.list(&SCOPES, ())?;
        Ok(found.into_iter().map(|(_, scope)| scope.0).collect())
    }
    /// Remembers this transaction's scope for [`Tx::scopes`].
    pub(crate) fn note_scope(&mut self) -> Result<(), Fault> {
        let noted = ScopeRecord(self.scope.clone());
        let key = (self.scope.account.as_str().to_owned(), self.scope.region.as_str().to_owned());
        let mut shared = self.in_scope(&Scope::shared());
        let mut kernel = shared.of_service(KERNEL);
        kernel.put(&SCOPES, key, &noted)
    }
}

pub(crate) const KERNEL: &str = "kernel";

/// One row per account and region that was ever written in.
const SCOPES: Rows<(String, String), ScopeRecord> = Rows::new("scope");

#[derive(Serialize, Deserialize)]
struct ScopeRecord(Scope);
impl Record for ScopeRecord {}

impl fmt::Debug for Tx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx({} in {:?})", self.service, self.scope)
    }
}

/// The part of a row's key behind account and region that says service and table.
pub(crate) fn table_mark(service: &str, table: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    (service, table).encode(&mut bytes);
    bytes
}

/// Whether a row's key, whatever its account and region, carries this mark.
pub(crate) fn is_of_table(key: &[u8], mark: &[u8]) -> bool {
    // Neither account nor region has a zero byte, so each ends at the first pair of them.
    let behind = |bytes: &[u8]| bytes.windows(2).position(|pair| pair == [0, 0]).map(|at| at + 2);
    let Some(region) = behind(key) else { return false };
    let Some(service) = behind(&key[region..]) else { return false };
    key[region + service..].starts_with(mark)
}

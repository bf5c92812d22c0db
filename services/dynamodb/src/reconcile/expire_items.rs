//! Deletes items whose time to live has passed.
//!
//! AWS does so within days; here it is done at that second of the model's clock. An item that passed more than five
//! years ago stays, as on AWS: such a time is taken for a mistake.

use crate::{
    check::key_place,
    state::{self, EXPIRIES, TABLES},
    table::Table,
};
use base::{Fault, Timestamp};
use kernel::{Cloud, Next, Order, Reconciler, Scope, Tx};
use std::ops::Bound;

/// AWS: "older than five years".
const OLDEST_SECONDS: i64 = 5 * 365 * 86_400;

/// Deleted in one transaction, so that others come in between.
const DELETED_AT_ONCE: usize = 200;

pub(crate) struct ExpireItems;

impl Reconciler for ExpireItems {
    const NAME: &'static str = "delete expired items";

    fn wakes_on(&self) -> &'static [&'static str] {
        const { &[EXPIRIES.table()] }
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let api = &api_dynamodb::API;
        let now = cloud.clock().now();
        let scopes = cloud.read(api, &Scope::shared(), |tx| tx.scopes())?;
        let mut next: Option<i64> = None;
        for scope in scopes {
            let Some(first) = cloud.read(api, &scope, |tx| first_expiry(tx, now))? else { continue };
            if first <= now.secs() {
                cloud.write(api, &scope, move |tx| delete_expired(tx, now)).await?;
                return Ok(Next::AtOnce);
            }
            next = Some(next.map_or(first, |known| known.min(first)));
        }
        Ok(next.map_or(Next::WhenWoken, |second| Next::At(Timestamp::from_secs(second))))
    }
}

fn expiring(tx: &Tx<'_>) -> Result<Vec<Table>, Fault> {
    let tables = tx.list(&TABLES, ())?.into_iter().map(|(_, table)| table);
    Ok(tables.filter(|table| table.expires_by.is_some()).collect())
}

/// Behind what is too old to be meant.
fn begin(table: &Table, now: Timestamp) -> Bound<(u64, i64, Vec<u8>)> {
    Bound::Included((table.space, now.secs() - OLDEST_SECONDS, Vec::new()))
}

fn first_expiry(tx: &Tx<'_>, now: Timestamp) -> Result<Option<i64>, Fault> {
    let mut first: Option<i64> = None;
    for table in expiring(tx)? {
        let mut rows = tx.scan_from(&EXPIRIES, (table.space,), begin(&table, now), Order::Forward);
        if let Some(row) = rows.next() {
            let ((_, second, _), _) = row?;
            first = Some(first.map_or(second, |known| known.min(second)));
        }
    }
    Ok(first)
}

fn delete_expired(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Fault> {
    for table in expiring(tx)? {
        let rows = tx.scan_from(&EXPIRIES, (table.space,), begin(&table, now), Order::Forward);
        let due = rows.take(DELETED_AT_ONCE).collect::<Result<Vec<_>, _>>()?;
        for (key, expiry) in due.into_iter().filter(|((_, second, _), _)| *second <= now.secs()) {
            tx.delete(&EXPIRIES, key);
            let place = key_place(&table, &expiry.key)
                .map_err(|why| Fault::internal("a stored key does not fit its table").caused_by(why.message))?;
            let old = state::find_item(tx, &table, &place)?;
            state::replace_item(tx, &table, &place, old.as_ref(), None)?;
        }
    }
    Ok(())
}

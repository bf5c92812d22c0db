//! What makes intent true.
//!
//! A reconciler is woken, told nothing, reads everything, and may run twice. So a crash at any point heals by itself:
//! the next pass sees the same difference between what should be and what is.

use crate::Cloud;
use base::{Fault, Timestamp};
use std::{future::Future, pin::Pin};

/// When a pass wants to be called again, unless something wakes it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Only when its rows change.
    WhenWoken,
    At(Timestamp),
    /// There is more to do.
    AtOnce,
}

pub trait Reconciler: Send + Sync + 'static {
    /// For logs and `maquette status`.
    const NAME: &'static str;
    /// The tables of its service whose change wakes it, in any account and region.
    fn wakes_on(&self) -> &'static [&'static str];
    fn pass(&self, cloud: &Cloud) -> impl Future<Output = Result<Next, Fault>> + Send;
}

pub(crate) trait AnyReconciler: Send + Sync {
    fn name(&self) -> &'static str;
    fn wakes_on(&self) -> &'static [&'static str];
    fn pass<'a>(&'a self, cloud: &'a Cloud) -> Pin<Box<dyn Future<Output = Result<Next, Fault>> + Send + 'a>>;
}

impl<R: Reconciler> AnyReconciler for R {
    fn name(&self) -> &'static str {
        R::NAME
    }
    fn wakes_on(&self) -> &'static [&'static str] {
        Reconciler::wakes_on(self)
    }
    fn pass<'a>(&'a self, cloud: &'a Cloud) -> Pin<Box<dyn Future<Output = Result<Next, Fault>> + Send + 'a>> {
        Box::pin(Reconciler::pass(self, cloud))
    }
}

/// After a fault a reconciler waits this long, doubled each time up to the longest.
const FIRST_BACK_OFF_MS: i64 = 200;
const LONGEST_BACK_OFF_MS: i64 = 30_000;

/// Runs `reconciler` until the cloud stops.
pub(crate) async fn run(cloud: Cloud, service: &'static str, reconciler: std::sync::Arc<dyn AnyReconciler>) {
    let wanted: Vec<Vec<u8>> =
        reconciler.wakes_on().iter().map(|table| crate::tx::table_mark(service, table)).collect();
    let watch = cloud.store().watch_keys(move |key| wanted.iter().any(|mark| crate::tx::is_of_table(key, mark)));
    let mut back_off_ms = FIRST_BACK_OFF_MS;
    loop {
        let next = match reconciler.pass(&cloud).await {
            Ok(next) => {
                back_off_ms = FIRST_BACK_OFF_MS;
                next
            }
            Err(fault) => {
                tracing::error!(reconciler = reconciler.name(), %fault, "a pass failed; it is tried again");
                let at = cloud.clock().now().plus_millis(back_off_ms);
                back_off_ms = (back_off_ms * 2).min(LONGEST_BACK_OFF_MS);
                Next::At(at)
            }
        };
        match next {
            Next::AtOnce => tokio::task::yield_now().await,
            Next::WhenWoken => watch.changed().await,
            Next::At(at) => tokio::select! { () = watch.changed() => {}, () = cloud.wait_until(at) => {} },
        }
    }
}

//! Forgets temporary keys whose time is over.

use crate::state::{EXPIRIES, SESSIONS};
use base::{Fault, Timestamp};
use kernel::{Cloud, Next, Reconciler, Scope};

/// So long after their end keys are remembered, so that who still uses one hears that it is expired and not that it
/// never was.
const REMEMBERED_SECS: i64 = 24 * 3600;

/// Keys forgotten in one transaction.
const MOST_AT_ONCE: usize = 500;

pub(crate) struct SweepSessions;

impl Reconciler for SweepSessions {
    const NAME: &'static str = "sweep sessions";

    /// A pass finds when the next is due; keys that come later end later than the first that is there.
    fn wakes_on(&self) -> &'static [&'static str] {
        &["expiry"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let (over, next) = cloud.read(&api_iam::API, &Scope::shared(), |tx| {
            let mut over: Vec<(Timestamp, String)> = Vec::new();
            for row in tx.scan(&EXPIRIES, ()) {
                let (key, _) = row?;
                if key.0.plus_secs(REMEMBERED_SECS) > now {
                    return Ok::<_, Fault>((over, Next::At(key.0.plus_secs(REMEMBERED_SECS))));
                }
                if over.len() == MOST_AT_ONCE {
                    return Ok((over, Next::AtOnce));
                }
                over.push(key);
            }
            Ok((over, Next::WhenWoken))
        })?;
        if !over.is_empty() {
            let forget = move |tx: &mut kernel::Tx<'_>| {
                for key in over {
                    tx.delete(&SESSIONS, key.1.clone());
                    tx.delete(&EXPIRIES, key);
                }
                Ok::<_, Fault>(())
            };
            cloud.write(&api_iam::API, &Scope::shared(), forget).await?;
        }
        Ok(next)
    }
}

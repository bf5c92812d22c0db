//! Expires and moves objects as their buckets' lifecycle rules say, at every midnight (UTC) of the model's clock.

use crate::{
    domain::lifecycle::{self, Due},
    ops::settings::lifecycle::KIND,
    stack,
    state::{self, BUCKETS, NEWEST, OLDER, UPLOADS, Version},
    upload::Place,
};
use api_s3::{BucketLifecycleConfiguration, LifecycleRule};
use base::{Fault, Timestamp};
use kernel::{Call, Cloud, Next, Outcome, Reconciler, Scope, Tx};

#[derive(Debug)]
pub(crate) struct Expire;

/// So many keys change in one transaction.
const BATCH: usize = 200;

impl Reconciler for Expire {
    const NAME: &'static str = "expire objects of s3";

    fn wakes_on(&self) -> &'static [&'static str] {
        &["setting"]
    }

    async fn pass(&self, cloud: &Cloud) -> Result<Next, Fault> {
        let now = cloud.clock().now();
        let shared = Scope::shared();
        let buckets = cloud.read(&api_s3::API, &shared, |tx| tx.list(&BUCKETS, ()))?;
        for (name, bucket) in buckets {
            let rules: Option<BucketLifecycleConfiguration> = cloud
                .read(&api_s3::API, &shared, |tx| {
                    state::find_setting(tx, &name, KIND, &api_s3::BucketLifecycleConfiguration)
                })
                .map_err(as_fault)?;
            let Some(rules) = rules else { continue };
            let call = cloud.service_call("s3.amazonaws.com", &bucket.owner, &bucket.region, &state::bucket_arn(&name));
            let due = cloud.read(&api_s3::API, &shared, |tx| find_due(tx, &name, &rules.rules, now))?;
            for batch in due.chunks(BATCH) {
                let (batch, call, name, rules) = (batch.to_vec(), call.clone(), name.clone(), rules.rules.clone());
                let acted = cloud.write(&api_s3::API, &shared, move |tx| {
                    batch.iter().try_for_each(|work| act(tx, &call, &name, &rules, work))
                });
                acted.await.map_err(as_fault)?;
            }
        }
        Ok(Next::At(lifecycle::next_midnight(now)))
    }
}

/// Something for which something is due.
#[derive(Clone, Debug)]
enum Work {
    Key(String),
    Upload(String, String),
}

fn find_due(tx: &Tx<'_>, bucket: &str, rules: &[LifecycleRule], now: Timestamp) -> Result<Vec<Work>, Fault> {
    let mut due = Vec::new();
    for row in tx.scan(&NEWEST, (bucket,)) {
        let ((_, key), newest) = row?;
        if !lifecycle::due(rules, &key, &versions(tx, bucket, &key, newest)?, now).is_empty() {
            due.push(Work::Key(key));
        }
    }
    for row in tx.scan(&UPLOADS, (bucket,)) {
        let ((_, key, id), upload) = row?;
        if lifecycle::is_upload_due(rules, &key, upload.initiated, now) {
            due.push(Work::Upload(key, id));
        }
    }
    Ok(due)
}

fn versions(tx: &Tx<'_>, bucket: &str, key: &str, newest: Version) -> Result<Vec<Version>, Fault> {
    let older = tx.scan(&OLDER, (bucket, key)).map(|row| row.map(|(_, version)| version));
    std::iter::once(Ok(newest)).chain(older).collect()
}

fn act(tx: &mut Tx<'_>, call: &Call, name: &str, rules: &[LifecycleRule], work: &Work) -> Outcome<()> {
    let key = match work {
        Work::Key(key) => key,
        Work::Upload(key, upload_id) => {
            let (bucket, key, upload_id) = (name.to_owned(), key.clone(), upload_id.clone());
            return Place { bucket, key, upload_id, expected_owner: None }.forget(tx);
        }
    };
    // Asked again: a client may have written in between.
    let Some(newest) = tx.get(&NEWEST, (name, key.as_str()))? else { return Ok(()) };
    for due in lifecycle::due(rules, key, &versions(tx, name, key, newest)?, call.now) {
        match due {
            Due::Expire => {
                let bucket = state::bucket(tx, call, name, None)?;
                stack::delete(tx, call, (name, &bucket), key)?;
            }
            Due::Remove(id) => {
                stack::delete_version(tx, name, key, &id)?;
            }
            Due::Transition(id, class) => {
                let Some(mut version) = state::find_version(tx, name, key, Some(&id))? else { continue };
                if let Some(object) = &mut version.object {
                    object.about.storage_class = Some(class);
                }
                state::put_version(tx, name, key, &version)?;
            }
        }
    }
    Ok(())
}

fn as_fault(error: shape::ApiError) -> Fault {
    match error.fault {
        Some(fault) => *fault,
        None => Fault::internal(error.to_string()),
    }
}

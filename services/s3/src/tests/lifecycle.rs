use super::{get, keep_versions, put, shelf, text};
use crate::reconcile::{EmptyTrash, Expire};
use api_s3::*;
use base::Entropy;
use kernel::Reconciler;
use testkit::Model;

async fn put_rule(model: &Model, rule: LifecycleRule) {
    let input = PutBucketLifecycleConfigurationRequest {
        bucket: "shelf".into(),
        lifecycle_configuration: Some(BucketLifecycleConfiguration { rules: vec![rule] }),
        ..Default::default()
    };
    model.ask::<PutBucketLifecycleConfiguration>(input).await.unwrap();
}

#[tokio::test]
async fn objects_expire_at_the_midnight_that_follows() {
    let model = shelf().await;
    put(&model, "tmp/a", "x").await;
    put(&model, "kept", "x").await;
    let filter = LifecycleRuleFilter { prefix: Some("tmp/".into()), ..Default::default() };
    let expiration = LifecycleExpiration { days: Some(1), ..Default::default() };
    put_rule(&model, LifecycleRule { filter: Some(filter), expiration: Some(expiration), ..Default::default() }).await;
    Expire.pass(&model.cloud).await.unwrap();
    get(&model, "tmp/a").await.unwrap();
    model.clock.advance_millis(2 * 86_400_000);
    Expire.pass(&model.cloud).await.unwrap();
    assert_eq!(get(&model, "tmp/a").await.unwrap_err().code, "NoSuchKey");
    get(&model, "kept").await.unwrap();
}

#[tokio::test]
async fn what_is_replaced_leaves_no_blob() {
    let model = shelf().await;
    let trash = EmptyTrash::default();
    put(&model, "k", "one").await;
    put(&model, "k", "two").await;
    let blobs = model.cloud.blobs().clone();
    let count = || std::fs::read_dir(blobs.path(&blob::BlobId::known("x")).parent().unwrap()).unwrap().count();
    assert_eq!(count(), 2);
    trash.pass(&model.cloud).await.unwrap();
    assert_eq!(count(), 1);
    assert_eq!(text(get(&model, "k").await.unwrap()).await, "two");
}

/// What the stack of one key should be, newest first: version id and body, or none for a marker.
type Naive = Vec<(String, Option<String>)>;

fn naive_push(stack: &mut Naive, id: String, body: Option<String>) {
    if id == "null" {
        stack.retain(|(known, _)| known != "null");
    }
    stack.insert(0, (id, body));
}

#[tokio::test]
async fn stacks_of_versions_are_what_a_naive_list_would_be() {
    for seed in 0..20 {
        let chance = Entropy::seeded(seed);
        let model = shelf().await;
        let (mut naive, mut status): (Naive, _) = (Vec::new(), "");
        for step in 0..30 {
            match chance.below(6) {
                0 => {
                    status = if chance.below(2) == 0 { "Enabled" } else { "Suspended" };
                    keep_versions(&model, status).await;
                }
                1..=2 => {
                    let body = format!("{step}");
                    let id = put(&model, "k", &body).await.version_id.unwrap_or_else(|| "null".into());
                    assert_eq!(id == "null", status != "Enabled");
                    naive_push(&mut naive, id, Some(body));
                }
                3 => {
                    let input = DeleteObjectRequest { bucket: "shelf".into(), key: "k".into(), ..Default::default() };
                    let removed = model.ask::<DeleteObject>(input).await.unwrap();
                    match removed.version_id {
                        Some(id) => naive_push(&mut naive, id, None),
                        None => naive.clear(),
                    }
                }
                _ if naive.is_empty() => {}
                _ => {
                    let (id, _) = naive.remove(usize::try_from(chance.below(naive.len() as u64)).unwrap());
                    let input = DeleteObjectRequest {
                        bucket: "shelf".into(),
                        key: "k".into(),
                        version_id: Some(id),
                        ..Default::default()
                    };
                    model.ask::<DeleteObject>(input).await.unwrap();
                }
            }
            check(&model, &naive).await;
        }
    }
}

async fn check(model: &Model, naive: &Naive) {
    let newest = match naive.first() {
        Some((_, Some(body))) => Ok(body.clone()),
        _ => Err("NoSuchKey"),
    };
    let found = match get(model, "k").await {
        Ok(output) => Ok(text(output).await),
        Err(error) => Err(error.code),
    };
    assert_eq!(found, newest);
    let input = ListObjectVersionsRequest { bucket: "shelf".into(), ..Default::default() };
    let page = model.ask::<ListObjectVersions>(input).await.unwrap();
    let listed: Vec<_> = page.versions.unwrap().into_iter().filter_map(|version| version.version_id).collect();
    let wanted: Vec<_> = naive.iter().filter(|(_, body)| body.is_some()).map(|(id, _)| id.clone()).collect();
    assert_eq!(listed, wanted);
    assert_eq!(page.delete_markers.unwrap().len(), naive.iter().filter(|(_, body)| body.is_none()).count());
}

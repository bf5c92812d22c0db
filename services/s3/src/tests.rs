//! What a client sees.

mod access;
mod buckets;
mod cfn;
mod lifecycle;
mod multipart;
mod objects;
mod site;

use api_s3::{
    CreateBucket, CreateBucketRequest, GetObject, GetObjectOutput, GetObjectRequest, PutBucketVersioning,
    PutBucketVersioningRequest, PutObject, PutObjectOutput, PutObjectRequest, VersioningConfiguration,
};
use kernel::Outcome;
use shape::{ByteStream, Bytes};
use testkit::Model;

/// A model with the bucket `shelf`.
async fn shelf() -> Model {
    let model = Model::new(vec![crate::service()]);
    model.ask::<CreateBucket>(CreateBucketRequest { bucket: "shelf".into(), ..Default::default() }).await.unwrap();
    model
}

fn put_request(key: &str, body: &str) -> PutObjectRequest {
    let body = ByteStream::from(Bytes::copy_from_slice(body.as_bytes()));
    PutObjectRequest { bucket: "shelf".into(), key: key.into(), body, ..Default::default() }
}

async fn put(model: &Model, key: &str, body: &str) -> PutObjectOutput {
    model.ask::<PutObject>(put_request(key, body)).await.unwrap()
}

fn get_request(key: &str) -> GetObjectRequest {
    GetObjectRequest { bucket: "shelf".into(), key: key.into(), ..Default::default() }
}

async fn get(model: &Model, key: &str) -> Outcome<GetObjectOutput> {
    model.ask::<GetObject>(get_request(key)).await
}

async fn text(output: GetObjectOutput) -> String {
    String::from_utf8(output.body.collect(1 << 20).await.unwrap().to_vec()).unwrap()
}

async fn keep_versions(model: &Model, status: &str) {
    let status = api_s3::BucketVersioningStatus::parse(status);
    let input = PutBucketVersioningRequest {
        bucket: "shelf".into(),
        versioning_configuration: VersioningConfiguration { status, ..Default::default() },
        ..Default::default()
    };
    model.ask::<PutBucketVersioning>(input).await.unwrap();
}

//! S3, as far as the edge asks it: one bucket, `site`, whose policy lets in what the test says.

use api_s3::{
    API, GetObject, GetObjectOutput, GetObjectRequest, HeadObject, HeadObjectOutput, HeadObjectRequest, errors,
};
use base::{AccountId, Arn, Fault};
use kernel::{Access, Call, Cloud, Directory, Outcome, Record, ResourcePolicy, Rows, Scope, Serve, Service, Tx};
use serde::{Deserialize, Serialize};
use shape::{ApiError, ByteStream, Bytes};
use testkit::Model;

struct FakeS3;

const OBJECTS: Rows<String, Object> = Rows::new("object");
const POLICY: Rows<String, Object> = Rows::new("policy");

#[derive(Serialize, Deserialize)]
struct Object {
    text: String,
    cache_control: Option<String>,
    /// How often it was asked for.
    reads: u64,
}
impl Record for Object {}

pub(super) fn service() -> Service {
    Service::of(&API, FakeS3).serve::<GetObject>().serve::<HeadObject>().directory().build()
}

pub(super) async fn put(model: &Model, key: &str, text: &str, cache_control: Option<&str>) {
    let object = Object { text: text.into(), cache_control: cache_control.map(Into::into), reads: 0 };
    let key = key.to_owned();
    let written: Result<(), Fault> =
        model.cloud.write(&API, &Scope::shared(), move |tx| tx.put(&OBJECTS, key.as_str(), &object)).await;
    written.unwrap();
}

pub(super) async fn set_policy(model: &Model, text: String) {
    let row = Object { text, cache_control: None, reads: 0 };
    let written: Result<(), Fault> =
        model.cloud.write(&API, &Scope::shared(), move |tx| tx.put(&POLICY, "site", &row)).await;
    written.unwrap();
}

pub(super) fn reads(model: &Model, key: &str) -> u64 {
    let read: Result<_, Fault> = model.cloud.read(&API, &Scope::shared(), |tx| tx.get(&OBJECTS, key));
    read.unwrap().map_or(0, |object| object.reads)
}

impl Directory for FakeS3 {
    fn resource_policy(&self, tx: &Tx<'_>, _: &Arn, _: &str) -> Result<Option<ResourcePolicy>, Fault> {
        let found = tx.peek(&Scope::shared()).get(&POLICY, "site")?;
        Ok(found.map(|row| ResourcePolicy {
            name: "bucket policy".into(),
            text: row.text,
            kind: policy::Kind::Resource,
            is_required: false,
        }))
    }
    fn owner(&self, _: &Tx<'_>, _: &Arn, _: &str) -> Result<Option<AccountId>, Fault> {
        Ok(Some(AccountId::default_root()))
    }
}

fn tag(object: &Object) -> String {
    format!("\"{:x}\"", object.text.len() * 31 + usize::from(object.text.as_bytes()[0]))
}

async fn find(cloud: &Cloud, key: &str) -> Outcome<Object> {
    let key = key.to_owned();
    let found: Outcome<_> = cloud
        .write(&API, &Scope::shared(), move |tx| {
            let Some(mut object) = tx.get(&OBJECTS, key.as_str())? else { return Ok(None) };
            object.reads += 1;
            tx.put(&OBJECTS, key.as_str(), &object)?;
            Ok(Some(object))
        })
        .await;
    found?.ok_or_else(|| errors::no_such_key("The specified key does not exist."))
}

impl Serve<GetObject> for FakeS3 {
    fn access(_: &Call, input: &GetObjectRequest) -> Access {
        Access::to(format!("arn:aws:s3:::{}/{}", input.bucket, input.key))
    }
    async fn serve(&self, cloud: &Cloud, _: &Call, input: GetObjectRequest) -> Outcome<GetObjectOutput> {
        let object = find(cloud, &input.key).await?;
        if input.if_none_match == Some(tag(&object)) {
            return Err(ApiError::new("NotModified", 304, ""));
        }
        Ok(GetObjectOutput {
            e_tag: Some(tag(&object)),
            content_length: i64::try_from(object.text.len()).ok(),
            content_type: Some("text/html".into()),
            cache_control: object.cache_control,
            body: ByteStream::from(Bytes::from(object.text)),
            ..Default::default()
        })
    }
}

impl Serve<HeadObject> for FakeS3 {
    fn access(_: &Call, input: &HeadObjectRequest) -> Access {
        Access::to(format!("arn:aws:s3:::{}/{}", input.bucket, input.key))
    }
    async fn serve(&self, cloud: &Cloud, _: &Call, input: HeadObjectRequest) -> Outcome<HeadObjectOutput> {
        let object = find(cloud, &input.key).await?;
        let content_length = i64::try_from(object.text.len()).ok();
        Ok(HeadObjectOutput { e_tag: Some(tag(&object)), content_length, ..Default::default() })
    }
}

//! How code comes in: in the request, or from a bucket that the caller may read.

use crate::{
    code::{self, MOST_ZIPPED_BYTES, Unusable},
    engine::{Engine, blobs},
    settings::wrong,
    state::Code,
};
use api_lambda::errors;
use api_s3::{GetObject, GetObjectRequest};
use base::Fault;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use blob::Blob;
use bytes::Bytes;
use kernel::{Call, Cloud, Outcome};
use shape::ApiError;

/// Where a request says that code is.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) zip: Option<Bytes>,
    pub(super) bucket: Option<String>,
    pub(super) key: Option<String>,
    pub(super) version: Option<String>,
    pub(super) image: Option<String>,
}

impl Source {
    /// Keeps the package: when this answers, it is durable and was unpacked.
    pub(super) async fn fetch(self, cloud: &Cloud, call: &Call, engine: &Engine) -> Outcome<Code> {
        if self.image.is_some() {
            return Err(ApiError::not_implemented("ImageUri of a function"));
        }
        let blob = match (self.zip, self.bucket, self.key) {
            (Some(zip), None, None) => keep(cloud, &zip).await?,
            (None, Some(bucket), Some(key)) => copy(cloud, call, bucket, key, self.version).await?,
            (None, None, None) => return Err(wrong("Please provide a source for function code.")),
            (Some(_), _, _) => {
                return Err(wrong("Please do not provide other FunctionCode parameters when providing a ZipFile."));
            }
            _ => return Err(wrong("S3Bucket and S3Key have to be given together.")),
        };
        let unpacked = engine.places(cloud)?.unpacked(cloud, std::slice::from_ref(&blob.id)).await;
        if let Err(why) = unpacked {
            cloud.blobs().delete(&blob.id).await?;
            return Err(refuse(why));
        }
        Ok(Code { blob: blob.id, size_bytes: blob.size_bytes, sha256: BASE64_STANDARD.encode(blob.sha256) })
    }
}

fn refuse(why: Unusable) -> ApiError {
    match why {
        Unusable::NotAZip => wrong("Could not unzip uploaded file. Please check your file, then try to upload again."),
        Unusable::Empty => wrong("Uploaded file must be a non-empty zip"),
        Unusable::TooLarge => wrong(format!("Unzipped size must be smaller than {} bytes", code::MOST_UNZIPPED_BYTES)),
        Unusable::Io(error) => Fault::of_io("a package could not be unpacked", error).into(),
    }
}

async fn keep(cloud: &Cloud, zip: &[u8]) -> Outcome<Blob> {
    if zip.len() > MOST_ZIPPED_BYTES {
        return Err(errors::request_too_large_exception(format!(
            "Request must be smaller than {MOST_ZIPPED_BYTES} bytes for the CreateFunction operation"
        )));
    }
    let mut writer = blobs(cloud).writer();
    writer.write(zip).await?;
    Ok(writer.finish().await?)
}

/// As the caller, so that a bucket's policies apply.
async fn copy(cloud: &Cloud, call: &Call, bucket: String, key: String, version: Option<String>) -> Outcome<Blob> {
    let input = GetObjectRequest { bucket, key, version_id: version, ..Default::default() };
    let call = call.forwarded_by("lambda.amazonaws.com");
    let answer = cloud.call::<GetObject>(&call, input).await.map_err(|error| {
        let told = format!("S3 Error Code: {}. S3 Error Message: {}", error.code, error.message);
        match error.code {
            _ if error.fault.is_some() => error,
            "AccessDenied" => ApiError::new(
                "AccessDeniedException",
                403,
                format!("Your access has been denied by S3, please make sure your request credentials have permission to GetObject for the bucket and key. {told}"),
            ),
            _ => wrong(format!("Error occurred while GetObject. {told}")),
        }
    })?;
    let mut body = answer.body;
    let mut writer = blobs(cloud).writer();
    let mut size: u64 = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|why| Fault::internal("an object broke off").caused_by(why))?;
        size += piece.len() as u64;
        if size > code::MOST_UNZIPPED_BYTES {
            return Err(refuse(Unusable::TooLarge));
        }
        writer.write(&piece).await?;
    }
    Ok(writer.finish().await?)
}

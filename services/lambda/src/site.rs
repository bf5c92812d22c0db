//! Where code is downloaded from: `Code.Location` of GetFunction.

use crate::{engine::blobs, state::Code};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use http::{Method, StatusCode, Uri};
use kernel::{Call, Cloud, Request, Response, Site};
use shape::ByteStream;

/// AWS keeps packages in a bucket of its own.
const HOST_PREFIX: &str = "awslambda-";
const HOST_SUFFIX: &str = "-tasks.s3.";

/// Serves packages to whoever knows their blob's random name and hash: both stand only in the answer of GetFunction,
/// so the URL is a secret like a presigned one. It does not expire.
#[derive(Debug)]
pub(crate) struct CodeDownloads;

/// The address of a package.
pub(crate) fn location(call: &Call, code: &Code) -> String {
    let region = &call.region;
    let proof = BASE64_URL_SAFE_NO_PAD.encode(&code.sha256);
    format!(
        "https://{HOST_PREFIX}{region}{HOST_SUFFIX}{region}.amazonaws.com/snapshots/{}/{}?proof={proof}",
        call.account, code.blob
    )
}

impl Site for CodeDownloads {
    fn owns(&self, host: &str, method: &Method, _: &Uri) -> bool {
        host.starts_with(HOST_PREFIX) && host.contains(HOST_SUFFIX) && method == Method::GET
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        let _ = call;
        let found = find(cloud, request.uri()).await;
        match found {
            Some((body, size)) => {
                let mut response = Response::new(body);
                response.headers_mut().insert(http::header::CONTENT_LENGTH, size.into());
                response
                    .headers_mut()
                    .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/zip"));
                response
            }
            None => {
                let mut response = Response::new(ByteStream::empty());
                *response.status_mut() = StatusCode::FORBIDDEN;
                response
            }
        }
    }
}

async fn find(cloud: &Cloud, uri: &Uri) -> Option<(ByteStream, u64)> {
    use sha2::{Digest, Sha256};
    let name = uri.path().rsplit('/').next()?;
    let proof = BASE64_URL_SAFE_NO_PAD.decode(uri.query()?.strip_prefix("proof=")?).ok()?;
    let id: blob::BlobId = serde_json::from_value(name.into()).ok()?;
    if !name.starts_with("lambda-") || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return None;
    }
    let bytes = blobs(cloud).find(&id, 0..u64::MAX).await.ok()??.read_to_end().await.ok()?;
    let hash = base64::prelude::BASE64_STANDARD.encode(Sha256::digest(&bytes));
    let size = bytes.len() as u64;
    (hash.as_bytes() == proof).then(|| (ByteStream::from(bytes::Bytes::from(bytes)), size))
}

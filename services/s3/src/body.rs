//! Bodies in: through the hashers, onto the disk, compared with what the client said of them.

use crate::{
    domain::checksum::{self, Algorithm, Checksum, Hasher},
    errors,
    state::BLOB_OWNER,
};
use base::Fault;
use blob::{Blob, BlobReader};
use bytes::Bytes;
use kernel::{Cloud, Outcome};
use shape::{ApiError, ByteStream, StreamError};

/// AWS: one request carries at most 5 GiB.
pub(crate) const LARGEST_BODY_BYTES: u64 = 5 << 30;

/// What a client says about a body before it comes.
#[derive(Debug, Default)]
pub(crate) struct Announced {
    pub(crate) md5: Option<String>,
    pub(crate) checksum: Option<(Algorithm, String)>,
    /// The algorithm that it wants, or that its upload has.
    pub(crate) algorithm: Option<Algorithm>,
}

/// A body that is on disk, named by no row yet.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) blob: Blob,
    pub(crate) checksum: Checksum,
}

pub(crate) async fn receive(cloud: &Cloud, mut body: ByteStream, announced: Announced) -> Outcome<Received> {
    let md5 = announced.md5.as_deref().map(checksum::parse_md5).transpose()?;
    if let Some((algorithm, value)) = &announced.checksum {
        checksum::check_form(*algorithm, value)?;
    }
    if body.length().is_some_and(|length| length > LARGEST_BODY_BYTES) {
        return Err(too_large());
    }
    let trailing = body.announced_trailers().iter().find_map(|name| Algorithm::of_header(name));
    let said = announced.checksum.as_ref().map(|(algorithm, _)| *algorithm);
    let algorithm = said.or(trailing).or(announced.algorithm).unwrap_or_default();
    let mut hasher = Hasher::new(algorithm);
    let mut writer = cloud.blobs().owned_by(BLOB_OWNER).writer();
    let mut size_bytes = 0;
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(refused)?;
        size_bytes += piece.len() as u64;
        if size_bytes > LARGEST_BODY_BYTES {
            return Err(too_large());
        }
        hasher.update(&piece);
        writer.write(&piece).await?;
    }
    if body.length().is_some_and(|length| length != size_bytes) {
        return Err(incomplete());
    }
    let found = Checksum::whole(algorithm, &hasher.finish());
    let trailer = body.trailers().iter().find_map(|(name, value)| Some((Algorithm::of_header(name)?, value.clone())));
    for (algorithm, value) in announced.checksum.into_iter().chain(trailer) {
        checksum::check_form(algorithm, &value)?;
        if algorithm != found.algorithm || value != found.value {
            return Err(errors::bad_digest(&algorithm.to_model().to_string()));
        }
    }
    let blob = writer.finish().await?;
    if md5.is_some_and(|md5| md5 != blob.md5) {
        cloud.blobs().delete(&blob.id).await?;
        return Err(errors::bad_digest("Content-MD5"));
    }
    Ok(Received { blob, checksum: found })
}

/// Writes part of another object aside: the source of UploadPartCopy.
pub(crate) async fn copy(cloud: &Cloud, mut reader: BlobReader, algorithm: Algorithm) -> Outcome<Received> {
    let mut hasher = Hasher::new(algorithm);
    let mut writer = cloud.blobs().owned_by(BLOB_OWNER).writer();
    while let Some(piece) = reader.next().await? {
        hasher.update(&piece);
        writer.write(&piece).await?;
    }
    let checksum = Checksum::whole(algorithm, &hasher.finish());
    Ok(Received { blob: writer.finish().await?, checksum })
}

/// A blob's bytes on their way out.
pub(crate) fn stream(reader: BlobReader) -> ByteStream {
    let length = reader.left_bytes();
    ByteStream::new(Reading { reader: Some(reader), next: None }, Some(length))
}

type Step = std::pin::Pin<Box<dyn Future<Output = (BlobReader, Result<Option<Bytes>, Fault>)> + Send>>;

/// A reader as a stream: one chunk is read at a time, and only when it is asked for.
struct Reading {
    reader: Option<BlobReader>,
    next: Option<Step>,
}

impl futures_core::Stream for Reading {
    type Item = Result<Bytes, StreamError>;
    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        use std::task::Poll;
        if self.next.is_none() {
            let Some(mut reader) = self.reader.take() else { return Poll::Ready(None) };
            self.next = Some(Box::pin(async move {
                let chunk = reader.next().await;
                (reader, chunk)
            }));
        }
        let Some(step) = &mut self.next else { return Poll::Ready(None) };
        let (reader, chunk) = std::task::ready!(step.as_mut().poll(context));
        self.next = None;
        Poll::Ready(match chunk {
            Ok(Some(bytes)) => {
                self.reader = Some(reader);
                Some(Ok(bytes))
            }
            Ok(None) => None,
            Err(fault) => Some(Err(StreamError::Broken(fault.to_string()))),
        })
    }
}

fn refused(error: StreamError) -> ApiError {
    match error {
        StreamError::Incomplete(_) => incomplete(),
        StreamError::Refused { code, message } => {
            let status = if code == "SignatureDoesNotMatch" { 403 } else { 400 };
            ApiError::new(code, status, message)
        }
        StreamError::Broken(why) => Fault::internal("a body broke off").caused_by(why).into(),
    }
}

fn incomplete() -> ApiError {
    let said = "You did not provide the number of bytes specified by the Content-Length HTTP header";
    ApiError::new("IncompleteBody", 400, said)
}

pub(crate) fn too_large() -> ApiError {
    ApiError::new("EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size")
}

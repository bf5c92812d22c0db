//! Bodies between the sockets and the operations.

use crate::verify::Checks;
use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;
use http_io::{Body, BodyError};
use sha2::{Digest, Sha256};
use shape::{ByteStream, StreamError, Trailers};
use sign::{Decoder, Event};
use std::{
    collections::VecDeque,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// A request's body as an operation's stream, checked as the request says: against the signed hash, or chunk by chunk.
pub(crate) fn incoming(body: Body, length: Option<u64>, checks: Checks) -> ByteStream {
    match checks {
        Checks::Nothing => ByteStream::new(Plain { body, hash: None }, length),
        Checks::Hash(declared) => ByteStream::new(Plain { body, hash: Some((declared, Sha256::new())) }, length),
        Checks::Chunks { decoder, decoded_length, announced } => {
            let trailers = Trailers::announced(announced);
            let chunked =
                Chunked { body, decoder: *decoder, ready: VecDeque::new(), trailers: trailers.clone(), is_done: false };
            ByteStream::new(chunked, decoded_length).followed_by(trailers)
        }
    }
}

/// An operation's stream as the body of a response.
pub(crate) fn outgoing(stream: ByteStream) -> Body {
    Body::of(Framed(stream))
}

struct Plain {
    body: Body,
    /// What the signature says the body hashes to, and the hash so far.
    hash: Option<(String, Sha256)>,
}

impl Stream for Plain {
    type Item = Result<Bytes, StreamError>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    if let Some((_, hash)) = &mut self.hash {
                        hash.update(&data);
                    }
                    return Poll::Ready(Some(Ok(data)));
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(&error)))),
                None => {
                    let Some((declared, hash)) = self.hash.take() else { return Poll::Ready(None) };
                    let computed = hex::encode(hash.finalize());
                    return Poll::Ready((computed != declared).then(|| {
                        Err(StreamError::Refused {
                            code: "XAmzContentSHA256Mismatch",
                            message: "The provided 'x-amz-content-sha256' header does not match what was computed."
                                .into(),
                        })
                    }));
                }
            }
        }
    }
}

struct Chunked {
    body: Body,
    decoder: Decoder,
    ready: VecDeque<Event>,
    trailers: Arc<Trailers>,
    is_done: bool,
}

impl Stream for Chunked {
    type Item = Result<Bytes, StreamError>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match self.ready.pop_front() {
                Some(Event::Data(data)) => return Poll::Ready(Some(Ok(data))),
                Some(Event::Trailer(headers)) => {
                    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
                    self.trailers.arrive(headers.iter().map(|(name, value)| (name.to_string(), text(value))));
                    continue;
                }
                Some(Event::End) => {
                    self.is_done = true;
                    continue;
                }
                None if self.is_done => return Poll::Ready(None),
                None => {}
            }
            let refuse = |error: sign::ChunkError| {
                let answer = error.answer();
                StreamError::Refused { code: answer.code, message: answer.message }
            };
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    let Ok(data) = frame.into_data() else { continue };
                    match self.decoder.feed(data) {
                        Ok(events) => self.ready.extend(events),
                        Err(error) => return Poll::Ready(Some(Err(refuse(error)))),
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(broken(&error)))),
                None => {
                    self.is_done = true;
                    if let Err(error) = self.decoder.finish() {
                        return Poll::Ready(Some(Err(refuse(error))));
                    }
                }
            }
        }
    }
}

fn broken(error: &BodyError) -> StreamError {
    StreamError::Incomplete(error.to_string())
}

struct Framed(ByteStream);

impl http_body::Body for Framed {
    type Data = Bytes;
    type Error = StreamError;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, StreamError>>> {
        Pin::new(&mut self.0).poll_next(context).map(|piece| piece.map(|data| data.map(http_body::Frame::data)))
    }
    fn size_hint(&self) -> http_body::SizeHint {
        self.0.length().map_or_else(http_body::SizeHint::default, http_body::SizeHint::with_exact)
    }
}

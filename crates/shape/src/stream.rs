//! Bodies that are never held whole in memory.

use bytes::Bytes;
use futures_core::Stream;
use std::{
    fmt,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

/// A body on its way, with its length where that is known.
pub struct ByteStream {
    inner: Pin<Box<dyn Stream<Item = Result<Bytes, StreamError>> + Send>>,
    length: Option<u64>,
    trailers: Option<Arc<Trailers>>,
}

/// Headers that follow a body. Who makes the stream announces their names (`x-amz-trailer`) and, before the stream
/// ends, says what came.
#[derive(Debug, Default)]
pub struct Trailers {
    announced: Vec<String>,
    arrived: OnceLock<Vec<(String, String)>>,
}

impl Trailers {
    pub fn announced(names: impl IntoIterator<Item = impl Into<String>>) -> Arc<Self> {
        let announced = names.into_iter().map(|name| name.into().to_ascii_lowercase()).collect();
        Arc::new(Self { announced, arrived: OnceLock::new() })
    }
    /// The names in small letters. Only the first arrival counts: a body ends once.
    pub fn arrive(&self, trailers: impl IntoIterator<Item = (String, String)>) {
        let all = trailers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        self.arrived.set(all).ok();
    }
}

/// Why a body broke off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamError {
    /// The sender went away or sent less than it said.
    Incomplete(String),
    /// What was sent is not what was signed or announced: answered with this error code and message.
    Refused { code: &'static str, message: String },
    /// Our own side failed.
    Broken(String),
}

impl fmt::Display for StreamError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(why) | Self::Broken(why) => f.write_str(why),
            Self::Refused { code, message } => write!(f, "{code}: {message}"),
        }
    }
}

impl std::error::Error for StreamError {}

impl ByteStream {
    pub fn new(stream: impl Stream<Item = Result<Bytes, StreamError>> + Send + 'static, length: Option<u64>) -> Self {
        Self { inner: Box::pin(stream), length, trailers: None }
    }
    /// The same body, with headers behind it.
    #[must_use]
    pub fn followed_by(mut self, trailers: Arc<Trailers>) -> Self {
        self.trailers = Some(trailers);
        self
    }
    /// The names of the headers that will follow, in small letters.
    pub fn announced_trailers(&self) -> &[String] {
        self.trailers.as_ref().map_or(&[], |trailers| &trailers.announced)
    }
    /// The headers that followed: nothing before the stream has ended.
    pub fn trailers(&self) -> &[(String, String)] {
        self.trailers.as_ref().and_then(|trailers| trailers.arrived.get()).map_or(&[], Vec::as_slice)
    }
    pub fn empty() -> Self {
        Self::from(Bytes::new())
    }
    pub fn length(&self) -> Option<u64> {
        self.length
    }
    /// The next piece, for callers without a stream library.
    pub async fn next(&mut self) -> Option<Result<Bytes, StreamError>> {
        std::future::poll_fn(|context| self.inner.as_mut().poll_next(context)).await
    }
    /// The whole body, refused when it is longer than `limit` bytes.
    pub async fn collect(mut self, limit: usize) -> Result<Bytes, StreamError> {
        let mut whole = Vec::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if whole.len() + piece.len() > limit {
                return Err(StreamError::Refused {
                    code: "RequestEntityTooLarge",
                    message: format!("the body is longer than {limit} bytes"),
                });
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }
}

impl From<Bytes> for ByteStream {
    fn from(bytes: Bytes) -> Self {
        let length = bytes.len() as u64;
        Self::new(Once((!bytes.is_empty()).then_some(bytes)), Some(length))
    }
}

impl Default for ByteStream {
    fn default() -> Self {
        Self::empty()
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, StreamError>;
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(context)
    }
}

impl fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ByteStream({:?} bytes)", self.length)
    }
}

struct Once(Option<Bytes>);

impl Stream for Once {
    type Item = Result<Bytes, StreamError>;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().map(Ok))
    }
}

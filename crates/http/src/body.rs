//! The one body type: nothing, some bytes, or a stream with back-pressure.

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{
    fs::File,
    io::{AsyncRead, ReadBuf, Take},
    sync::mpsc,
};

/// How much of a file is read at a time.
const FILE_CHUNK_BYTES: usize = 64 * 1024;

/// The body of a request or a response.
pub struct Body(Inner);

enum Inner {
    Whole(Bytes),
    Stream(Pin<Box<dyn HttpBody<Data = Bytes, Error = BodyError> + Send>>),
}

/// Why a body did not come whole.
#[derive(Debug)]
pub enum BodyError {
    /// It is longer than the reader takes.
    TooLarge { limit_bytes: usize },
    /// Whoever wrote it stopped before its end.
    Cut,
    /// The connection it came over failed.
    Connection(Box<dyn std::error::Error + Send + Sync>),
    /// The file it comes from failed.
    File(io::Error),
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { limit_bytes } => write!(f, "the body is longer than {limit_bytes} bytes"),
            Self::Cut => f.write_str("the body ended before it was whole"),
            Self::Connection(error) => write!(f, "the connection failed while the body was read: {error}"),
            Self::File(error) => write!(f, "the file behind the body cannot be read: {error}"),
        }
    }
}

impl std::error::Error for BodyError {}

impl Body {
    pub fn empty() -> Self {
        Self(Inner::Whole(Bytes::new()))
    }

    /// Any other body, its errors taken for errors of its connection.
    pub fn of<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        Self::stream(body.map_err(|error| BodyError::Connection(error.into())))
    }

    pub(crate) fn stream(body: impl HttpBody<Data = Bytes, Error = BodyError> + Send + 'static) -> Self {
        Self(Inner::Stream(Box::pin(body)))
    }

    /// The next `length_bytes` of a file from where it stands.
    pub fn file(file: File, length_bytes: u64) -> Self {
        use tokio::io::AsyncReadExt;
        Self::stream(FileBody { file: file.take(length_bytes), left_bytes: length_bytes })
    }

    /// A body that is written while it is read. When `frames` of them wait unread, the writer waits.
    pub fn channel(frames: usize) -> (BodySender, Self) {
        let (sender, receiver) = mpsc::channel(frames.max(1));
        (BodySender(sender), Self::stream(ChannelBody { receiver, is_done: false }))
    }

    /// The next piece: some bytes, or the trailers.
    pub async fn next(&mut self) -> Option<Result<Frame<Bytes>, BodyError>> {
        self.frame().await
    }

    /// All of it, unless it is longer than `limit_bytes`. Trailers are passed over.
    pub async fn collect(mut self, limit_bytes: usize) -> Result<Bytes, BodyError> {
        let too_large = || BodyError::TooLarge { limit_bytes };
        if self.size_hint().lower() > limit_bytes as u64 {
            return Err(too_large());
        }
        if let Inner::Whole(bytes) = self.0 {
            return Ok(bytes);
        }
        let mut all = BytesMut::new();
        while let Some(frame) = self.next().await {
            let Ok(data) = frame?.into_data() else { continue };
            if all.len() + data.len() > limit_bytes {
                return Err(too_large());
            }
            all.extend_from_slice(&data);
        }
        Ok(all.freeze())
    }
}

impl Default for Body {
    fn default() -> Self {
        Self::empty()
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Inner::Whole(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Inner::Stream(_) => f.write_str("Body(stream)"),
        }
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(bytes: T) -> Self {
        Self(Inner::Whole(bytes.into()))
    }
}

type NextFrame = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> NextFrame {
        match &mut self.0 {
            Inner::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Stream(stream) => stream.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Whole(bytes) => bytes.is_empty(),
            Inner::Stream(stream) => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Stream(stream) => stream.size_hint(),
        }
    }
}

/// Writes the body of [`Body::channel`]. Dropped before [`BodySender::finish`], it leaves the body cut, and the
/// reader learns that.
#[derive(Debug)]
pub struct BodySender(mpsc::Sender<Part>);

#[derive(Debug)]
enum Part {
    Data(Bytes),
    Trailers(HeaderMap),
    Failed(BodyError),
    End,
}

impl BodySender {
    /// Waits for room; `false` when nobody reads any more.
    pub async fn send(&self, data: Bytes) -> bool {
        self.0.send(Part::Data(data)).await.is_ok()
    }
    pub async fn finish(self) {
        // A reader that has gone does not need to know that the body is whole.
        let _ = self.0.send(Part::End).await;
    }
    pub async fn finish_with_trailers(self, trailers: HeaderMap) {
        if self.0.send(Part::Trailers(trailers)).await.is_ok() {
            self.finish().await;
        }
    }
    pub async fn fail(self, error: BodyError) {
        let _ = self.0.send(Part::Failed(error)).await;
    }
}

struct ChannelBody {
    receiver: mpsc::Receiver<Part>,
    is_done: bool,
}

impl HttpBody for ChannelBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> NextFrame {
        if self.is_done {
            return Poll::Ready(None);
        }
        let part = ready!(self.receiver.poll_recv(context));
        self.is_done = !matches!(part, Some(Part::Data(_) | Part::Trailers(_)));
        Poll::Ready(match part {
            Some(Part::Data(data)) => Some(Ok(Frame::data(data))),
            Some(Part::Trailers(trailers)) => Some(Ok(Frame::trailers(trailers))),
            Some(Part::Failed(error)) => Some(Err(error)),
            Some(Part::End) => None,
            None => Some(Err(BodyError::Cut)),
        })
    }
}

struct FileBody {
    file: Take<File>,
    left_bytes: u64,
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> NextFrame {
        if self.left_bytes == 0 {
            return Poll::Ready(None);
        }
        let size = usize::try_from(self.left_bytes).map_or(FILE_CHUNK_BYTES, |left| left.min(FILE_CHUNK_BYTES));
        let mut bytes = BytesMut::zeroed(size);
        let mut buffer = ReadBuf::new(&mut bytes);
        ready!(Pin::new(&mut self.file).poll_read(context, &mut buffer)).map_err(BodyError::File)?;
        let read = buffer.filled().len();
        if read == 0 {
            self.left_bytes = 0;
            return Poll::Ready(Some(Err(BodyError::Cut)));
        }
        self.left_bytes -= read as u64;
        bytes.truncate(read);
        Poll::Ready(Some(Ok(Frame::data(bytes.freeze()))))
    }

    fn is_end_stream(&self) -> bool {
        self.left_bytes == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left_bytes)
    }
}

//! What becomes of a request's body that its handler did not read.
//!
//! A client that is still sending its body when the answer comes may never see the answer: a connection that is closed
//! over unread bytes is reset, and the reset overtakes what was written. So what is left is read and thrown away, up
//! to a limit, and the connection lives on. A client that asked first (`Expect: 100-continue`) has sent nothing yet: it
//! is told that the connection ends instead.

use crate::{Body, serve::Tasks};
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

/// Who has more than this to send is hung up on.
const MOST_UNREAD_BYTES: usize = 64 << 20;

/// Whether a body was asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked(Arc<AtomicBool>);

impl Asked {
    pub(crate) fn is(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A request's body, and a note whether its handler asked for it.
pub(crate) fn noted(body: Incoming) -> (Body, Asked) {
    let asked = Asked::default();
    (Body::of(Noted { body, asked: asked.clone() }), asked)
}

struct Noted {
    body: Incoming,
    asked: Asked,
}

impl HttpBody for Noted {
    type Data = Bytes;
    type Error = hyper::Error;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        // An empty body is there already: `100 Continue` is not sent for it.
        if !self.body.is_end_stream() {
            self.asked.0.store(true, Ordering::Relaxed);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A request's body whose rest is drained by one of `tasks` when its handler drops it.
pub(crate) fn drained(body: Incoming, tasks: Tasks) -> Body {
    Body::of(Drained { body: Some(body), tasks })
}

struct Drained {
    body: Option<Incoming>,
    tasks: Tasks,
}

impl HttpBody for Drained {
    type Data = Bytes;
    type Error = hyper::Error;
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        Pin::new(body).poll_frame(context)
    }
    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }
    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Drained {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) else { return };
        self.tasks.spawn(async move {
            let mut body = Body::of(body);
            let mut read = 0;
            while let Some(Ok(frame)) = body.next().await {
                read += frame.data_ref().map_or(0, Bytes::len);
                if read > MOST_UNREAD_BYTES {
                    return;
                }
            }
        });
    }
}

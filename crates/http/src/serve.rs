//! Connections in.
//!
//! Each connection is a task, and so is each tunnel inside one and each HTTP/2 stream; they all belong to the set that
//! [`Server::serve`] owns, and none outlives it. A connection holds one of a bounded number of places until it and all
//! that it carries is done; when none is free, new connections wait in the kernel's queue.

use crate::{
    Body,
    stream::{Speaks, Stream, sniff},
    unread,
};
use async_trait::async_trait;
use base::Clock;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header, request::Parts, uri::Authority};
use hyper::{body::Incoming, rt::Executor, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::conn::auto,
};
use rustls::ServerConfig;
use std::{
    convert::Infallible,
    fmt,
    future::poll_fn,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// What answers requests.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Answers a request. Its URI is as it was sent: a proxy's client names the authority in it, and so does HTTP/2.
    /// The body is read from the client when it is asked for, not before; `100 Continue` is sent at that moment.
    async fn handle(&self, request: Request<Body>, peer: &Peer) -> Response<Body>;

    /// Decides on a `CONNECT` to `authority`.
    async fn connect(&self, authority: &Authority, _request: &Parts, _peer: &Peer) -> Connect {
        Connect::Refuse(plain(StatusCode::METHOD_NOT_ALLOWED, &format!("{authority}: this is not a proxy")))
    }
}

/// What becomes of a `CONNECT`.
#[derive(Debug)]
pub enum Connect {
    /// We are the one that the client wants to reach: serve what comes through like any connection.
    Intercept,
    /// Dial this address (`host:port`) and carry bytes both ways.
    Tunnel {
        to: String,
    },
    Refuse(Response<Body>),
}

/// Who sent a request, and how it got here.
#[derive(Clone, Debug)]
pub struct Peer {
    pub addr: SocketAddr,
    pub is_tls: bool,
    /// The name that the TLS handshake asked for.
    pub sni: Option<String>,
    /// What the `CONNECT` named, when the request came through an intercepted one.
    pub connected_to: Option<Authority>,
    /// The tag of the [`Server`] that it came in by.
    pub via: &'static str,
}

/// How much a server bears. Times are the machine's.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections: usize,
    /// From the opening of a connection, or the answer before, to the end of the next request's headers.
    pub headers: Duration,
    pub handshake: Duration,
    pub dial: Duration,
    /// How long requests in flight may take once the server is told to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            headers: Duration::from_secs(60),
            handshake: Duration::from_secs(10),
            dial: Duration::from_secs(10),
            drain: Duration::from_secs(10),
        }
    }
}

/// How long an HTTP/2 connection may be silent before it is asked whether it still lives.
const HTTP2_PING_AFTER: Duration = Duration::from_secs(60);
/// How many requests one HTTP/2 connection may have under way.
const HTTP2_STREAMS: u32 = 256;
/// How long accepting rests when the machine has no socket left.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Serves one listener.
#[derive(Clone)]
pub struct Server {
    pub handler: Arc<dyn Handler>,
    /// With it, connections that begin with a TLS handshake are TLS.
    pub tls: Option<Arc<ServerConfig>>,
    /// Tells the `date` of answers, by which clients set their own signing clock right.
    pub clock: Clock,
    pub via: &'static str,
    pub limits: Limits,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("via", &self.via).field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Server {
    /// Serves one connection that was accepted elsewhere, and returns when it and all that it carried has ended.
    pub async fn serve_one(self, stream: TcpStream, addr: SocketAddr) {
        let tasks = Tasks::default();
        let _abort = AbortOnDrop(tasks.clone());
        let (_stop, stopping) = watch::channel(());
        let place = Arc::new(Semaphore::new(1)).acquire_owned().await.expect("the place is never closed");
        let peer = Peer { addr, is_tls: false, sni: None, connected_to: None, via: self.via };
        let server = Arc::new(self);
        Connection { server, tasks: tasks.clone(), stopping, _place: Arc::new(place) }
            .run(Box::new(stream), peer)
            .await;
        tasks.finished().await;
    }

    /// Accepts until `shutdown` is done, lets requests in flight finish, and returns when no task is left.
    pub async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let tasks = Tasks::default();
        let _abort = AbortOnDrop(tasks.clone());
        let (stop, stopping) = watch::channel(());
        let limits = self.limits;
        let server = Arc::new(self);
        let places = Arc::new(Semaphore::new(limits.connections));
        let mut shutdown = pin!(shutdown);
        loop {
            let (stream, addr, place) = tokio::select! {
                () = &mut shutdown => break,
                accepted = accept(&listener, &places) => accepted,
            };
            let peer = Peer { addr, is_tls: false, sni: None, connected_to: None, via: server.via };
            let connection = Connection {
                server: server.clone(),
                tasks: tasks.clone(),
                stopping: stopping.clone(),
                _place: Arc::new(place),
            };
            tasks.spawn(connection.run(Box::new(stream), peer));
        }
        drop(listener);
        drop(stop);
        if timeout(limits.drain, tasks.finished()).await.is_err() {
            tracing::warn!(via = server.via, "connections were cut: their requests took longer than the time to stop");
        }
    }
}

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("the places are never closed");
    loop {
        match listener.accept().await {
            Ok((stream, addr)) => {
                // Without it, an answer in two writes waits 40 ms for the client's delayed acknowledgement.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection was gone before it was served");
                }
                return (stream, addr, place);
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                rest().await;
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a shortage of sockets passes in the machine's time, not the model's")]
async fn rest() {
    tokio::time::sleep(ACCEPT_REST).await;
}

/// What every part of one connection shares.
#[derive(Clone)]
struct Connection {
    server: Arc<Server>,
    tasks: Tasks,
    /// Closed when the server stops.
    stopping: watch::Receiver<()>,
    _place: Arc<OwnedSemaphorePermit>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Connection {
    /// Boxed, because an intercepted tunnel is a connection inside a connection.
    fn run(self, stream: Box<dyn Stream>, peer: Peer) -> Task {
        Box::pin(async move {
            let mut stopping = self.stopping.clone();
            let opened = tokio::select! {
                _ = stopping.changed() => return,
                opened = self.open(stream, peer) => opened,
            };
            if let Some((speaks, stream, peer)) = opened {
                self.speak(speaks, stream, peer).await;
            }
        })
    }

    /// Finds out what the client speaks, under TLS if there is any. Who says nothing, or nonsense, is hung up on.
    async fn open(&self, stream: Box<dyn Stream>, mut peer: Peer) -> Option<(Speaks, Box<dyn Stream>, Peer)> {
        let limits = self.server.limits;
        let (speaks, stream) = timeout(limits.headers, sniff(stream)).await.ok()?.ok()?;
        let (Speaks::Tls, Some(tls)) = (speaks, &self.server.tls) else { return Some((speaks, stream, peer)) };
        let accepting = TlsAcceptor::from(tls.clone()).accept(stream);
        let secured = match timeout(limits.handshake, accepting).await {
            Ok(Ok(secured)) => secured,
            Ok(Err(error)) => {
                tracing::debug!(%error, peer = %peer.addr, "a TLS handshake failed");
                return None;
            }
            Err(_) => return None,
        };
        peer.is_tls = true;
        peer.sni = secured.get_ref().1.server_name().map(ToOwned::to_owned);
        let (speaks, stream) = timeout(limits.headers, sniff(Box::new(secured))).await.ok()?.ok()?;
        Some((speaks, stream, peer))
    }

    async fn speak(self, speaks: Speaks, stream: Box<dyn Stream>, peer: Peer) {
        let mut builder = auto::Builder::new(self.tasks.clone());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.server.limits.headers);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(HTTP2_PING_AFTER)
            .max_concurrent_streams(HTTP2_STREAMS);
        let builder = if speaks == Speaks::Http2 { builder.http2_only() } else { builder.http1_only() };
        let mut stopping = self.stopping.clone();
        let peer = Arc::new(peer);
        let service = service_fn(move |request| {
            let (connection, peer) = (self.clone(), peer.clone());
            async move { Ok::<_, Infallible>(connection.answer(request, &peer).await) }
        });
        let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
        let served = tokio::select! {
            served = serving.as_mut() => served,
            _ = stopping.changed() => {
                serving.as_mut().graceful_shutdown();
                serving.await
            }
        };
        if let Err(error) = served {
            tracing::debug!(error, "a connection ended early");
        }
    }

    async fn answer(&self, request: Request<Incoming>, peer: &Arc<Peer>) -> Response<Body> {
        let is_expected = request.headers().contains_key(header::EXPECT) && request.version() < Version::HTTP_2;
        let mut asked = None;
        let answering = async {
            if request.method() == Method::CONNECT {
                self.connect(request, peer).await
            } else {
                let request = request.map(|body| {
                    if !is_expected {
                        return unread::drained(body, self.tasks.clone());
                    }
                    let (body, noted) = unread::noted(body);
                    asked = Some(noted);
                    body
                });
                self.server.handler.handle(request, peer).await
            }
        };
        let mut response = contain(answering).await.unwrap_or_else(|| {
            tracing::error!(via = self.server.via, "a handler panicked");
            plain(StatusCode::INTERNAL_SERVER_ERROR, "an internal error occurred")
        });
        if asked.is_some_and(|asked| !asked.is()) {
            // Clients do not agree on what an answer before `100 Continue` means for the next request: there is none.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        let now = self.server.clock.now().http_date();
        let date = HeaderValue::from_str(&now).expect("a date is plain text");
        response.headers_mut().entry(header::DATE).or_insert(date);
        response
    }

    async fn connect(&self, request: Request<Incoming>, peer: &Arc<Peer>) -> Response<Body> {
        let Some(authority) = request.uri().authority().cloned() else {
            return plain(StatusCode::BAD_REQUEST, "CONNECT needs a host and a port");
        };
        if peer.connected_to.is_some() {
            return plain(StatusCode::BAD_REQUEST, "there is no CONNECT inside a CONNECT");
        }
        let (parts, incoming) = request.into_parts();
        let decision = self.server.handler.connect(&authority, &parts, peer).await;
        let upgraded = hyper::upgrade::on(Request::from_parts(parts, incoming));
        let connection = self.clone();
        match decision {
            Connect::Refuse(response) => return response,
            Connect::Intercept => {
                let peer = Peer { connected_to: Some(authority), ..Peer::clone(peer) };
                self.tasks.spawn(async move {
                    let mut stopping = connection.stopping.clone();
                    let upgraded = tokio::select! {
                        _ = stopping.changed() => return,
                        upgraded = upgraded => upgraded,
                    };
                    if let Ok(upgraded) = upgraded {
                        connection.run(Box::new(TokioIo::new(upgraded)), peer).await;
                    }
                });
            }
            Connect::Tunnel { to } => {
                let mut far = match timeout(self.server.limits.dial, TcpStream::connect(&to)).await {
                    Ok(Ok(far)) => far,
                    Ok(Err(error)) => {
                        return plain(StatusCode::BAD_GATEWAY, &format!("{to} cannot be reached: {error}"));
                    }
                    Err(_) => return plain(StatusCode::GATEWAY_TIMEOUT, &format!("{to} does not answer")),
                };
                self.tasks.spawn(async move {
                    let mut stopping = connection.stopping.clone();
                    let carrying = async {
                        let mut near = TokioIo::new(upgraded.await.ok()?);
                        tokio::io::copy_bidirectional(&mut near, &mut far).await.ok()
                    };
                    tokio::select! {
                        _ = stopping.changed() => {}
                        _ = carrying => {}
                    }
                });
            }
        }
        Response::new(Body::empty())
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

/// Runs a future to its end, or to its panic: then `None`.
async fn contain<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(value)) => Poll::Ready(Some(value)),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// The tasks of one server.
#[derive(Clone, Default)]
pub(crate) struct Tasks(Arc<Mutex<JoinSet<()>>>);

impl Tasks {
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while set.try_join_next().is_some() {}
        set.spawn(task);
    }

    async fn finished(&self) {
        poll_fn(|context| {
            let mut set = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                match set.poll_join_next(context) {
                    Poll::Ready(Some(_)) => {}
                    Poll::Ready(None) => return Poll::Ready(()),
                    Poll::Pending => return Poll::Pending,
                }
            }
        })
        .await;
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Tasks {
    fn execute(&self, task: F) {
        self.spawn(task);
    }
}

/// The tasks hold the set that holds them, so it is emptied by hand.
struct AbortOnDrop(Tasks);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
    }
}

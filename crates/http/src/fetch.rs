//! One request out, for who stands between a client and an origin. It follows no redirects and retries nothing.
//!
//! The connection is driven by whoever waits for the answer, then by whoever reads its body: there is no task behind
//! it, and dropping the answer ends it.

use crate::{Body, BodyError};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri, header, uri::PathAndQuery};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, pki_types::ServerName};
use std::{
    fmt, io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// Where to send a request: not always where its `host` says.
#[derive(Clone, Debug)]
pub struct Origin {
    /// `host:port`, dialled as it is.
    pub address: String,
    /// Speak TLS, and expect a certificate of this name.
    pub tls: Option<(Arc<ClientConfig>, String)>,
}

/// How long to wait, in the machine's time.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the connection, its TLS handshake included.
    pub connect: Duration,
    /// From then on, for the headers of the answer.
    pub answer: Duration,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum FetchError {
    Connect(io::Error),
    ConnectTimeout,
    AnswerTimeout,
    /// What came back is not HTTP, or stopped.
    Protocol(hyper::Error),
    /// The name for TLS is none.
    BadName(String),
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connect(error) => write!(f, "the origin cannot be reached: {error}"),
            Self::ConnectTimeout => f.write_str("the origin did not accept the connection in time"),
            Self::AnswerTimeout => f.write_str("the origin did not answer in time"),
            Self::Protocol(error) => write!(f, "the origin did not answer properly: {error}"),
            Self::BadName(name) => write!(f, "{name} is not the name of a host"),
        }
    }
}

impl std::error::Error for FetchError {}

/// Sends `request` to `origin`.
pub async fn fetch(origin: &Origin, request: Request<Body>, timeouts: Timeouts) -> Result<Response<Body>, FetchError> {
    let dialling = async {
        let stream = TcpStream::connect(&origin.address).await.map_err(FetchError::Connect)?;
        stream.set_nodelay(true).map_err(FetchError::Connect)?;
        Ok(stream)
    };
    let Some((config, name)) = &origin.tls else {
        let stream = timeout(timeouts.connect, dialling).await.map_err(|_| FetchError::ConnectTimeout)??;
        return fetch_over(stream, request, timeouts.answer).await;
    };
    let server_name = ServerName::try_from(name.clone()).map_err(|_| FetchError::BadName(name.clone()))?;
    let securing = async {
        let stream = dialling.await?;
        TlsConnector::from(config.clone()).connect(server_name, stream).await.map_err(FetchError::Connect)
    };
    let stream = timeout(timeouts.connect, securing).await.map_err(|_| FetchError::ConnectTimeout)??;
    fetch_over(stream, request, timeouts.answer).await
}

/// Sends `request` over a stream that is open, in HTTP/1.1. Headers that concern one connection are not carried over,
/// in either direction.
pub async fn fetch_over<S>(
    stream: S,
    mut request: Request<Body>,
    answer_within: Duration,
) -> Result<Response<Body>, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    to_origin_form(&mut request);
    let asking = async {
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(FetchError::Protocol)?;
        let mut connection: Option<Driver> = Some(Box::pin(connection));
        let mut answering = Box::pin(sender.send_request(request));
        let answer = std::future::poll_fn(|context| {
            drive(&mut connection, context);
            answering.as_mut().poll(context)
        });
        let answer = answer.await.map_err(FetchError::Protocol)?;
        Ok((answer, connection))
    };
    let (mut answer, connection) = timeout(answer_within, asking).await.map_err(|_| FetchError::AnswerTimeout)??;
    drop_hop_headers(answer.headers_mut());
    Ok(answer.map(|incoming| Body::stream(DrivenBody { connection, incoming })))
}

fn to_origin_form(request: &mut Request<Body>) {
    drop_hop_headers(request.headers_mut());
    if let Some(authority) = request.uri().authority().cloned() {
        let host = HeaderValue::from_str(authority.as_str()).expect("an authority is plain text");
        request.headers_mut().entry(header::HOST).or_insert(host);
    }
    let path = request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    *request.uri_mut() = Uri::from(path);
    *request.version_mut() = http::Version::HTTP_11;
}

/// Headers between two neighbours (RFC 9110, 7.6.1), and those that `connection` names as such.
fn drop_hop_headers(headers: &mut HeaderMap) {
    const HOP: [HeaderName; 7] = [
        header::CONNECTION,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    let listed = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let listed: Vec<HeaderName> =
        listed.flat_map(|list| list.split(',')).filter_map(|name| name.trim().parse().ok()).collect();
    for name in listed.iter().chain(&HOP) {
        headers.remove(name);
    }
}

type Driver = Pin<Box<dyn Future<Output = Result<(), hyper::Error>> + Send>>;

/// Moves the connection on. What goes wrong with it, the answer or its body says.
fn drive(connection: &mut Option<Driver>, context: &mut Context<'_>) {
    if let Some(driver) = connection
        && driver.as_mut().poll(context).is_ready()
    {
        *connection = None;
    }
}

/// The body of an answer, and the connection that it comes over.
struct DrivenBody {
    connection: Option<Driver>,
    incoming: Incoming,
}

impl HttpBody for DrivenBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        drive(&mut self.connection, context);
        Pin::new(&mut self.incoming).poll_frame(context).map_err(|error| BodyError::Connection(error.into()))
    }
    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }
    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

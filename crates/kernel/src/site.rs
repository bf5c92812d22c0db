//! Hosts that are not APIs: a distribution, an HTTP API, a hosted sign-in page.

use crate::{Call, Cloud, Outcome};
use http::{HeaderMap, Method, Uri, request::Parts};
use shape::ByteStream;
use std::{future::Future, pin::Pin};

pub type Request = http::Request<ByteStream>;
pub type Response = http::Response<ByteStream>;

/// A service that answers HTTP under its own host names.
pub trait Site: Send + Sync + 'static {
    /// Whether `host` (without port, in small letters) and the request's target are this site's.
    fn owns(&self, host: &str, method: &Method, uri: &Uri) -> bool;
    /// `call` is anonymous; it says when, from where and under which request id.
    fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> impl Future<Output = Response> + Send;
}

/// Which pages may call an API from a browser, where not all may: S3 asks its buckets.
pub trait Origins: Send + Sync + 'static {
    /// The headers that answer a preflight. The request's path begins with the bucket, whatever its host.
    fn preflight(&self, cloud: &Cloud, request: &Parts) -> Outcome<HeaderMap>;
    /// The headers that let a page read the answer to a request with an Origin.
    fn expose(&self, cloud: &Cloud, request: &Parts) -> Outcome<HeaderMap>;
}

/// [`Site`] behind a pointer.
pub(crate) trait AnySite: Send + Sync {
    fn owns(&self, host: &str, method: &Method, uri: &Uri) -> bool;
    fn answer<'a>(
        &'a self,
        cloud: &'a Cloud,
        call: &'a Call,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>>;
}

impl<S: Site> AnySite for S {
    fn owns(&self, host: &str, method: &Method, uri: &Uri) -> bool {
        Site::owns(self, host, method, uri)
    }
    fn answer<'a>(
        &'a self,
        cloud: &'a Cloud,
        call: &'a Call,
        request: Request,
    ) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
        Box::pin(Site::answer(self, cloud, call, request))
    }
}

/// The model's own internet: whoever answers a request by its host. The gateway is one; services reach the hosts of
/// other services through it.
pub trait Web: Send + Sync + 'static {
    fn fetch<'a>(&'a self, cloud: &'a Cloud, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

    /// Serves a connection that was accepted inside a sandbox, as if its client had connected to the gateway itself.
    /// Who does not serve connections closes it.
    fn accept<'a>(
        &'a self,
        _cloud: &'a Cloud,
        connection: tokio::net::TcpStream,
        _via: &'a Via,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        drop(connection);
        Box::pin(std::future::ready(()))
    }
}

/// How a connection came to the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Via {
    /// The port that was asked for: 443 speaks TLS, 80 does not.
    pub port: u16,
    /// What the services see as the caller's address.
    pub source_ip: String,
}

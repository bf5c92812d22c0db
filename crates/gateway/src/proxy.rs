//! The port as a proxy: AWS's names lead to the model, everything else leads out as it would without us.

use crate::names;
use http::{Request, Response, StatusCode, Uri, header, uri::Authority};
use http_io::{Body, Connect, Origin, Timeouts};
use std::time::Duration;

const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(10), answer: Duration::from_secs(60) };

/// What becomes of a `CONNECT`.
pub(crate) fn decide(authority: &Authority) -> Connect {
    if names::is_of_the_model(authority.as_str()) {
        return Connect::Intercept;
    }
    let port = authority.port_u16().unwrap_or(443);
    Connect::Tunnel { to: format!("{}:{port}", authority.host()) }
}

/// Whether a request asks us to fetch from another host: an absolute URI that is not of the model.
pub(crate) fn leads_out(uri: &Uri) -> bool {
    uri.scheme_str() == Some("http")
        && uri.authority().is_some_and(|authority| {
            !names::is_of_the_model(authority.as_str()) && names::real_host(authority.as_str()).is_some()
        })
}

/// Fetches from another host, over plain HTTP.
pub(crate) async fn forward(request: Request<Body>) -> Response<Body> {
    let Some(authority) = request.uri().authority().cloned() else {
        return plain(StatusCode::BAD_REQUEST, "a proxied request names its host");
    };
    let origin = Origin { address: format!("{}:{}", authority.host(), authority.port_u16().unwrap_or(80)), tls: None };
    match http_io::fetch(&origin, request, TIMEOUTS).await {
        Ok(response) => response,
        Err(error) => plain(StatusCode::BAD_GATEWAY, &format!("{authority}: {error}")),
    }
}

/// An answer of our own, for people.
pub(crate) fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

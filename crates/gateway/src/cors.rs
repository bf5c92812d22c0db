//! Browsers at API endpoints. AWS lets pages of any origin call its APIs: signatures and tokens guard them, not cookies.
//! An API whose resources have rules of their own, as buckets do, says so through [`kernel::Origins`].

use http::{HeaderMap, HeaderValue, Method, Response, header, request::Parts};
use http_io::Body;
use kernel::Cloud;
use shape::{Api, ApiError};

/// How long a browser may remember a preflight's answer. AWS: what its JSON APIs say.
const MAX_AGE_SECONDS: &str = "172800";

/// The answer to a preflight; `None` for what is none.
pub(crate) fn preflight(cloud: &Cloud, api: &'static Api, request: &Parts) -> Option<Result<Response<Body>, ApiError>> {
    if request.method != Method::OPTIONS {
        return None;
    }
    let headers = match cloud.origins(api) {
        Some(origins) => origins.preflight(cloud, request),
        None => Ok(anyone(request)?),
    };
    Some(headers.map(|headers| {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = headers;
        response
    }))
}

fn anyone(request: &Parts) -> Option<HeaderMap> {
    let method = request.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method.clone());
    if let Some(wanted) = request.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_SECONDS));
    Some(headers)
}

/// Lets a page read the answer to its request, if it may.
pub(crate) fn expose(cloud: &Cloud, api: &'static Api, request: &Parts, headers: &mut HeaderMap) {
    let Some(origins) = cloud.origins(api) else {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        let exposed = "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date";
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
        return;
    };
    match origins.expose(cloud, request) {
        Ok(allowed) => headers.extend(allowed),
        Err(error) => tracing::error!(%error, "whether a page may read an answer was not found out"),
    }
}

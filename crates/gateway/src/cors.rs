//! Browsers at API endpoints. AWS lets pages of any origin call its APIs: signatures and tokens guard them, not cookies.
//! Buckets have rules of their own, which S3 evaluates.

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_io::Body;
use shape::Api;

/// How long a browser may remember a preflight's answer. AWS: what its JSON APIs say.
const MAX_AGE_SECONDS: &str = "172800";

/// The answer to a preflight of an API other than S3.
pub(crate) fn preflight(api: &Api, parts: &Parts) -> Option<Response<Body>> {
    let asked = parts.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if parts.method != Method::OPTIONS || api.name == "s3" {
        return None;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::OK;
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, asked.clone());
    if let Some(wanted) = parts.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_SECONDS));
    Some(response)
}

/// Lets a page read the answer.
pub(crate) fn expose(api: &Api, headers: &mut HeaderMap) {
    if api.name == "s3" {
        return;
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date"),
    );
}

//! Buckets and browsers: which pages may call the API, and buckets as websites.

use crate::{
    domain::cors::{self, Asked},
    state,
};
use api_s3::{CORSConfiguration, GetObject, GetObjectOutput, GetObjectRequest, Redirect, WebsiteConfiguration};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header, request::Parts};
use kernel::{Call, Cloud, Origins, Outcome, Request, Response, Scope, Site};
use percent_encoding::percent_decode_str;
use shape::{ApiError, ByteStream, Bytes, Schema, Shape};

#[derive(Debug)]
pub(crate) struct Hosts;

impl Site for Hosts {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        website_bucket(host).is_some()
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        let (parts, _) = request.into_parts();
        let host = parts.uri.host().map(str::to_owned).or_else(|| text(&parts.headers, "host")).unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default().to_ascii_lowercase();
        // Asked by its alias, it is the same host.
        let host = host.strip_suffix(".localhost").unwrap_or(&host);
        let answered = website(cloud, call, website_bucket(host).unwrap_or_default(), &parts).await;
        answered.unwrap_or_else(|error| page(error.status, &error))
    }
}

/// The bucket of `bucket.s3-website-us-east-1.amazonaws.com`; the newer regions have a dot there.
fn website_bucket(host: &str) -> Option<&str> {
    let (bucket, rest) = host.rsplit_once(".s3-website")?;
    (rest.starts_with(['-', '.']) && rest.ends_with(".amazonaws.com") && !bucket.is_empty()).then_some(bucket)
}

fn setting<T: Shape>(cloud: &Cloud, bucket: &str, kind: &str, schema: &'static Schema) -> Outcome<Option<T>> {
    cloud.read(&api_s3::API, &Scope::shared(), |tx| state::find_setting(tx, bucket, kind, schema))
}

impl Origins for Hosts {
    fn preflight(&self, cloud: &Cloud, request: &Parts) -> Outcome<HeaderMap> {
        let said = |name| text(&request.headers, name).unwrap_or_default();
        let (origin, method) = (said("origin"), said("access-control-request-method"));
        let headers = said("access-control-request-headers");
        if origin.is_empty() {
            let said = "Insufficient information. Origin request header needed.";
            return Err(ApiError::new("BadRequest", 400, said));
        }
        if method.is_empty() {
            let said = "Invalid Access-Control-Request-Method: null";
            return Err(ApiError::new("BadRequest", 400, said));
        }
        let forbidden = |said: &str| ApiError::new("AccessForbidden", 403, format!("CORSResponse: {said}"));
        let rules = rules(cloud, request)?.ok_or_else(|| forbidden("CORS is not enabled for this bucket."))?;
        let asked = Asked { origin: &origin, method: &method, headers: &headers, is_preflight: true };
        let allowed = cors::evaluate(&rules.cors_rules, &asked).ok_or_else(|| {
            // AWS: its spelling.
            forbidden(
                "This CORS request is not allowed. This is usually because the evalution of Origin, request method / \
                 Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's \
                 CORS spec.",
            )
        })?;
        Ok(header_map(allowed))
    }

    fn expose(&self, cloud: &Cloud, request: &Parts) -> Outcome<HeaderMap> {
        let origin = text(&request.headers, "origin").unwrap_or_default();
        let asked = Asked { origin: &origin, method: request.method.as_str(), headers: "", is_preflight: false };
        let allowed = rules(cloud, request)?.and_then(|rules| cors::evaluate(&rules.cors_rules, &asked));
        Ok(header_map(allowed.unwrap_or_default()))
    }
}

fn rules(cloud: &Cloud, request: &Parts) -> Outcome<Option<CORSConfiguration>> {
    let bucket = request.uri.path().trim_start_matches('/').split('/').next().unwrap_or_default();
    setting(cloud, bucket, "cors", &api_s3::CORSConfiguration)
}

fn header_map(headers: Vec<(&'static str, String)>) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        set(&mut map, name, &value);
    }
    map
}

async fn website(cloud: &Cloud, call: &Call, bucket: &str, request: &Parts) -> Outcome<Response> {
    let site: Option<WebsiteConfiguration> = setting(cloud, bucket, "website", &api_s3::WebsiteConfiguration)?;
    let site = site.ok_or_else(|| {
        let said = "The specified bucket does not have a website configuration";
        ApiError::new("NoSuchWebsiteConfiguration", 404, said)
    })?;
    let path = percent_decode_str(request.uri.path().trim_start_matches('/')).decode_utf8_lossy().into_owned();
    if let Some(to) = &site.redirect_all_requests_to {
        let scheme = to.protocol.map_or("http", |protocol| protocol.as_str());
        return Ok(moved(301, &format!("{scheme}://{}/{path}", to.host_name)));
    }
    if request.method != Method::GET && request.method != Method::HEAD {
        let said = "The specified method is not allowed against this resource.";
        return Err(ApiError::new("MethodNotAllowed", 405, said));
    }
    let suffix = site.index_document.as_ref().map_or("", |index| index.suffix.as_str());
    let key = if path.is_empty() || path.ends_with('/') { format!("{path}{suffix}") } else { path.clone() };
    if let Some(to) = rule(&site, &key, None) {
        return Ok(redirected(to, bucket, &key, call));
    }
    // A website's callers are anonymous: the bucket's policy lets them in or nobody does.
    let home = cloud.read(&api_s3::API, &Scope::shared(), |tx| tx.get(&state::BUCKETS, bucket))?;
    let call = home.map_or_else(|| call.clone(), |home| call.in_region(home.region));
    let ask = |key: &str| GetObjectRequest { bucket: bucket.into(), key: key.into(), ..Default::default() };
    let error = match cloud.call::<GetObject>(&call, ask(&key)).await {
        Ok(found) => return Ok(shown(200, found)),
        Err(error) => error,
    };
    let index = format!("{path}/{suffix}");
    if error.status == 404 && !path.ends_with('/') && cloud.call::<GetObject>(&call, ask(&index)).await.is_ok() {
        return Ok(moved(302, &format!("/{path}/")));
    }
    if let Some(to) = rule(&site, &key, Some(error.status)) {
        return Ok(redirected(to, bucket, &key, &call));
    }
    let Some(document) = &site.error_document else { return Err(error) };
    match cloud.call::<GetObject>(&call, ask(&document.key)).await {
        Ok(found) => Ok(shown(error.status, found)),
        Err(_) => Err(error),
    }
}

/// The redirect of the first rule that fits a key, before (no status) or after it was looked for.
fn rule<'a>(site: &'a WebsiteConfiguration, key: &str, status: Option<u16>) -> Option<(&'a Redirect, &'a str)> {
    site.routing_rules.iter().flatten().find_map(|rule| {
        let when = rule.condition.as_ref();
        let prefix = when.and_then(|when| when.key_prefix_equals.as_deref()).unwrap_or_default();
        let code = when.and_then(|when| when.http_error_code_returned_equals.as_deref());
        let is_met = match (code, status) {
            (None, None) => true,
            (Some(code), Some(status)) => code == status.to_string(),
            _ => false,
        };
        (is_met && key.starts_with(prefix)).then_some((&rule.redirect, prefix))
    })
}

fn redirected((to, prefix): (&Redirect, &str), bucket: &str, key: &str, call: &Call) -> Response {
    let scheme = to.protocol.map_or("http", |protocol| protocol.as_str());
    let own = format!("{bucket}.s3-website-{}.amazonaws.com", call.region);
    let host = to.host_name.clone().unwrap_or(own);
    let key = match (&to.replace_key_with, &to.replace_key_prefix_with) {
        (Some(whole), _) => whole.clone(),
        (None, Some(start)) => format!("{start}{}", &key[prefix.len()..]),
        (None, None) => key.to_owned(),
    };
    let status = to.http_redirect_code.as_deref().and_then(|code| code.parse().ok()).unwrap_or(301);
    moved(status, &format!("{scheme}://{host}/{key}"))
}

fn moved(status: u16, location: &str) -> Response {
    let mut response = Response::new(ByteStream::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::MOVED_PERMANENTLY);
    set(response.headers_mut(), "location", location);
    response
}

fn shown(status: u16, found: GetObjectOutput) -> Response {
    if let Some(location) = &found.website_redirect_location {
        return moved(301, location);
    }
    let mut headers = HeaderMap::new();
    let modified = found.last_modified.map(|at| at.http_date());
    let length = found.content_length.map(|length| length.to_string());
    for (name, value) in [
        ("content-type", found.content_type),
        ("content-length", length),
        ("content-encoding", found.content_encoding),
        ("content-language", found.content_language),
        ("content-disposition", found.content_disposition),
        ("cache-control", found.cache_control),
        ("etag", found.e_tag),
        ("last-modified", modified),
    ] {
        if let Some(value) = value {
            set(&mut headers, name, &value);
        }
    }
    let mut response = Response::new(found.body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    *response.headers_mut() = headers;
    response
}

fn page(status: u16, error: &ApiError) -> Response {
    let title = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let body = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n<ul>\n<li>Code: {}</li>\n<li>Message: \
         {}</li>\n</ul>\n</body>\n</html>\n",
        error.code, error.message
    );
    let mut response = Response::new(ByteStream::from(Bytes::from(body)));
    *response.status_mut() = title;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// What a header cannot hold is left out: the rest of the answer matters more.
fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

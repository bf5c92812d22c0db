//! One request through the edge: behaviour, protocol, method, cache, origin, error pages, headers.

use super::{
    cache::{Entry, MOST_BODY_BYTES},
    key,
    origin::{self, Ask},
    page, part,
    plan::{Deployed, Route},
    policy_headers, squeeze, ttl,
};
use crate::CloudFront;
use api_cloudfront::ViewerProtocolPolicy;
use base::{Fault, Timestamp};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use kernel::{Call, Cloud, Request, Response, Site};
use shape::{ByteStream, Bytes, StreamError};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

/// The site of all distributions.
#[derive(Debug)]
pub(crate) struct Edge(Arc<CloudFront>);

impl Edge {
    pub(crate) fn new(cloudfront: Arc<CloudFront>) -> Self {
        Self(cloudfront)
    }
}

impl Site for Edge {
    fn owns(&self, host: &str, _: &Method, _: &Uri) -> bool {
        host.strip_suffix(".cloudfront.net").is_some_and(|label| !label.contains('.'))
    }

    async fn answer(&self, cloud: &Cloud, call: &Call, request: Request) -> Response {
        match self.answered(cloud, call, request).await {
            Ok(response) => response,
            Err(fault) => {
                tracing::error!(%fault, request = call.request_id, "the edge failed");
                let cause = "We encountered an internal error.";
                page::error(StatusCode::INTERNAL_SERVER_ERROR, cause, &call.request_id)
            }
        }
    }
}

/// Where an answer came from, as `x-cache` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Hit,
    RefreshHit,
    Miss,
    Error,
    Redirect,
}

impl From {
    fn x_cache(self) -> &'static str {
        match self {
            Self::Hit => "Hit from cloudfront",
            Self::RefreshHit => "RefreshHit from cloudfront",
            Self::Miss => "Miss from cloudfront",
            Self::Error => "Error from cloudfront",
            Self::Redirect => "Redirect from cloudfront",
        }
    }
}

/// An answer on its way to the viewer. A whole one is in memory, so that a part of it can be given.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    from: From,
}

enum Body {
    Whole(Bytes),
    Stream(ByteStream),
}

impl Answer {
    fn of(response: Response, from: From) -> Self {
        let (parts, body) = response.into_parts();
        Self { status: parts.status, headers: parts.headers, body: Body::Stream(body), from }
    }
    fn cached(entry: &Entry, from: From, now: Timestamp) -> Self {
        let mut headers = entry.headers.clone();
        let age = now.millis_since(entry.since).max(0) / 1000;
        headers.insert(header::AGE, HeaderValue::from(age));
        let from = if entry.status.is_client_error() || entry.status.is_server_error() { From::Error } else { from };
        Self { status: entry.status, headers, body: Body::Whole(entry.body.clone()), from }
    }
}

/// What the viewer asked.
struct Viewer {
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    host: String,
}

impl CloudFront {
    fn epoch(&self, deployed: &Deployed) -> u64 {
        self.cache.epoch(&deployed.host.distribution)
    }
}

impl Edge {
    async fn answered(&self, cloud: &Cloud, call: &Call, request: Request) -> Result<Response, Fault> {
        let (parts, body) = request.into_parts();
        let named = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = named.or_else(|| parts.uri.authority().map(|at| at.as_str())).unwrap_or(&call.host).to_owned();
        let label = host.split(['.', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let deployed = Deployed::find(cloud, &label)?.filter(|deployed| deployed.config.enabled);
        let Some(deployed) = deployed else {
            let cause = "Bad request. We can't connect to the server for this app or website at this time.";
            return Ok(finish(
                call,
                Answer::of(page::error(StatusCode::FORBIDDEN, cause, &call.request_id), From::Error),
            ));
        };
        let root = deployed.config.default_root_object.as_deref().unwrap_or_default();
        let path = match parts.uri.path() {
            "/" | "" if !root.is_empty() => format!("/{root}"),
            "" => "/".to_owned(),
            path => path.to_owned(),
        };
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let viewer = Viewer { method: parts.method, path, query, headers: parts.headers, host };
        let route = deployed.route(cloud, &viewer.path)?;
        if let Some(refused) = refuse(call, &route, &viewer, parts.uri.path()) {
            return Ok(finish(call, refused));
        }
        let answer = self.obtain(cloud, call, &deployed, &route, &viewer, body).await?;
        let answer = self.with_error_page(cloud, call, &deployed, answer).await?;
        let mut answer = narrow(&route, &viewer, answer);
        if let Some(policy) = &route.response {
            policy_headers::apply(policy, &viewer.method, &viewer.headers, &mut answer.headers);
            time_server(call, policy, &mut answer);
        }
        Ok(finish(call, answer))
    }

    /// From the cache, or from the origin and then into the cache.
    async fn obtain(
        &self,
        cloud: &Cloud,
        call: &Call,
        deployed: &Deployed,
        route: &Route,
        viewer: &Viewer,
        body: ByteStream,
    ) -> Result<Answer, Fault> {
        let cache = &self.0.cache;
        let is_gzip = route.has_gzip && key::takes_gzip(&viewer.headers);
        let asked = (&viewer.method, viewer.path.as_str(), viewer.query.as_str());
        let cache_key = key::cache_key(&deployed.host.distribution, asked, &viewer.headers, &route.key, is_gzip);
        let caches = route.caches(&viewer.method);
        let found = if caches { cache.find(&cache_key) } else { None };
        if let Some(entry) = found.as_ref().filter(|entry| call.now < entry.fresh_until) {
            return Ok(Answer::cached(entry, From::Hit, call.now));
        }
        // Errors are asked for anew.
        let stale = found.filter(|entry| ttl::is_kept(entry.status) && viewer.method != Method::HEAD);
        let is_part = viewer.headers.contains_key(header::RANGE) && stale.is_none();
        let ask = self.ask(route, viewer, body, is_gzip, (caches && !is_part, stale.as_deref()));
        let epoch = self.0.epoch(deployed);
        let response = fetch(cloud, call, deployed, route, ask).await;
        if let Some(stale) = stale.filter(|_| response.status() == StatusCode::NOT_MODIFIED) {
            return Ok(self.refreshed(call, route, &cache_key, &stale, response.headers(), epoch));
        }
        let is_error = response.status().is_client_error() || response.status().is_server_error();
        let answer = Answer::of(response, if is_error { From::Error } else { From::Miss });
        if !caches || is_part || viewer.method == Method::HEAD {
            return Ok(answer);
        }
        Ok(self.kept(call, deployed, route, viewer, (&cache_key, is_gzip, epoch), answer).await)
    }

    fn ask(
        &self,
        route: &Route,
        viewer: &Viewer,
        body: ByteStream,
        is_gzip: bool,
        (is_whole, stale): (bool, Option<&Entry>),
    ) -> Ask {
        let mut headers =
            key::forwarded(&viewer.headers, &viewer.method, [&route.key, &route.request], route.is_legacy);
        if is_whole {
            // What is kept is kept whole; the viewer's conditions are answered from it.
            for name in [
                header::RANGE,
                header::IF_RANGE,
                header::IF_MATCH,
                header::IF_NONE_MATCH,
                header::IF_MODIFIED_SINCE,
                header::IF_UNMODIFIED_SINCE,
            ] {
                headers.remove(name);
            }
        }
        if let Some(stale) = stale {
            // AWS: the tag of what was compressed here is weak; the origin knows the strong one.
            let tag = stale
                .headers
                .get(header::ETAG)
                .and_then(|tag| tag.to_str().ok())
                .map(|tag| tag.trim_start_matches("W/"));
            if let Some(tag) = tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
                headers.insert(header::IF_NONE_MATCH, tag);
            } else if let Some(modified) = stale.headers.get(header::LAST_MODIFIED) {
                headers.insert(header::IF_MODIFIED_SINCE, modified.clone());
            }
        }
        if route.has_gzip {
            headers.remove(header::ACCEPT_ENCODING);
            if is_gzip {
                headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        let query = key::query(&viewer.query, &[&route.key.queries, &route.request.queries]);
        Ask { method: viewer.method.clone(), path: viewer.path.clone(), query, headers, body }
    }

    /// The stale answer is still what the origin has.
    fn refreshed(
        &self,
        call: &Call,
        route: &Route,
        cache_key: &str,
        stale: &Entry,
        news: &HeaderMap,
        epoch: u64,
    ) -> Answer {
        let mut headers = stale.headers.clone();
        for name in [header::CACHE_CONTROL, header::EXPIRES, header::DATE] {
            if let Some(value) = news.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        let seconds = ttl::lifetime(route.bounds, &headers, call.now);
        let entry = Entry {
            distribution: stale.distribution.clone(),
            path: stale.path.clone(),
            status: stale.status,
            headers,
            body: stale.body.clone(),
            since: call.now,
            fresh_until: call.now.plus_secs(seconds),
        };
        let answer = Answer::cached(&entry, From::RefreshHit, call.now);
        self.0.cache.keep(cache_key, entry, epoch);
        answer
    }

    /// Keeps the origin's answer for as long as everybody says, if it is small enough, compressed if it should be.
    async fn kept(
        &self,
        call: &Call,
        deployed: &Deployed,
        route: &Route,
        viewer: &Viewer,
        (cache_key, is_gzip, epoch): (&str, bool, u64),
        answer: Answer,
    ) -> Answer {
        let Answer { status, mut headers, body, from } = answer;
        let seconds = if ttl::is_kept(status) {
            ttl::lifetime(route.bounds, &headers, call.now)
        } else {
            let least = deployed.custom_error(status.as_u16()).and_then(|custom| custom.error_caching_min_ttl);
            ttl::error_lifetime(status, least, &headers, call.now)
        };
        let Body::Stream(stream) = body else { return Answer { status, headers, body, from } };
        let whole = match gather(stream, &headers).await {
            Ok(whole) => whole,
            Err(stream) => return Answer { status, headers, body: Body::Stream(stream), from },
        };
        // AWS: HTTP/1.0-style answers without a length are not compressed; here the whole body is at hand.
        let squeezes = is_gzip && route.behavior.compress == Some(true);
        let body = match squeezes.then(|| squeeze::gzip(status, &mut headers, &whole)).flatten() {
            Some(squeezed) => squeezed,
            None => whole,
        };
        headers.remove(header::CONTENT_LENGTH);
        if seconds > 0 {
            let query = key::query(&viewer.query, &[&route.key.queries]);
            let mark = if query.is_empty() { "" } else { "?" };
            let entry = Entry {
                distribution: deployed.host.distribution.clone(),
                path: format!("{}{mark}{query}", viewer.path),
                status,
                headers: headers.clone(),
                body: body.clone(),
                since: call.now,
                fresh_until: call.now.plus_secs(seconds),
            };
            self.0.cache.keep(cache_key, entry, epoch);
        }
        Answer { status, headers, body: Body::Whole(body), from }
    }

    /// The distribution's own page in place of an error.
    async fn with_error_page(
        &self,
        cloud: &Cloud,
        call: &Call,
        deployed: &Deployed,
        answer: Answer,
    ) -> Result<Answer, Fault> {
        let Some(custom) = deployed.custom_error(answer.status.as_u16()) else { return Ok(answer) };
        let page = custom.response_page_path.as_deref().unwrap_or_default();
        let code = custom.response_code.as_deref().and_then(|code| code.parse::<u16>().ok());
        let (Some(code), false) = (code.and_then(|code| StatusCode::from_u16(code).ok()), page.is_empty()) else {
            return Ok(answer);
        };
        let route = deployed.route(cloud, page)?;
        let viewer = Viewer {
            method: Method::GET,
            path: page.to_owned(),
            query: String::new(),
            headers: HeaderMap::new(),
            host: String::new(),
        };
        let mut found = self.obtain(cloud, call, deployed, &route, &viewer, ByteStream::empty()).await?;
        // AWS: when the page cannot be had either, its own status is what the viewer gets.
        if found.status == StatusCode::OK {
            found.status = code;
        }
        found.from = From::Error;
        Ok(found)
    }
}

/// What CloudFront answers without asking anybody: wrong protocol, wrong method.
fn refuse(call: &Call, route: &Route, viewer: &Viewer, written_path: &str) -> Option<Answer> {
    let page = |cause: &str| Some(Answer::of(page::error(StatusCode::FORBIDDEN, cause, &call.request_id), From::Error));
    if !call.is_secure && route.behavior.viewer_protocol_policy == ViewerProtocolPolicy::HttpsOnly {
        return page("Bad request. This distribution only supports HTTPS requests.");
    }
    if !call.is_secure && route.behavior.viewer_protocol_policy == ViewerProtocolPolicy::RedirectToHttps {
        let status = match viewer.method {
            Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::TEMPORARY_REDIRECT,
        };
        let mark = if viewer.query.is_empty() { "" } else { "?" };
        let location = format!("https://{}{written_path}{mark}{}", viewer.host, viewer.query);
        return Some(Answer::of(page::redirect(status, &location), From::Redirect));
    }
    if !route.allows(&viewer.method) {
        return page(
            "This distribution is not configured to allow the HTTP request method that was used for this request. \
             The distribution supports only cachable requests.",
        );
    }
    None
}

/// From the origin of the behaviour, or from the one that stands in for it.
async fn fetch(cloud: &Cloud, call: &Call, deployed: &Deployed, route: &Route, ask: Ask) -> Response {
    let Some((first, second)) = deployed.origins(&route.behavior.target_origin_id) else {
        return page::error(StatusCode::BAD_GATEWAY, "The origin of this behavior is not there.", &call.request_id);
    };
    // AWS: only requests without effect are asked twice.
    let second = second.filter(|_| [Method::GET, Method::HEAD, Method::OPTIONS].contains(&ask.method));
    let Some((second, codes)) = second else { return origin::fetch(cloud, call, deployed, first, ask).await };
    let again = ask.again();
    let response = origin::fetch(cloud, call, deployed, first, ask).await;
    if !codes.contains(&i32::from(response.status().as_u16())) {
        return response;
    }
    origin::fetch(cloud, call, deployed, second, again).await
}

/// The whole body where it is small enough, else the body as it was.
async fn gather(mut stream: ByteStream, headers: &HeaderMap) -> Result<Bytes, ByteStream> {
    let said = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    let length = stream.length().or(said);
    if length.is_some_and(|length| length > MOST_BODY_BYTES as u64) {
        return Err(stream);
    }
    let mut whole = Vec::new();
    while let Some(piece) = stream.next().await {
        let rest_length = length.map(|_| stream.length()).unwrap_or_default();
        match piece {
            Ok(piece) => whole.extend_from_slice(&piece),
            // The viewer sees the break where it happened.
            Err(broken) => return Err(resumed(whole, Some(broken), ByteStream::empty(), length)),
        }
        if whole.len() > MOST_BODY_BYTES {
            return Err(resumed(whole, None, stream, rest_length));
        }
    }
    Ok(whole.into())
}

/// A body of which the beginning was read already.
fn resumed(read: Vec<u8>, broken: Option<StreamError>, rest: ByteStream, length: Option<u64>) -> ByteStream {
    struct Resumed(std::vec::IntoIter<Result<Bytes, StreamError>>, ByteStream);
    impl futures_core::Stream for Resumed {
        type Item = Result<Bytes, StreamError>;
        fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            match self.0.next() {
                Some(piece) => Poll::Ready(Some(piece)),
                None => Pin::new(&mut self.1).poll_next(context),
            }
        }
    }
    let pieces: Vec<_> = std::iter::once(Ok(read.into())).chain(broken.map(Err)).collect();
    ByteStream::new(Resumed(pieces.into_iter(), rest), length)
}

/// What of the answer the viewer wants.
fn narrow(route: &Route, viewer: &Viewer, mut answer: Answer) -> Answer {
    let is_whole = answer.status == StatusCode::OK && [Method::GET, Method::HEAD].contains(&viewer.method);
    if is_whole && route.caches(&viewer.method) && part::is_unchanged(&viewer.headers, &answer.headers) {
        answer.status = StatusCode::NOT_MODIFIED;
        answer.body = Body::Whole(Bytes::new());
        answer.headers.remove(header::CONTENT_TYPE);
        answer.headers.remove(header::CONTENT_LENGTH);
        return answer;
    }
    if is_whole
        && viewer.method == Method::GET
        && let Body::Whole(whole) = &answer.body
        && let Some((status, body, range)) = part::part(&viewer.headers, &answer.headers, whole)
    {
        answer.headers.insert(header::CONTENT_RANGE, range);
        (answer.status, answer.body) = (status, Body::Whole(body));
    }
    if let Body::Whole(body) = &answer.body {
        answer.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    if viewer.method == Method::HEAD {
        answer.body = Body::Whole(Bytes::new());
    }
    answer
}

/// `Server-Timing`, for as many answers as the policy asks.
fn time_server(call: &Call, policy: &api_cloudfront::ResponseHeadersPolicyConfig, answer: &mut Answer) {
    let Some(timing) = policy.server_timing_headers_config.as_ref().filter(|timing| timing.enabled) else { return };
    /// The sampling rate is a percentage with up to four decimals.
    const PARTS: u64 = 1_000_000;
    #[expect(clippy::cast_precision_loss, reason = "a million is exact")]
    let drawn = call.entropy.below(PARTS) as f64 / (PARTS as f64 / 100.0);
    if drawn >= timing.sampling_rate.unwrap_or(0.0) {
        return;
    }
    let said = match answer.from {
        From::Hit => format!("cdn-cache-hit,cdn-pop;desc=\"{POP}\",cdn-rid;desc=\"{}\"", call.request_id),
        From::RefreshHit => format!("cdn-cache-refresh,cdn-pop;desc=\"{POP}\",cdn-rid;desc=\"{}\"", call.request_id),
        _ => format!("cdn-cache-miss,cdn-pop;desc=\"{POP}\",cdn-rid;desc=\"{}\"", call.request_id),
    };
    if let Ok(said) = HeaderValue::from_str(&said) {
        answer.headers.append("server-timing", said);
    }
}

/// The edge location, in the form in which AWS names one.
const POP: &str = "IAD12-P1";

/// Headers that concern the connection to the origin, or that only the origin's own caller should see.
const DROPPED: [&str; 8] =
    ["connection", "keep-alive", "proxy-authenticate", "te", "trailer", "transfer-encoding", "upgrade", "x-amz-id-2"];

fn finish(call: &Call, answer: Answer) -> Response {
    let Answer { status, mut headers, body, from } = answer;
    for name in DROPPED {
        headers.remove(name);
    }
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set("x-cache", from.x_cache());
    set("via", "1.1 4cf8b5a0e5e0f6d0c6bd1e1f3ae0a1b2.cloudfront.net (CloudFront)");
    set("x-amz-cf-pop", POP);
    set("x-amz-cf-id", &call.request_id);
    if !headers.contains_key(header::DATE)
        && let Ok(date) = HeaderValue::from_str(&call.now.http_date())
    {
        headers.insert(header::DATE, date);
    }
    let body = match body {
        Body::Whole(bytes) => ByteStream::from(bytes),
        Body::Stream(stream) => stream,
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

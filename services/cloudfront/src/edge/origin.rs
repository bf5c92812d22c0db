//! Asking an origin: a bucket through S3's own operations, as the principal that the bucket's policy knows, or any
//! host of the model through the gateway.
//!
//! Left out: S3 adds no CORS headers to what is asked this way; a response headers policy does.

use super::{page, plan::Deployed};
use crate::state::{ACCESS_CONTROLS, IDENTITIES};
use api_cloudfront::{API, Origin, OriginAccessControlSigningBehaviors as Signing, OriginProtocolPolicy};
use api_s3::{
    DeleteObject, DeleteObjectRequest, GetObject, GetObjectRequest, HeadObject, HeadObjectRequest, ListObjects,
    ListObjectsRequest, PutObject, PutObjectRequest,
};
use base::{Fault, Region};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use kernel::{Call, Cloud, Principal, Response, Scope};
use percent_encoding::percent_decode_str;
use shape::{ApiError, ByteStream, Operation, Shape};
use wire::Outgoing;

/// What is asked of an origin. The query and the headers are those that go on.
#[derive(Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ByteStream,
}

impl Ask {
    /// The same without its body, for another origin.
    pub(crate) fn again(&self) -> Self {
        Self {
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            headers: self.headers.clone(),
            body: ByteStream::empty(),
        }
    }
    fn header(&self, name: header::HeaderName) -> Option<String> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
    }
    fn time(&self, name: header::HeaderName) -> Option<base::Timestamp> {
        base::Timestamp::parse_http_date(&self.header(name)?)
    }
    fn query(&self, name: &str) -> Option<String> {
        let mut parts = self.query.split('&').filter_map(|part| part.split_once('='));
        let (_, value) = parts.find(|(key, _)| *key == name)?;
        Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
    }
}

/// A bucket as origins name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) region: Region,
}

impl Bucket {
    /// `name.s3.amazonaws.com`, `name.s3.eu-west-1.amazonaws.com` and their kin; not the website endpoints, which are
    /// hosts like any other.
    pub(crate) fn of(host: &str) -> Option<Self> {
        let front = host.strip_suffix(".amazonaws.com")?;
        let (name, region) = match front.strip_suffix(".s3") {
            Some(name) => (name, ""),
            None => {
                let (name, region) = front.rsplit_once(".s3.").or_else(|| front.rsplit_once(".s3-"))?;
                (name, region.trim_start_matches("dualstack."))
            }
        };
        if name.is_empty() || region.starts_with("website") || region.contains('.') {
            return None;
        }
        let region = if region.is_empty() { Region::us_east_1() } else { Region::new(region) };
        Some(Self { name: name.into(), region })
    }
}

pub(crate) async fn fetch(cloud: &Cloud, call: &Call, deployed: &Deployed, origin: &Origin, ask: Ask) -> Response {
    let answered = match Bucket::of(&origin.domain_name).filter(|_| origin.s3_origin_config.is_some()) {
        Some(bucket) => fetch_object(cloud, call, deployed, origin, &bucket, ask).await,
        None => fetch_host(cloud, call, origin, ask).await,
    };
    answered.unwrap_or_else(|error| {
        // A fault was logged where it arose; what is left is that the origin gave no answer.
        tracing::warn!(origin = origin.domain_name, %error, "an origin could not be asked");
        let cause = "CloudFront wasn't able to connect to the origin.";
        page::error(StatusCode::BAD_GATEWAY, cause, &call.request_id)
    })
}

/// The call as the principal under which the edge asks this origin.
fn signed(cloud: &Cloud, call: &Call, deployed: &Deployed, origin: &Origin, ask: &Ask) -> Result<Call, Fault> {
    let account = &deployed.host.account;
    let anonymous = Call { principal: Principal::Anonymous, account: account.clone(), ..call.clone() };
    let scope = Scope::global(account);
    if let Some(id) = origin.origin_access_control_id.as_deref().filter(|id| !id.is_empty()) {
        let control = cloud.read(&API, &scope, |tx| tx.get(&ACCESS_CONTROLS, id))?;
        let Some(control) = control else { return Ok(anonymous) };
        let signs = match control.config()?.signing_behavior {
            Signing::Always => true,
            Signing::Never => false,
            Signing::NoOverride => !ask.headers.contains_key(header::AUTHORIZATION),
        };
        return Ok(if signs { call.as_service("cloudfront.amazonaws.com", &deployed.arn()) } else { anonymous });
    }
    let identity = origin.s3_origin_config.as_ref().map(|s3| s3.origin_access_identity.as_str()).unwrap_or_default();
    let Some(id) = identity.strip_prefix("origin-access-identity/cloudfront/") else { return Ok(anonymous) };
    let Some(row) = cloud.read(&API, &scope, |tx| tx.get(&IDENTITIES, id))? else { return Ok(anonymous) };
    let arn = format!("arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {id}");
    Ok(Call { principal: Principal::CanonicalUser { id: row.canonical_id, arn: Some(arn) }, ..anonymous })
}

async fn fetch_object(
    cloud: &Cloud,
    call: &Call,
    deployed: &Deployed,
    origin: &Origin,
    bucket: &Bucket,
    mut ask: Ask,
) -> Result<Response, ApiError> {
    let call = Call { region: bucket.region.clone(), ..signed(cloud, call, deployed, origin, &ask)? };
    let path = format!("{}{}", origin.origin_path.as_deref().unwrap_or_default(), ask.path);
    let key = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy().into_owned();
    let (bucket, resource) = (bucket.name.clone(), path);
    match ask.method {
        Method::GET if key.is_empty() => {
            let input = ListObjectsRequest {
                bucket,
                prefix: ask.query("prefix"),
                delimiter: ask.query("delimiter"),
                marker: ask.query("marker"),
                ..Default::default()
            };
            perform::<ListObjects>(cloud, &call, input, &resource).await
        }
        Method::GET => {
            let input = GetObjectRequest {
                bucket,
                key,
                range: ask.header(header::RANGE),
                if_match: ask.header(header::IF_MATCH),
                if_none_match: ask.header(header::IF_NONE_MATCH),
                if_modified_since: ask.time(header::IF_MODIFIED_SINCE),
                if_unmodified_since: ask.time(header::IF_UNMODIFIED_SINCE),
                version_id: ask.query("versionId"),
                ..Default::default()
            };
            perform::<GetObject>(cloud, &call, input, &resource).await
        }
        Method::HEAD => {
            let input = HeadObjectRequest {
                bucket,
                key,
                range: ask.header(header::RANGE),
                if_match: ask.header(header::IF_MATCH),
                if_none_match: ask.header(header::IF_NONE_MATCH),
                if_modified_since: ask.time(header::IF_MODIFIED_SINCE),
                if_unmodified_since: ask.time(header::IF_UNMODIFIED_SINCE),
                version_id: ask.query("versionId"),
                ..Default::default()
            };
            perform::<HeadObject>(cloud, &call, input, &resource).await
        }
        Method::PUT => {
            let input = PutObjectRequest {
                bucket,
                key,
                content_type: ask.header(header::CONTENT_TYPE),
                cache_control: ask.header(header::CACHE_CONTROL),
                body: std::mem::take(&mut ask.body),
                ..Default::default()
            };
            perform::<PutObject>(cloud, &call, input, &resource).await
        }
        Method::DELETE => {
            let input = DeleteObjectRequest { bucket, key, ..Default::default() };
            perform::<DeleteObject>(cloud, &call, input, &resource).await
        }
        // Preflights and forms are S3's own affair: they carry no signature.
        _ => fetch_host(cloud, &call, origin, ask).await,
    }
}

/// An operation of S3, answered as S3 answers on the wire.
async fn perform<Op: Operation>(
    cloud: &Cloud,
    call: &Call,
    input: Op::Input,
    resource: &str,
) -> Result<Response, ApiError> {
    let api = Op::SPEC.api;
    let encoded = match cloud.call::<Op>(call, input).await {
        Ok(output) => wire::encode(Op::SPEC, api.protocol, output.into_value(), &call.request_id)?,
        Err(error) => wire::encode_error(api, Some(Op::SPEC), api.protocol, &error, &call.request_id, resource),
    };
    let (parts, body) = encoded.into_parts();
    let body = match body {
        Outgoing::Bytes(bytes) => ByteStream::from(bytes),
        Outgoing::Stream(stream) => stream,
    };
    let mut response = Response::from_parts(parts, body);
    response.headers_mut().insert(header::SERVER, HeaderValue::from_static("AmazonS3"));
    Ok(response)
}

async fn fetch_host(cloud: &Cloud, call: &Call, origin: &Origin, ask: Ask) -> Result<Response, ApiError> {
    let custom = origin.custom_origin_config.clone().unwrap_or_default();
    let is_secure = match custom.origin_protocol_policy {
        OriginProtocolPolicy::HttpOnly => origin.custom_origin_config.is_none() && call.is_secure,
        OriginProtocolPolicy::HttpsOnly => true,
        OriginProtocolPolicy::MatchViewer => call.is_secure,
    };
    let (scheme, port, usual) =
        if is_secure { ("https", custom.https_port, 443) } else { ("http", custom.http_port, 80) };
    let authority = match port {
        0 => origin.domain_name.clone(),
        port if port == usual => origin.domain_name.clone(),
        port => format!("{}:{port}", origin.domain_name),
    };
    let mark = if ask.query.is_empty() { "" } else { "?" };
    let prefix = origin.origin_path.as_deref().unwrap_or_default();
    let target = format!("{scheme}://{authority}{prefix}{}{mark}{}", ask.path, ask.query);
    let uri: Uri = target.parse().map_err(|why| Fault::internal("an origin's address is no URI").caused_by(why))?;
    let timeout = custom.origin_read_timeout.unwrap_or(crate::ops::complete::READ_TIMEOUT_SECS);
    let mut request = http::Request::new(ask.body);
    *request.method_mut() = ask.method;
    *request.uri_mut() = uri;
    *request.headers_mut() = ask.headers;
    sign_headers(call, origin, &authority, request.headers_mut());
    let deadline = cloud.clock().now().plus_secs(timeout.into());
    tokio::select! {
        answered = cloud.fetch(request) => answered,
        () = cloud.wait_until(deadline) => {
            let cause = "CloudFront attempted to establish a connection with the origin, but either the attempt failed \
                         or the origin closed the connection.";
            Ok(page::error(StatusCode::GATEWAY_TIMEOUT, cause, &call.request_id))
        }
    }
}

/// The headers that CloudFront writes itself.
fn sign_headers(call: &Call, origin: &Origin, authority: &str, headers: &mut HeaderMap) {
    let mut set = |name: &'static str, value: &str, keeps: bool| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !(keeps && headers.contains_key(name))
        {
            headers.insert(name, value);
        }
    };
    set("host", authority, true);
    set("user-agent", "Amazon CloudFront", true);
    set("via", "1.1 cloudfront.net (CloudFront)", false);
    set("x-amz-cf-id", &call.request_id, false);
    let known = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let chain = known.map_or_else(|| call.source_ip.clone(), |known| format!("{known}, {}", call.source_ip));
    if let Ok(chain) = HeaderValue::from_str(&chain) {
        headers.insert("x-forwarded-for", chain);
    }
    for custom in origin.custom_headers.iter().flat_map(|list| list.items.iter().flatten()) {
        let name = custom.header_name.parse::<http::HeaderName>();
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&custom.header_value)) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_known_by_each_of_its_names() {
        let of = |host: &str| Bucket::of(host).map(|bucket| (bucket.name, bucket.region.to_string()));
        let found = |region: &str| Some(("my.bucket".to_owned(), region.to_owned()));
        assert_eq!(of("my.bucket.s3.amazonaws.com"), found("us-east-1"));
        assert_eq!(of("my.bucket.s3.eu-west-1.amazonaws.com"), found("eu-west-1"));
        assert_eq!(of("my.bucket.s3-eu-west-1.amazonaws.com"), found("eu-west-1"));
        assert_eq!(of("my.bucket.s3.dualstack.eu-west-1.amazonaws.com"), found("eu-west-1"));
        assert_eq!(of("my.bucket.s3-website-us-east-1.amazonaws.com"), None);
        assert_eq!(of("abc.execute-api.us-east-1.amazonaws.com"), None);
    }
}

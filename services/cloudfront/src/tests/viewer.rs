//! What a browser sees.

use super::{CACHING_DISABLED, bucket, config, create, model};
use api_cloudfront::{
    CacheBehavior, CacheBehaviors, CloudFrontOriginAccessIdentityConfig, CreateCloudFrontOriginAccessIdentity,
    CreateCloudFrontOriginAccessIdentityRequest, CreateInvalidation, CreateInvalidationRequest,
    CreateOriginAccessControl, CreateOriginAccessControlRequest, CustomErrorResponse, CustomErrorResponses,
    CustomOriginConfig, Distribution, DistributionConfig, InvalidationBatch, OriginAccessControlConfig,
    OriginAccessControlOriginTypes, OriginAccessControlSigningBehaviors, OriginProtocolPolicy, Paths, S3OriginConfig,
    ViewerProtocolPolicy,
};
use http::{Method, StatusCode};
use kernel::{Call, Cloud, Request, Response, Web};
use shape::{ByteStream, Bytes};
use std::{future::Future, pin::Pin, sync::Arc};
use testkit::Model;

const EVERYBODY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}}"#;

struct Seen {
    status: u16,
    headers: http::HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
    fn x_cache(&self) -> &str {
        self.header("x-cache").split(' ').next().unwrap()
    }
}

async fn send(model: &Model, host: &str, is_secure: bool, request: http::request::Builder) -> Seen {
    let request: Request = request.header("host", host).body(ByteStream::empty()).unwrap();
    let (parts, body) = request.into_parts();
    let site = model.cloud.find_site(host, &parts).unwrap();
    let call = Call { is_secure, ..model.anonymous() };
    let response = site.answer(&model.cloud, &call, Request::from_parts(parts, body)).await;
    let (parts, body) = response.into_parts();
    let body = body.collect(10 << 20).await.unwrap().to_vec();
    Seen { status: parts.status.as_u16(), headers: parts.headers, body }
}

async fn get(model: &Model, at: &Distribution, path: &str) -> Seen {
    send(model, &at.domain_name, true, http::Request::get(path)).await
}

async fn get_with(model: &Model, at: &Distribution, path: &str, name: &str, value: &str) -> Seen {
    send(model, &at.domain_name, true, http::Request::get(path).header(name, value)).await
}

async fn open_site(config: DistributionConfig) -> (Model, Distribution) {
    let model = model();
    bucket::set_policy(&model, EVERYBODY.into()).await;
    bucket::put(&model, "index.html", "<h1>hello</h1>", None).await;
    let distribution = create(&model, config).await;
    (model, distribution)
}

#[tokio::test]
async fn the_second_viewer_gets_what_the_first_one_left() {
    let (model, site) =
        open_site(DistributionConfig { default_root_object: Some("index.html".into()), ..config() }).await;
    let first = get(&model, &site, "/").await;
    assert_eq!((first.status, first.text(), first.x_cache()), (200, "<h1>hello</h1>", "Miss"));
    model.clock.advance_millis(5000);
    let second = get(&model, &site, "/index.html").await;
    assert_eq!((second.status, second.text(), second.x_cache()), (200, "<h1>hello</h1>", "Hit"));
    assert_eq!((second.header("age"), second.header("server")), ("5", "AmazonS3"));
    assert_eq!(second.header("content-length"), "14");
    assert_eq!(bucket::reads(&model, "index.html"), 1);
    let unchanged = get_with(&model, &site, "/", "if-none-match", second.header("etag")).await;
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
    let part = get_with(&model, &site, "/", "range", "bytes=4-8").await;
    assert_eq!((part.status, part.text(), part.header("content-range")), (206, "hello", "bytes 4-8/14"));
    let head = send(&model, &site.domain_name, true, http::Request::head("/")).await;
    assert_eq!((head.status, head.body.len(), head.header("content-length")), (200, 0, "14"));
}

#[tokio::test]
async fn a_stale_answer_is_asked_about_and_kept_on() {
    let (model, site) = open_site(config()).await;
    bucket::put(&model, "a", "text", Some("max-age=60")).await;
    assert_eq!(get(&model, &site, "/a").await.x_cache(), "Miss");
    model.clock.advance_millis(61_000);
    let refreshed = get(&model, &site, "/a").await;
    assert_eq!((refreshed.x_cache(), refreshed.text()), ("RefreshHit", "text"));
    assert_eq!(get(&model, &site, "/a").await.x_cache(), "Hit");
    bucket::put(&model, "a", "other text", Some("max-age=60")).await;
    model.clock.advance_millis(61_000);
    let changed = get(&model, &site, "/a").await;
    assert_eq!((changed.x_cache(), changed.text()), ("Miss", "other text"));
}

#[tokio::test]
async fn an_invalidation_takes_effect_before_it_is_answered() {
    let (model, site) = open_site(config()).await;
    get(&model, &site, "/index.html").await;
    bucket::put(&model, "index.html", "new", None).await;
    assert_eq!(get(&model, &site, "/index.html").await.text(), "<h1>hello</h1>");
    let paths = Paths { quantity: 1, items: Some(vec!["/ind*".into()]) };
    let input = CreateInvalidationRequest {
        distribution_id: site.id.clone(),
        invalidation_batch: InvalidationBatch { paths, caller_reference: "r".into() },
    };
    let done = model.ask::<CreateInvalidation>(input).await.unwrap().invalidation.unwrap();
    assert_eq!(done.status, "Completed");
    assert_eq!(get(&model, &site, "/index.html").await.text(), "new");
}

#[tokio::test]
async fn plain_http_is_redirected_or_refused_as_the_behavior_says() {
    let mut redirecting = config();
    redirecting.default_cache_behavior.viewer_protocol_policy = ViewerProtocolPolicy::RedirectToHttps;
    let (model, site) = open_site(redirecting).await;
    let host = &site.domain_name;
    let seen = send(&model, host, false, http::Request::get("/a?b=c")).await;
    assert_eq!((seen.status, seen.x_cache()), (301, "Redirect"));
    assert_eq!(seen.header("location"), format!("https://{host}/a?b=c"));
    let posted = send(&model, host, true, http::Request::post("/")).await;
    assert_eq!(posted.status, 403);
    assert!(posted.text().contains("not configured to allow the HTTP request method"));
    let mut refusing = config();
    refusing.caller_reference = "two".into();
    refusing.default_cache_behavior.viewer_protocol_policy = ViewerProtocolPolicy::HttpsOnly;
    let refusing = create(&model, refusing).await;
    assert_eq!(send(&model, &refusing.domain_name, false, http::Request::get("/")).await.status, 403);
}

#[tokio::test]
async fn only_the_distribution_reaches_a_bucket_that_knows_it_by_its_control() {
    let model = model();
    bucket::put(&model, "index.html", "secret", None).await;
    let control = OriginAccessControlConfig {
        name: "mine".into(),
        signing_behavior: OriginAccessControlSigningBehaviors::Always,
        origin_access_control_origin_type: OriginAccessControlOriginTypes::S3,
        ..OriginAccessControlConfig::default()
    };
    let input = CreateOriginAccessControlRequest { origin_access_control_config: control };
    let made = model.ask::<CreateOriginAccessControl>(input).await.unwrap().origin_access_control.unwrap();
    let mut signing = config();
    signing.origins.items[0].origin_access_control_id = Some(made.id);
    let (signing, other) = (
        create(&model, signing).await,
        create(&model, DistributionConfig { caller_reference: "two".into(), ..config() }).await,
    );
    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{{"Service":"cloudfront.amazonaws.com"}},"Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*","Condition":{{"StringEquals":{{"AWS:SourceArn":"{}"}}}}}}}}"#,
        signing.arn
    );
    bucket::set_policy(&model, policy).await;
    assert_eq!(get(&model, &signing, "/index.html").await.text(), "secret");
    let denied = get(&model, &other, "/index.html").await;
    assert_eq!((denied.status, denied.x_cache()), (403, "Error"));
    assert!(denied.text().contains("<Code>AccessDenied</Code>"), "{}", denied.text());
}

#[tokio::test]
async fn a_bucket_may_know_the_edge_by_its_origin_access_identity() {
    let model = model();
    bucket::put(&model, "index.html", "secret", None).await;
    let wanted = CloudFrontOriginAccessIdentityConfig { caller_reference: "i".into(), comment: String::new() };
    let input = CreateCloudFrontOriginAccessIdentityRequest { cloud_front_origin_access_identity_config: wanted };
    let made = model.ask::<CreateCloudFrontOriginAccessIdentity>(input).await.unwrap();
    let identity = made.cloud_front_origin_access_identity.unwrap();
    let mut signing = config();
    let named = format!("origin-access-identity/cloudfront/{}", identity.id);
    signing.origins.items[0].s3_origin_config =
        Some(S3OriginConfig { origin_access_identity: named, origin_read_timeout: None });
    let site = create(&model, signing).await;
    assert_eq!(get(&model, &site, "/index.html").await.status, 403);
    for principal in [
        format!(r#"{{"CanonicalUser":"{}"}}"#, identity.s3_canonical_user_id),
        format!(r#"{{"AWS":"arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity {}"}}"#, identity.id),
    ] {
        let policy = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":{principal},"Action":"s3:GetObject","Resource":"arn:aws:s3:::site/*"}}}}"#
        );
        bucket::set_policy(&model, policy).await;
        assert_eq!(get(&model, &site, "/index.html").await.text(), "secret");
    }
}

#[tokio::test]
async fn a_single_page_app_answers_deep_links_with_its_page() {
    let response = CustomErrorResponse {
        error_code: 404,
        response_page_path: Some("/index.html".into()),
        response_code: Some("200".into()),
        error_caching_min_ttl: Some(0),
    };
    let mut spa = config();
    spa.custom_error_responses = Some(CustomErrorResponses { quantity: 1, items: Some(vec![response]) });
    let (model, site) = open_site(spa).await;
    let deep = get(&model, &site, "/tasks/7").await;
    assert_eq!((deep.status, deep.text(), deep.x_cache()), (200, "<h1>hello</h1>", "Error"));
}

#[tokio::test]
async fn a_large_text_is_compressed_for_who_takes_it() {
    let mut compressing = config();
    compressing.default_cache_behavior.compress = Some(true);
    let (model, site) = open_site(compressing).await;
    bucket::put(&model, "big", &"word ".repeat(1000), None).await;
    let squeezed = get_with(&model, &site, "/big", "accept-encoding", "gzip, br").await;
    assert_eq!((squeezed.header("content-encoding"), squeezed.x_cache()), ("gzip", "Miss"));
    assert!(squeezed.body.len() < 200 && squeezed.header("etag").starts_with("W/"));
    let plain = get(&model, &site, "/big").await;
    assert_eq!((plain.header("content-encoding"), plain.body.len()), ("", 5000));
    let again = get_with(&model, &site, "/big", "accept-encoding", "gzip").await;
    assert_eq!((again.x_cache(), &again.body), ("Hit", &squeezed.body));
}

#[tokio::test]
async fn a_policy_adds_its_headers_to_answers() {
    let mut secured = config();
    secured.default_cache_behavior.response_headers_policy_id = Some("eaab4381-ed33-4a86-88ca-d9558dc6cd63".into());
    let (model, site) = open_site(secured).await;
    let seen = get_with(&model, &site, "/index.html", "origin", "https://app.example").await;
    assert_eq!(seen.header("access-control-allow-origin"), "*");
    assert_eq!(seen.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(seen.header("x-content-type-options"), "nosniff");
}

/// A host that says what it was asked.
struct Echo;

impl Web for Echo {
    fn fetch<'a>(&'a self, _: &'a Cloud, request: Request) -> Pin<Box<dyn Future<Output = Response> + Send + 'a>> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let mut said = format!("{} {}\n", parts.method, parts.uri);
            for (name, value) in &parts.headers {
                said.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
            }
            said.push_str(&String::from_utf8_lossy(&body.collect(1000).await.unwrap()));
            let mut response = Response::new(ByteStream::from(Bytes::from(said)));
            if parts.uri.path() == "/fails" {
                *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
            }
            response
        })
    }
}

#[tokio::test]
async fn an_api_behind_a_path_sees_the_viewers_headers_but_not_its_host() {
    let mut two = config();
    two.origins.quantity = 2;
    let mut api = two.origins.items[0].clone();
    api.id = "api".into();
    api.domain_name = "abc.execute-api.us-east-1.amazonaws.com".into();
    api.s3_origin_config = None;
    api.custom_origin_config = Some(CustomOriginConfig {
        http_port: 80,
        https_port: 443,
        origin_protocol_policy: OriginProtocolPolicy::HttpsOnly,
        ..CustomOriginConfig::default()
    });
    two.origins.items.push(api);
    let mut all = super::control::all_methods();
    all.cached_methods = None;
    let behavior = CacheBehavior {
        path_pattern: "/api/*".into(),
        target_origin_id: "api".into(),
        cache_policy_id: Some(CACHING_DISABLED.into()),
        origin_request_policy_id: Some("b689b0a8-53d0-40ab-baf2-68738e2966ac".into()),
        allowed_methods: Some(all),
        ..CacheBehavior::default()
    };
    two.cache_behaviors = Some(CacheBehaviors { quantity: 1, items: Some(vec![behavior]) });
    let (model, site) = open_site(two).await;
    model.cloud.set_web(Arc::new(Echo));
    let request = http::Request::builder()
        .method(Method::POST)
        .uri("/api/tasks?x=1")
        .header("authorization", "Bearer t")
        .header("cookie", "a=1");
    let seen = send(&model, &site.domain_name, true, request).await;
    assert_eq!((seen.status, seen.x_cache()), (200, "Miss"));
    let text = seen.text();
    assert!(text.starts_with("POST https://abc.execute-api.us-east-1.amazonaws.com/api/tasks?x=1\n"), "{text}");
    for line in [
        "authorization: Bearer t",
        "cookie: a=1",
        "host: abc.execute-api.us-east-1.amazonaws.com",
        "x-forwarded-for: 127.0.0.1",
    ] {
        assert!(text.contains(line), "{line} is not in {text}");
    }
    assert_eq!(get(&model, &site, "/index.html").await.text(), "<h1>hello</h1>");
}

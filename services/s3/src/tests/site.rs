use super::{put_request, shelf};
use api_s3::*;
use kernel::Response;
use shape::ByteStream;
use testkit::Model;

async fn ask(model: &Model, request: http::request::Builder) -> Response {
    let request = request.body(ByteStream::empty()).unwrap();
    let host = request.uri().host().unwrap().to_owned();
    let (parts, body) = request.into_parts();
    let site = model.cloud.find_site(&host, &parts).expect("the host is a bucket's");
    site.answer(&model.cloud, &model.anonymous(), http::Request::from_parts(parts, body)).await
}

#[tokio::test]
async fn a_preflight_is_answered_by_the_bucket_s_rules() {
    let model = shelf().await;
    let rule = CORSRule {
        allowed_methods: vec!["PUT".into()],
        allowed_origins: vec!["https://app.example.com".into()],
        ..Default::default()
    };
    let input = PutBucketCorsRequest {
        bucket: "shelf".into(),
        cors_configuration: CORSConfiguration { cors_rules: vec![rule] },
        ..Default::default()
    };
    model.ask::<PutBucketCors>(input).await.unwrap();
    for uri in ["https://shelf.s3.us-east-1.amazonaws.com/k", "https://s3.us-east-1.amazonaws.com/shelf/k"] {
        let from = |origin: &str| {
            let request = http::Request::builder().method("OPTIONS").uri(uri).header("origin", origin);
            request.header("access-control-request-method", "PUT")
        };
        let allowed = ask(&model, from("https://app.example.com")).await;
        assert_eq!(allowed.headers()["access-control-allow-origin"], "https://app.example.com");
        assert_eq!(ask(&model, from("https://other.example.com")).await.status(), 403);
    }
}

#[tokio::test]
async fn a_website_shows_its_index_and_its_error_page() {
    let model = shelf().await;
    for (key, body) in [("index.html", "home"), ("docs/index.html", "docs"), ("error.html", "oops")] {
        let input = PutObjectRequest { content_type: Some("text/html".into()), ..put_request(key, body) };
        model.ask::<PutObject>(input).await.unwrap();
    }
    let uri =
        |path: &str| http::Request::builder().uri(format!("http://shelf.s3-website-us-east-1.amazonaws.com{path}"));
    assert_eq!(ask(&model, uri("/")).await.status(), 404);
    let site = WebsiteConfiguration {
        index_document: Some(IndexDocument { suffix: "index.html".into() }),
        error_document: Some(ErrorDocument { key: "error.html".into() }),
        ..Default::default()
    };
    let input = PutBucketWebsiteRequest { bucket: "shelf".into(), website_configuration: site, ..Default::default() };
    model.ask::<PutBucketWebsite>(input).await.unwrap();
    assert_eq!(ask(&model, uri("/")).await.status(), 403);
    let open = DeletePublicAccessBlockRequest { bucket: "shelf".into(), ..Default::default() };
    model.ask::<DeletePublicAccessBlock>(open).await.unwrap();
    let policy = r#"{"Version":"2012-10-17","Statement":[
        {"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::shelf/*"},
        {"Effect":"Allow","Principal":"*","Action":"s3:ListBucket","Resource":"arn:aws:s3:::shelf"}]}"#;
    let input = PutBucketPolicyRequest { bucket: "shelf".into(), policy: policy.into(), ..Default::default() };
    model.ask::<PutBucketPolicy>(input).await.unwrap();
    let body = |response: Response| async { response.into_body().collect(1000).await.unwrap() };
    assert_eq!(body(ask(&model, uri("/")).await).await, "home");
    assert_eq!(ask(&model, uri("/docs")).await.headers()["location"], "/docs/");
    let missing = ask(&model, uri("/none")).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(body(missing).await, "oops");
}

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
    let origins = model.cloud.origins(&api_s3::API).expect("buckets say which pages may call");
    let from = |method: &str, origin: &str| {
        let request = http::Request::builder().method(method).uri("/shelf/k").header("origin", origin);
        let request = request.header("access-control-request-method", "PUT");
        request.body(()).unwrap().into_parts().0
    };
    let allowed = origins.preflight(&model.cloud, &from("OPTIONS", "https://app.example.com")).unwrap();
    assert_eq!(allowed["access-control-allow-origin"], "https://app.example.com");
    let refused = origins.preflight(&model.cloud, &from("OPTIONS", "https://other.example.com")).unwrap_err();
    assert_eq!((refused.code, refused.status), ("AccessForbidden", 403));
    let allowed = origins.expose(&model.cloud, &from("PUT", "https://app.example.com")).unwrap();
    assert_eq!(allowed["access-control-allow-credentials"], "true");
    assert!(origins.expose(&model.cloud, &from("PUT", "https://other.example.com")).unwrap().is_empty());
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
